import type { EngineName, Parameters } from "./engine.js";

/** Values to try, by parameter; a parameter that is left out is in no point. */
export type GridLists = { [K in keyof Omit<Parameters, "engine">]: readonly NonNullable<Parameters[K]>[] };

/** What each engine takes, in the order of the table; the last ones change fastest. */
const TAKES = {
  forest: [
    "max_features",
    "min_samples_leaf",
    "min_samples_split",
    "max_samples",
    "criterion",
    "num_trees",
    "max_depth",
  ],
  boosting: ["min_samples_leaf", "l2", "learning_rate", "max_leaves", "num_trees"],
  "ml-random-forest": [
    "max_features",
    "min_samples_leaf",
    "min_samples_split",
    "max_samples",
    "criterion",
    "num_trees",
    "max_depth",
  ],
} as const satisfies Record<EngineName, readonly (keyof GridLists)[]>;

/** All combinations of the values to try, engine after engine. */
export function gridOf(engines: readonly EngineName[], lists: GridLists): Parameters[] {
  return engines.flatMap((engine) => {
    let grid: Partial<Parameters>[] = [{}];
    for (const key of TAKES[engine]) {
      const list = lists[key];
      if (list) grid = grid.flatMap((point) => list.map((value) => ({ ...point, [key]: value })));
    }
    return grid.map(({ num_trees, max_depth, ...rest }) => {
      return { engine, num_trees, ...(max_depth ? { max_depth } : {}), ...rest } as Parameters;
    });
  });
}
