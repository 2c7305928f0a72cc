import { fitBoosting } from "../../forest/boosting/fit-boosting.js";
import { bin } from "../../forest/matrix/bin.js";
import { isHeldOut } from "../held-out.js";
import type { FittedPoint, Parameters, Trainer, TrainerInput } from "./engine.js";
import { forestModel } from "./forest-engine.js";

/** With fewer rows a tenth of them is too few to see when to stop; the grid over the number of trees does that. */
const FEWEST_TO_STOP = 5000;

/**
 * Boosted trees (Friedman 2001) on the bins of the forest: gradients of the log loss, trees grown leaf by leaf.
 *
 * From 5,000 rows on it stops when a tenth of the subscribers, held out from each fit, gains no more. Points that differ in
 * trees only are cut from one fit.
 */
export function boostingTrainer({ table, label, group: subscriber, classWeight }: TrainerInput): Trainer {
  const binned = bin(table);
  return {
    notes: [],
    groups(grid) {
      const groups = new Map<string, Parameters[]>();
      for (const point of grid) {
        const { num_trees: _, ...others } = point;
        const key = JSON.stringify(others);
        groups.set(key, [...(groups.get(key) ?? []), point]);
      }
      return [...groups.values()];
    },
    async fit(group, rows, seed, { onProgress, signal }) {
      const { learning_rate, max_leaves, min_samples_leaf, l2 } = group[0];
      const start = performance.now();
      const stops = rows.length >= FEWEST_TO_STOP;
      const validation = rows.filter((row) => isHeldOut(subscriber[row], 0.1, `${seed}/stop`));
      const whole = await fitBoosting({ binned, rows }, label, {
        numTrees: group.reduce((most, point) => Math.max(most, point.num_trees), 0),
        learningRate: learning_rate!,
        maxLeaves: max_leaves!,
        minSamplesLeaf: min_samples_leaf,
        l2: l2!,
        earlyStopping: stops,
        seed,
        ...(stops ? { validation } : {}),
        ...(classWeight === "none" ? {} : { sampleWeight: balancedWeights(label, rows) }),
        ...(onProgress ? { onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      const seconds = (performance.now() - start) / 1000 / group.length;
      return group.map((parameters): FittedPoint => {
        const forest = parameters.num_trees < whole.numTrees ? whole.head(parameters.num_trees) : whole;
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

/** Weights by which both classes of some rows weigh the same, and all rows as much as without. */
function balancedWeights(label: Uint8Array, rows: Int32Array): Float64Array {
  let ones = 0;
  for (const row of rows) ones += label[row];
  const weight = [rows.length / (2 * (rows.length - ones)), rows.length / (2 * ones)] as const;
  return Float64Array.from(label, (y) => (y ? weight[1] : weight[0]));
}
