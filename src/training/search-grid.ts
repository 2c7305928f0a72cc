import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { logLoss } from "../statistics/log-loss.js";
import { mean } from "../statistics/mean.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { standardDeviation } from "../statistics/standard-deviation.js";
import type { CalibrationMethod } from "./calibration.js";
import { crossFitted, methodFor } from "./cross-fit.js";
import type { EngineName, FittedPoint, Parameters, Trainer } from "./engines/engine.js";
import type { Fold } from "./make-folds.js";
import type { MeasuredRows } from "./measured-rows.js";
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
  /** Log loss of all folds' rows, each calibrated on the other folds: what the points are compared by; null for one that was dropped. */
  logLoss: number | null;
  /** Time of its fits and scores; points cut from one forest share the time of its fit. */
  seconds: number;
  chosen: boolean;
  /** Given up before the last fold, being too far behind. */
  dropped: boolean;
}

export interface SearchResult {
  /** In the order of the grid; none is chosen yet. */
  table: SearchRow[];
  measured: MeasuredRows;
  /** Scores of the measured rows by models that did not train on them, for each grid point; empty for one that was dropped. */
  scores: Float64Array[];
  /** Engines that have no fit to these rows, with the reason. */
  failed: Map<EngineName, string>;
  /** Fits whose scores an interrupted search had left. */
  resumed: number;
}

export interface SearchInput {
  trainer: Trainer;
  grid: readonly Parameters[];
  label: Uint8Array;
  /** Subscriber of each row. */
  subscriber: readonly string[];
  folds: readonly Fold[];
  seed: string;
  /** The map from scores to probabilities under which the points are compared. */
  calibration: CalibrationMethod;
  /** ROC AUC behind the best of its engine, after two folds, from which on a group of points is given up; null for never. */
  dropBehind?: number | null;
  /** Where the scores of finished fits are kept, and the name of the data and settings that they belong to. */
  memory?: { keep: SearchMemory; name: string } | undefined;
}

/**
 * Tries every grid point on every fold.
 *
 * @throws ChurnError INTERRUPTED when the signal aborts
 */
export async function searchGrid(
  { trainer, grid, label, subscriber, folds, seed, calibration, dropBehind = null, memory }: SearchInput,
  context: StageContext = {},
): Promise<SearchResult> {
  const table = grid.map(
    (parameters): SearchRow => ({
      parameters,
      meanAuc: 0,
      sdAuc: 0,
      foldAuc: [],
      logLoss: null,
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
  const failed = new Map<EngineName, string>();
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
        const points = await fitOrFail(trainer, group, train, `${seed}/fold-${f}`, context);
        if (typeof points === "string") {
          failed.set(group[0].engine, points);
          for (const point of group) table[placeOf(point)].dropped = true;
          done += group.length;
          continue;
        }
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
    groups = groups.filter(([{ engine }]) => !failed.has(engine));
    for (const row of table) {
      row.meanAuc = mean(row.foldAuc) ?? 0;
      row.sdAuc = standardDeviation(row.foldAuc) ?? 0;
    }
    if (dropBehind === null || f === 0 || f + 1 === folds.length) continue;
    const rowsOf = (group: readonly Parameters[]) => group.map((point) => table[placeOf(point)]);
    const bestOf = (rows: readonly SearchRow[]) => Math.max(...rows.map((row) => row.meanAuc));
    const before = groups;
    groups = groups.filter((group) => {
      const rivals = before.filter((other) => other[0].engine === group[0].engine);
      const stays = bestOf(rowsOf(group)) >= bestOf(rivals.flatMap(rowsOf)) - dropBehind;
      if (!stays) for (const row of rowsOf(group)) row.dropped = true;
      if (!stays) done += group.length * (folds.length - f - 1);
      return stays;
    });
    report();
  }
  const measured = measuredRows(folds, label, subscriber);
  const whole = scores.map((parts, i) => (table[i].dropped ? new Float64Array() : joined(parts)));
  for (const [i, row] of table.entries()) {
    if (row.dropped) continue;
    row.logLoss = logLoss(
      measured.label,
      await crossFitted(methodFor(row.parameters.engine, calibration), measured, whole[i]),
    );
  }
  return { table, measured, scores: whole, failed, resumed };
}

/** What a fit gives, or why these rows have none. */
async function fitOrFail(
  trainer: Trainer,
  group: readonly Parameters[],
  rows: Int32Array,
  seed: string,
  context: StageContext,
): Promise<FittedPoint[] | string> {
  try {
    return await trainer.fit(group, rows, seed, signalOf(context));
  } catch (error) {
    if (error instanceof ChurnError && error.code === "NO_DATA") return messageOf(error);
    throw error;
  }
}

function measuredRows(folds: readonly Fold[], label: Uint8Array, subscriber: readonly string[]): MeasuredRows {
  const rows = Int32Array.from(folds.flatMap(({ validate }) => [...validate]));
  return {
    rows,
    label: Uint8Array.from(rows, (row) => label[row]),
    fold: Uint8Array.from(folds.flatMap(({ validate }, f) => Array.from(validate, () => f))),
    subscriber: Array.from(rows, (row) => subscriber[row]),
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
