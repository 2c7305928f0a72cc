import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { mean } from "../statistics/mean.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { standardDeviation } from "../statistics/standard-deviation.js";
import type { Parameters, Trainer } from "./engines/engine.js";
import type { Fold } from "./make-folds.js";
import type { SearchMemory } from "./search-memory.js";

/** One line of the table of a search. */
export interface SearchRow {
  parameters: Parameters;
  /** Mean ROC AUC over the folds. */
  meanAuc: number;
  /** Standard deviation over the folds, n − 1. */
  sdAuc: number;
  /** ROC AUC of each fold; fewer than there are folds for a point that was dropped. */
  foldAuc: number[];
  /** Time of its fits and scores; points cut from one forest share the time of its fit. */
  seconds: number;
  chosen: boolean;
  /** Given up before the last fold, being too far behind. */
  dropped: boolean;
}

export interface SearchResult {
  /** In the order of the grid. */
  table: SearchRow[];
  best: Parameters;
  /** Rows that were measured in a fold, and their scores by the best point's model that did not train on them. */
  outOfFold: { rows: Int32Array; score: Float64Array };
  /** Fits whose scores an interrupted search had left. */
  resumed: number;
}

export interface SearchInput {
  trainer: Trainer;
  grid: readonly Parameters[];
  label: Uint8Array;
  folds: readonly Fold[];
  seed: string;
  /** ROC AUC behind the best, after two folds, from which on a group of points is given up; null for never. */
  dropBehind?: number | null;
  /** Where the scores of finished fits are kept, and the name of the data and settings that they belong to. */
  memory?: { keep: SearchMemory; name: string } | undefined;
}

/**
 * Tries every grid point on every fold; the best has the highest mean ROC AUC, and of equal ones the simplest wins.
 *
 * @throws ChurnError INTERRUPTED when the signal aborts
 */
export async function searchGrid(
  { trainer, grid, label, folds, seed, dropBehind = null, memory }: SearchInput,
  context: StageContext = {},
): Promise<SearchResult> {
  const table = grid.map(
    (parameters): SearchRow => ({
      parameters,
      meanAuc: 0,
      sdAuc: 0,
      foldAuc: [],
      seconds: 0,
      chosen: false,
      dropped: false,
    }),
  );
  const scores: Float64Array[][] = grid.map(() => []);
  const placeOf = (point: Parameters) => grid.indexOf(point);
  let groups = trainer.groups(grid);
  const total = grid.length * folds.length;
  let done = 0;
  let resumed = 0;
  const report = () => context.onProgress?.({ task: "cross-validation", done, total, unit: "fits" });
  report();
  for (const [f, { train, validate }] of folds.entries()) {
    const truth = Uint8Array.from(validate, (row) => label[row]);
    for (const group of groups) {
      throwIfInterrupted(context.signal, `training in fold ${f + 1}`);
      const key = `${memory?.name} ${JSON.stringify(group)} fold ${f}`;
      const known = await memory?.keep.read(key);
      const part: Float64Array[] = [];
      if (known && known.length === group.length * validate.length) {
        for (let k = 0; k < group.length; k++)
          part.push(known.subarray(k * validate.length, (k + 1) * validate.length));
        resumed += group.length;
      } else {
        const points = await trainer.fit(group, train, `${seed}/fold-${f}`, signalOf(context));
        for (const [k, point] of points.entries()) {
          const start = performance.now();
          part.push(point.score(validate));
          table[placeOf(group[k])].seconds += point.seconds + (performance.now() - start) / 1000;
        }
        await memory?.keep.write(key, joined(part));
      }
      for (const [k, score] of part.entries()) {
        const auc = rocAuc(truth, score);
        if (auc === null) throw new ChurnError("NO_DATA", `fold ${f + 1} is measured on rows of one class`);
        const i = placeOf(group[k]);
        scores[i].push(score);
        table[i].foldAuc.push(auc);
      }
      done += group.length;
      report();
    }
    for (const row of table) {
      row.meanAuc = mean(row.foldAuc) ?? 0;
      row.sdAuc = standardDeviation(row.foldAuc) ?? 0;
    }
    if (dropBehind === null || f === 0 || f + 1 === folds.length) continue;
    const rowsOf = (group: readonly Parameters[]) => group.map((point) => table[placeOf(point)]);
    const bestOf = (rows: readonly SearchRow[]) => Math.max(...rows.map((row) => row.meanAuc));
    const lead = bestOf(groups.flatMap(rowsOf));
    groups = groups.filter((group) => {
      const stays = bestOf(rowsOf(group)) >= lead - dropBehind;
      if (!stays) for (const row of rowsOf(group)) row.dropped = true;
      if (!stays) done += group.length * (folds.length - f - 1);
      return stays;
    });
    report();
  }
  const best = table
    .filter((row) => !row.dropped)
    .reduce((a, b) =>
      b.meanAuc > a.meanAuc || (b.meanAuc === a.meanAuc && simpler(b.parameters, a.parameters)) ? b : a,
    );
  best.chosen = true;
  const rows = Int32Array.from(folds.flatMap(({ validate }) => [...validate]));
  return {
    table,
    best: best.parameters,
    outOfFold: { rows, score: joined(scores[table.indexOf(best)]) },
    resumed,
  };
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

/** No trees, then fewer trees, then less depth or fewer leaves, then larger leaves; of two without trees the larger penalty. */
function simpler(a: Parameters, b: Parameters): boolean {
  const [trees, others] = [a.num_trees ?? 0, b.num_trees ?? 0];
  if (trees !== others) return trees < others;
  const limit = (size: number | null = 0) => size ?? Number.POSITIVE_INFINITY;
  const size = ({ max_depth, max_leaves }: Parameters) => limit(max_depth) + limit(max_leaves);
  if (size(a) !== size(b)) return size(a) < size(b);
  if (a.min_samples_leaf !== b.min_samples_leaf) return (a.min_samples_leaf ?? 0) > (b.min_samples_leaf ?? 0);
  return (a.penalty ?? 0) > (b.penalty ?? 0);
}
