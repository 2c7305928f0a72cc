import { type Confusion, countConfusion } from "../../statistics/confusion.js";
import type { Chunk } from "../chunks/chunk.js";
import { roleOf } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";

/** What missing labels do to the metrics of a chunk. */
export interface MissingLabels {
  /** Of all metrics: how many labels are missing, and whether it looks like chance. */
  readonly note: string;
  /** Of a metric made of counts: the same, with the least and greatest value it can still have. */
  noteOf(metric: (counts: Confusion) => number): string;
}

/**
 * Says how far a metric is to be trusted while labels are missing; undefined when none is, or all are.
 *
 * Labels are missing by chance if the scores of rows with and without a label agree (two-sample z test of the means, and
 * 3 standard errors to say no). The bounds take every missing label as predicted right, or every one as predicted wrong.
 */
export function missingLabels(table: OrderedTable, { from, to }: Chunk): MissingLabels | undefined {
  const truth = roleOf(table, "truth");
  const source = table.score ?? table.predicted;
  const without = { n: 0, sum: 0, squares: 0 };
  const withLabel = { n: 0, sum: 0, squares: 0 };
  for (let i = from; i < to; i++) {
    const group = Number.isNaN(truth[i]) ? without : withLabel;
    const value = source ? source[i] : Number.NaN;
    group.n++;
    if (Number.isNaN(value)) continue;
    group.sum += value;
    group.squares += value * value;
  }
  if (without.n === 0 || withLabel.n === 0) return undefined;
  const mean = (g: typeof without) => g.sum / g.n;
  const error = (g: typeof without) => Math.max(0, g.squares / g.n - mean(g) ** 2) / g.n;
  const apart = mean(without) - mean(withLabel);
  const z = apart / Math.sqrt(error(without) + error(withLabel));
  const share = ((100 * without.n) / (to - from)).toFixed(1);
  const chance =
    Math.abs(z) > 3 ? `, and not by chance: rows without have ${apart > 0 ? "higher" : "lower"} scores` : "";
  const note = `partial: ${without.n} labels (${share} %) are missing${chance}`;
  return {
    note,
    noteOf(metric) {
      const { predicted } = table;
      if (!predicted) return note;
      const known = countConfusion(truth, predicted, from, to);
      const { truePositives, trueNegatives, falsePositives, falseNegatives } = known;
      let yes = 0;
      let no = 0;
      for (let i = from; i < to; i++) {
        if (!Number.isNaN(truth[i])) continue;
        if (predicted[i] === 1) yes++;
        else if (predicted[i] === 0) no++;
      }
      const right = metric({ ...known, truePositives: truePositives + yes, trueNegatives: trueNegatives + no });
      const wrong = metric({ ...known, falsePositives: falsePositives + yes, falseNegatives: falseNegatives + no });
      if (!Number.isFinite(right) || !Number.isFinite(wrong)) return note;
      const [low, high] = right < wrong ? [right, wrong] : [wrong, right];
      return `${note}; once they are in, it lies between ${low.toPrecision(3)} and ${high.toPrecision(3)}`;
    },
  };
}
