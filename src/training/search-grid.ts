import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import type { Parameters, Trainer } from "./engine.js";
import { rocAuc } from "./roc-auc.js";
import type { SearchMemory } from "./search-memory.js";

/** One line of the table of a search. */
export interface SearchRow {
  parameters: Parameters;
  /** Mean ROC AUC over the folds. */
  mean_auc: number;
  /** Standard deviation over the folds, n − 1. */
  sd_auc: number;
  fold_auc: number[];
  /** Time of its fits and scores; points cut from one forest share the time of its fit. */
  seconds: number;
  chosen: boolean;
}

export interface SearchResult {
  /** In the order of the grid. */
  table: SearchRow[];
  best: Parameters;
  /** Scores of each training row by the best point's models that did not see the row's fold. */
  outOfFold: Float64Array;
  /** Fits whose scores an interrupted search had left. */
  resumed: number;
}

export interface SearchInput {
  trainer: Trainer;
  grid: readonly Parameters[];
  label: Uint8Array;
  /** Fold of each row. */
  fold: Uint8Array;
  folds: number;
  seed: string;
  /** Where the scores of finished fits are kept, and the name of the data and settings that they belong to. */
  memory?: { keep: SearchMemory; name: string } | undefined;
}

/**
 * Tries every grid point on every fold; the best has the highest mean ROC AUC, and of equal ones the simplest wins.
 *
 * @throws ChurnError INTERRUPTED when the signal aborts
 */
export async function searchGrid(
  { trainer, grid, label, fold, folds, seed, memory }: SearchInput,
  context: StageContext = {},
): Promise<SearchResult> {
  const rowsOf = (inside: (f: number) => boolean) => {
    const rows: number[] = [];
    for (let i = 0; i < fold.length; i++) if (inside(fold[i]!)) rows.push(i);
    return Int32Array.from(rows);
  };
  const table = grid.map(
    (parameters): SearchRow => ({ parameters, mean_auc: 0, sd_auc: 0, fold_auc: [], seconds: 0, chosen: false }),
  );
  const scores = grid.map(() => new Float64Array(label.length));
  const groups = trainer.groups(grid);
  const total = grid.length * folds;
  let done = 0;
  let resumed = 0;
  const report = () => context.onProgress?.({ task: "cross-validation", done, total, unit: "fits" });
  report();
  for (let f = 0; f < folds; f++) {
    const inside = rowsOf((of) => of !== f);
    const outside = rowsOf((of) => of === f);
    const truth = Uint8Array.from(outside, (row) => label[row]!);
    for (const group of groups) {
      if (context.signal?.aborted) throw new ChurnError("INTERRUPTED", `training was interrupted in fold ${f + 1}`);
      const key = `${memory?.name} ${JSON.stringify(group)} fold ${f}`;
      const known = await memory?.keep.read(key);
      const part: Float64Array[] = [];
      if (known && known.length === group.length * outside.length) {
        for (let k = 0; k < group.length; k++) part.push(known.subarray(k * outside.length, (k + 1) * outside.length));
        resumed += group.length;
      } else {
        const points = await trainer.fit(group, inside, `${seed}/fold-${f}`, signalOf(context));
        for (const [k, point] of points.entries()) {
          const start = performance.now();
          part.push(point.score(outside));
          table[grid.indexOf(group[k]!)]!.seconds += point.seconds + (performance.now() - start) / 1000;
        }
        await memory?.keep.write(key, joined(part));
      }
      for (const [k, score] of part.entries()) {
        const at = grid.indexOf(group[k]!);
        for (let i = 0; i < outside.length; i++) scores[at]![outside[i]!] = score[i]!;
        table[at]!.fold_auc.push(rocAuc(truth, score)!);
      }
      done += group.length;
      report();
    }
  }
  for (const row of table) {
    row.mean_auc = row.fold_auc.reduce((sum, auc) => sum + auc, 0) / folds;
    row.sd_auc = Math.sqrt(row.fold_auc.reduce((sum, auc) => sum + (auc - row.mean_auc) ** 2, 0) / (folds - 1));
  }
  const best = table.reduce((a, b) =>
    b.mean_auc > a.mean_auc || (b.mean_auc === a.mean_auc && simpler(b.parameters, a.parameters)) ? b : a,
  );
  best.chosen = true;
  return { table, best: best.parameters, outOfFold: scores[table.indexOf(best)]!, resumed };
}

/** The engine gets the signal; its trees are not reported, the folds are. */
const signalOf = ({ signal }: StageContext): StageContext => (signal ? { signal } : {});

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Fewer trees, then less depth, then larger leaves. */
function simpler(a: Parameters, b: Parameters): boolean {
  if (a.num_trees !== b.num_trees) return a.num_trees < b.num_trees;
  if (a.max_depth !== b.max_depth) return a.max_depth < b.max_depth;
  return a.min_samples_leaf > b.min_samples_leaf;
}

/** All combinations of the values to try. */
export function gridOf(lists: { [K in keyof Parameters]: readonly Parameters[K][] }): Parameters[] {
  const grid: Parameters[] = [];
  for (const max_features of lists.max_features)
    for (const min_samples_leaf of lists.min_samples_leaf)
      for (const num_trees of lists.num_trees)
        for (const max_depth of lists.max_depth) grid.push({ num_trees, max_depth, max_features, min_samples_leaf });
  return grid;
}
