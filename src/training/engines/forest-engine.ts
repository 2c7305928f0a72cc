import { shapValues } from "../../forest/explain/tree-shap.js";
import { fitForest } from "../../forest/grow/fit-forest.js";
import { binWith } from "../../forest/matrix/bin.js";
import { Forest } from "../../forest/model/forest.js";
import { fromSnakeCase } from "../../forest/trees/snake-case.js";
import { FOREST_OPTIONS, TREE_OPTIONS } from "../../forest/trees/tree-options.js";
import { sigmoid } from "../../statistics/logit.js";
import type { EngineModel, FeatureTable, FittedPoint, Parameters, Trainer, TrainerInput } from "./engine.js";
import { shuffledTreeScores } from "./shuffled-trees.js";

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, value), 0);
/** Trees of a grid point. */
export const treesOf = ({ num_trees = TREE_OPTIONS.numTrees.default }: Parameters): number => num_trees;
const depthOf = ({ max_depth = null }: Parameters) => max_depth;

/**
 * The histogram forest on columns that are binned once for all folds and grid points.
 *
 * Points that differ in trees and depth only are cut from one forest: 50 trees are the first 50 of 100, and depth 5 is
 * depth 10 cut.
 */
export function forestTrainer({ binned: bins, label, classWeight, threads }: TrainerInput): Trainer {
  const binned = bins();
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
      const depths = group.map(depthOf);
      const maxDepth = depths.includes(null) ? null : largest(depths.map(Number));
      const start = performance.now();
      const whole = await fitForest({ binned, rows }, label, {
        ...fromSnakeCase(FOREST_OPTIONS, group[0]),
        numTrees: largest(group.map(treesOf)),
        maxDepth,
        classWeight,
        seed,
        threads: threads > 0 ? threads : undefined,
        onProgress,
        signal,
      });
      const seconds = (performance.now() - start) / 1000 / group.length;
      return group.map((parameters): FittedPoint => {
        const trees = treesOf(parameters);
        const depth = depthOf(parameters);
        let forest = trees < whole.numTrees ? whole.head(trees) : whole;
        if (depth !== null && depth !== maxDepth) forest = forest.truncated(depth);
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
      if (forest.kind === "boosting") return shuffledTreeScores(forest, binned);
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
