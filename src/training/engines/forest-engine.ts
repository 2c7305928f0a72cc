import { shapValues } from "../../forest/explain/tree-shap.js";
import { fitForest } from "../../forest/grow/fit-forest.js";
import type { BinnedMatrix } from "../../forest/loops/binned-matrix.js";
import { bin, binWith } from "../../forest/matrix/bin.js";
import { Forest } from "../../forest/model/forest.js";
import type { EngineModel, FeatureTable, FittedPoint, Parameters, Trainer, TrainerInput } from "./engine.js";
import { sigmoid } from "./logistic-regression.js";

/** Most trees of a group and its greatest depth: the forest that all points of the group are cut from. */
const largest = (group: readonly Parameters[], key: "num_trees" | "max_depth") =>
  group.reduce((most, point) => Math.max(most, point[key]!), 0);

/**
 * The histogram forest on columns that are binned once for all folds and grid points.
 *
 * Points that differ in trees and depth only are cut from one forest: 50 trees are the first 50 of 100, and depth 5 is
 * depth 10 cut.
 */
export function forestTrainer({ table, label, classWeight, threads }: TrainerInput): Trainer {
  const binned: BinnedMatrix = bin(table);
  return {
    notes: [],
    groups(grid) {
      const groups = new Map<string, Parameters[]>();
      for (const point of grid) {
        const { num_trees: _, max_depth: __, ...others } = point;
        const key = JSON.stringify(others);
        groups.set(key, [...(groups.get(key) ?? []), point]);
      }
      return [...groups.values()];
    },
    async fit(group, rows, seed, { onProgress, signal }) {
      const { max_features, min_samples_leaf, min_samples_split, max_samples, criterion } = group[0];
      const start = performance.now();
      const whole = await fitForest({ binned, rows }, label, {
        numTrees: largest(group, "num_trees"),
        maxDepth: largest(group, "max_depth"),
        maxFeatures: max_features === "all" ? null : max_features!,
        minSamplesLeaf: min_samples_leaf,
        ...(min_samples_split ? { minSamplesSplit: min_samples_split } : {}),
        // to the forest 1 is one row, not all of them
        ...(max_samples && max_samples < 1 ? { maxSamples: max_samples } : {}),
        ...(criterion ? { criterion } : {}),
        classWeight: classWeight === "none" ? null : classWeight,
        seed,
        ...(threads > 0 ? { threads } : {}),
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      const seconds = (performance.now() - start) / 1000 / group.length;
      return group.map((parameters): FittedPoint => {
        const { num_trees, max_depth } = parameters;
        let forest = num_trees < whole.numTrees ? whole.head(num_trees) : whole;
        if (max_depth! < whole.options.maxDepth!) forest = forest.truncated(max_depth!);
        return {
          parameters,
          seconds,
          score: (some) => forest.predictProbability({ binned, rows: some }),
          model: forestModel(forest),
        };
      });
    },
  };
}

/** The engine model of a forest, or of boosted trees. */
export function forestModel(forest: Forest): EngineModel & { forest: Forest } {
  return {
    engine: forest.kind,
    numTrees: forest.numTrees,
    forest,
    score: (table: FeatureTable) => forest.predictProbability(table),
    importances: () => forest.importances(),
    shuffledScores(table) {
      const binned = binWith(table, forest.columns);
      const { stride } = binned;
      const used = new Set(forest.trees.column);
      return (column, from) => {
        if (!used.has(column)) return null;
        const codes = binned.codes.slice();
        for (let i = 0; i < from.length; i++) codes[i * stride + column] = binned.codes[from[i] * stride + column];
        return forest.predictProbability({ binned: { ...binned, codes } });
      };
    },
    contributions(table) {
      const { values, baseline } = shapValues(forest, table);
      return { values, baseline: forest.kind === "boosting" ? sigmoid(baseline) : baseline };
    },
    toJSON: () => forest.toJSON(),
  };
}

/** @throws ChurnError MODEL_DAMAGED */
export function loadForestModel(json: unknown): EngineModel {
  return forestModel(Forest.fromJSON(json));
}
