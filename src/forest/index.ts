// churn-workbench/forest: the random forest and boosting, alone on any matrix.
export { type FitBoostingOptions, fitBoosting } from "./boosting/fit-boosting.js";
export { type PartialDependence, partialDependence } from "./explain/partial-dependence.js";
export {
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from "./explain/permutation-importance.js";
export { type ShapValues, shapValues } from "./explain/tree-shap.js";
export { type FitOptions, fitForest } from "./grow/fit-forest.js";
export { type OutOfBag, outOfBag } from "./grow/out-of-bag.js";
export type { BinnedMatrix, ColumnBins } from "./loops/binned-matrix.js";
export { bin } from "./matrix/bin.js";
export { type ArqueroTable, fromArquero } from "./matrix/from-arquero.js";
export type { CategoricalColumn, FeatureColumn, Matrix } from "./matrix/matrix.js";
export { type Labels, toLabels, toMatrix } from "./matrix/to-matrix.js";
export { type BinnedRows, Forest } from "./model/forest.js";
export { narrowColumns } from "./onnx/narrow-columns.js";
export { type OnnxOptions, toOnnx } from "./onnx/to-onnx.js";
export type { BoostingOptions } from "./trees/boosting-options.js";
export type { ForestOptions } from "./trees/forest-options.js";
export type { Trees } from "./trees/tree.js";
export type { BoostingSettings, ForestSettings } from "./trees/tree-options.js";
