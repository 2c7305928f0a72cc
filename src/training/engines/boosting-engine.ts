import { fitBoosting } from "../../forest/boosting/fit-boosting.js";
import { fromSnakeCase } from "../../forest/trees/snake-case.js";
import { BOOSTING_OPTIONS } from "../../forest/trees/tree-options.js";
import { isHeldOut } from "../held-out.js";
import type { FittedPoint, Parameters, Trainer, TrainerInput } from "./engine.js";
import { forestModel, treesOf } from "./forest-engine.js";

/** So few trees are all grown: the folds tell how many are best, and no rows are held out from the fit. */
const MOST_WITHOUT_STOP = 200;

/** With fewer rows a tenth of them is too few to see when to stop; the grid over the number of trees does that. */
const FEWEST_TO_STOP = 5000;

/**
 * Boosted trees (Friedman 2001) on the bins of the forest: gradients of the log loss, trees grown leaf by leaf.
 *
 * Of more than 200 trees it stops from 5,000 rows on when a tenth of the subscribers, held out from each fit, gains no more. Points that differ in
 * trees only are cut from one fit.
 */
export function boostingTrainer({ binned: bins, label, group: subscriber, classWeight }: TrainerInput): Trainer {
  const binned = bins();
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
      const start = performance.now();
      const most = group.reduce((trees, point) => Math.max(trees, treesOf(point)), 0);
      const stops = rows.length >= FEWEST_TO_STOP && most > MOST_WITHOUT_STOP;
      const validation = rows.filter((row) => isHeldOut(subscriber[row], 0.1, `${seed}/stop`));
      const whole = await fitBoosting({ binned, rows }, label, {
        // one for all folds and the last fit, whatever the number of their rows
        maxFeatures: null,
        ...fromSnakeCase(BOOSTING_OPTIONS, group[0]),
        numTrees: most,
        earlyStopping: stops,
        validation: stops ? validation : undefined,
        classWeight: classWeight === null ? null : "balanced",
        seed,
        onProgress,
        signal,
      });
      const seconds = (performance.now() - start) / 1000 / group.length;
      return group.map((parameters): FittedPoint => {
        const forest = treesOf(parameters) < whole.numTrees ? whole.head(treesOf(parameters)) : whole;
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
