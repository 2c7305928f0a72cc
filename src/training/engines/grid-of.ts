import { TREES } from "./default-trees.js";
import type { EngineName, Parameters } from "./engine.js";

/** Values to try, by parameter; a parameter that is left out is in no point. */
type GridLists = { [K in keyof Omit<Parameters, "engine">]?: readonly Parameters[K][] | undefined };

const FOREST = [
  ...(["max_features", "min_samples_leaf", "min_samples_split", "max_samples", "criterion"] as const),
  ...(["num_trees", "max_depth"] as const),
] as const;

/** What each engine takes, in the order of the table; the last ones change fastest. */
const TAKES = {
  forest: FOREST,
  boosting: ["min_samples_leaf", "l2", "learning_rate", "max_leaves", "num_trees"],
  "ml-random-forest": FOREST,
  logistic: ["penalty"],
  "base-rate": [],
  recency: [],
  "bg-nbd": [],
  blend: [],
} as const satisfies Record<EngineName, readonly (keyof GridLists)[]>;

const treesToTry = (engine: EngineName): readonly number[] | undefined =>
  Object.hasOwn(TREES, engine) ? TREES[engine as keyof typeof TREES] : undefined;

/** All combinations of the values to try, engine after engine. */
export function gridOf(engines: readonly EngineName[], lists: GridLists): Parameters[] {
  return engines.flatMap((engine) => {
    let grid: Partial<Parameters>[] = [{}];
    for (const key of TAKES[engine]) {
      const list = lists[key] ?? (key === "num_trees" ? treesToTry(engine) : undefined);
      if (list) grid = grid.flatMap((point) => list.map((value) => ({ ...point, [key]: value })));
    }
    return grid.map(({ num_trees, max_depth, ...rest }) => {
      const first = {
        ...(num_trees === undefined ? {} : { num_trees }),
        ...(max_depth === undefined ? {} : { max_depth }),
      };
      return { engine, ...first, ...rest } as Parameters;
    });
  });
}
