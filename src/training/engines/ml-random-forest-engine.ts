import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import { TREE_OPTIONS, type TreeValues } from "../../forest/trees/tree-options.js";
import { hash32 } from "../held-out.js";
import type { EngineModel, FeatureTable, FittedPoint, Trainer, TrainerInput } from "./engine.js";
import { treesOf } from "./forest-engine.js";

/** The training time of ml-random-forest grows with the square of the rows: 10,000 take a minute a forest. */
const MOST_ROWS = 5000;

/** What it does not know, or takes for something else (its own maxSamples are the first rows). */
const UNKNOWN = ["min_samples_split", "max_samples", "criterion"] as const;

/** What we use of the package: its own types leave the options open and the matrices untyped. */
interface Classifier {
  readonly estimators: readonly unknown[];
  train(rows: number[][], labels: number[]): void;
  predictionValues(rows: number[][]): { rows: number; columns: number; get(row: number, tree: number): number };
  toJSON(): unknown;
}

async function classifiers() {
  const { RandomForestClassifier } = await import("ml-random-forest");
  return RandomForestClassifier as unknown as {
    new (options: Record<string, unknown>): Classifier;
    load(json: unknown): Classifier;
  };
}

/**
 * The forest of ml-random-forest, for small data and for comparison.
 *
 * It draws features once a tree, not at each split, knows neither class weights nor missing values (those become less than
 * all others), and its own probabilities leave out the first tree: the votes are counted here.
 *
 * @throws ChurnError BAD_OPTION above 5,000 training rows
 */
export async function mlRandomForestTrainer({ table, label, classWeight }: TrainerInput): Promise<Trainer> {
  if (label.length > MOST_ROWS) {
    throw new ChurnError(
      "BAD_OPTION",
      `engine "ml-random-forest" takes up to ${MOST_ROWS} training rows, there are ${label.length}`,
      { hint: 'set engine to "forest"' },
    );
  }
  const RandomForest = await classifiers();
  const floor = table.columns.map(belowAll);
  const notes = classWeight === null ? [] : ["ml-random-forest has no class weights: class_weight was not used"];
  return {
    notes,
    groups(grid) {
      for (const key of UNKNOWN) {
        if (grid.some((point) => point[key] !== undefined)) {
          throw new ChurnError("BAD_OPTION", `engine "ml-random-forest" has no ${key}`, {
            hint: `leave ${key} out, or set engine to "forest"`,
          });
        }
      }
      return grid.map((point) => [point]);
    },
    async fit(group, rows, seed, { signal }) {
      throwIfInterrupted(signal, "training");
      const parameters = group[0];
      const start = performance.now();
      const forest = new RandomForest({
        nEstimators: treesOf(parameters),
        maxFeatures: drawn(parameters.max_features ?? null, table.columns.length),
        replacement: false,
        seed: hash32(seed) >>> 1,
        useSampleBagging: true,
        // its out-of-bag pass fails on small data, and nothing here reads it
        noOOB: true,
        treeOptions: {
          maxDepth: parameters.max_depth ?? Number.POSITIVE_INFINITY,
          minNumSamples: parameters.min_samples_leaf ?? TREE_OPTIONS.minSamplesLeaf.default,
        },
      });
      forest.train(
        matrix(table, floor, rows),
        Array.from(rows, (row) => label[row]),
      );
      const point: FittedPoint = {
        parameters,
        seconds: (performance.now() - start) / 1000,
        score: (some) => votes(forest, matrix(table, floor, some)),
        model: mlModel(forest, floor),
      };
      return [point];
    },
  };
}

/** @throws ChurnError MODEL_DAMAGED */
export async function loadMlRandomForestModel(json: unknown): Promise<EngineModel> {
  const RandomForest = await classifiers();
  const { forest, floor = [] } = (json ?? {}) as { forest?: unknown; floor?: number[] };
  try {
    return mlModel(RandomForest.load(forest), floor);
  } catch (cause) {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a model of ml-random-forest", { cause });
  }
}

function mlModel(forest: Classifier, floor: readonly number[]): EngineModel {
  const model: EngineModel = {
    engine: "ml-random-forest",
    numTrees: forest.estimators.length,
    score(table) {
      const rows = Int32Array.from({ length: table.columns[0]?.length ?? 0 }, (_, i) => i);
      return votes(forest, matrix(table, floor, rows));
    },
    // its own importances are NaN as soon as one tree is a leaf
    importances: () => null,
    contributions: () => null,
    shuffledScores: (table) => (column, from) => {
      const columns = table.columns.slice();
      columns[column] = Float64Array.from(from, (row) => table.columns[column][row]);
      return model.score({ names: table.names, columns });
    },
    toJSON: () => ({ forest: forest.toJSON(), floor }),
  };
  return model;
}

/** Share of trees that vote 1. */
function votes(forest: Classifier, rows: number[][]): Float64Array {
  const out = new Float64Array(rows.length);
  if (rows.length === 0) return out;
  const values = forest.predictionValues(rows);
  for (let i = 0; i < out.length; i++) {
    let ones = 0;
    for (let tree = 0; tree < values.columns; tree++) if (values.get(i, tree) === 1) ones++;
    out[i] = ones / values.columns;
  }
  return out;
}

const matrix = ({ columns }: FeatureTable, floor: readonly number[], rows: Int32Array): number[][] =>
  Array.from(rows, (row) => columns.map((column, j) => (Number.isNaN(column[row]) ? floor[j] : column[row])));

/** A number below all of a column: what stands for a missing value. */
function belowAll(column: Float64Array): number {
  let least = 0;
  for (const value of column) if (value < least) least = value;
  return least - 1;
}

function drawn(maxFeatures: TreeValues["maxFeatures"], columns: number): number {
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(columns)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(columns)));
  if (maxFeatures === null) return columns;
  return maxFeatures < 1 ? Math.max(1, Math.floor(maxFeatures * columns)) : Math.min(columns, maxFeatures);
}
