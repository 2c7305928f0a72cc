import { ChurnError } from "../../core/errors.js";
import type { BinnedMatrix } from "../loops/binned-matrix.js";
import {
  type BoostingLoss,
  type LossSpace,
  logisticBytes,
  logisticLoss,
  softmaxLoss,
  squaredLoss,
} from "../trees/boosting-loss.js";
import { drawnColumns } from "../trees/draw-sizes.js";
import type { BoostingSettings } from "../trees/tree-options.js";
import { BoostGrower } from "./boost-grower.js";
import { Booster } from "./booster.js";
import { openBoostSpace } from "./open-boost-space.js";
import { RoundRows } from "./round-rows.js";

/** What boosted trees learn, from which rows is said elsewhere. */
export interface BoostingTask {
  binned: BinnedMatrix;
  /** Class by row of the matrix, or number when `classes` is 0. */
  y: Uint8Array | Float64Array;
  classes: number;
  /** Weight by row of the matrix, when rows are weighed. */
  weights: Float64Array | undefined;
  /** How many equal rows each counts as; one each when left out. */
  counts: Float64Array | undefined;
  settings: BoostingSettings;
}

/** Takes memory to boost on; `close` of the booster gives it back. */
export function openBooster(
  { binned, y, classes, weights, counts, settings }: BoostingTask,
  train: Int32Array,
  held: Int32Array,
): Booster {
  const monotone = monotoneSigns(binned, settings.monotone);
  const columns = binned.columns.map(({ count, levels }) => ({ count, categorical: levels !== undefined }));
  const units = counts ? train.reduce((sum, row) => sum + counts[row], 0) : train.length;
  const maxLeaves = settings.maxLeaves ?? Math.max(2, Math.ceil(units / settings.minSamplesLeaf));
  const lossBytes = classes === 2 ? logisticBytes(binned.rows, weights !== undefined) : 0;
  const space = openBoostSpace(binned, { columns, entries: train.length, maxLeaves, lossBytes });
  const loss = lossOf({ rows: binned.rows, train, y, weights, counts }, classes, space);
  const limits = {
    ...settings,
    maxLeaves,
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    drawn: drawnColumns(settings.maxFeatures, columns.length),
    monotone,
  };
  const rows = new RoundRows({ binned, columns, train, y, counts, code: loss.code });
  const grower = new BoostGrower(space, columns, { limits, code: loss.code, orders: rows.orders });
  return new Booster({ binned, train, held, loss, space, grower, rows, settings });
}

/** The direction that is asked of each column: −1, 1, or 0 for none. */
function monotoneSigns({ names, columns }: BinnedMatrix, monotone: BoostingSettings["monotone"]): Int8Array {
  const signs = new Int8Array(columns.length);
  for (const [name, sign] of Object.entries(monotone)) {
    const j = names.indexOf(name);
    if (j < 0) throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which is not a column`);
    if (columns[j].levels)
      throw new ChurnError("BAD_OPTION", `option "monotone" names "${name}", which has categories`);
    signs[j] = sign;
  }
  return signs;
}

function lossOf(target: Parameters<typeof squaredLoss>[0], classes: number, space: LossSpace): BoostingLoss {
  if (classes === 0) return squaredLoss(target);
  return classes === 2 ? logisticLoss(target, space) : softmaxLoss(target, classes);
}
