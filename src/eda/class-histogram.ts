import type { ColumnScale } from "./choose-scale.js";
import type { Tally } from "./tally.js";

/** Shares of those who stayed and of those who churned, by bins that are equally wide on the axis. */
export interface ClassHistogram {
  bins: { group: "stayed" | "churned"; from: number; to: number; share: number }[];
  /** Share of zeros in each class, when there are enough of them to be set apart; the bins then leave them out. */
  zeros: { stayed: number; churned: number } | null;
}

/** From this share on, zeros would flatten the rest. */
const MANY_ZEROS = 0.1;
const MOST_BINS = 40;

/** Bins a counted column; whole numbers of small range get a bin each. */
export function classHistogram(tally: Tally, scale: ColumnScale): ClassHistogram {
  const { values } = tally;
  const edges = binEdges(values, scale);
  const zero = values.indexOf(0);
  const total = (column: Float64Array) => column.reduce((sum, count) => sum + count, 0);
  const sizes = { stayed: total(tally.stayed), churned: total(tally.churned) };
  const zeroRows = zero < 0 ? 0 : tally.stayed[zero] + tally.churned[zero];
  const apart = zero >= 0 && values.length > 2 && zeroRows >= MANY_ZEROS * (sizes.stayed + sizes.churned);
  const bins = (["stayed", "churned"] as const).flatMap((group) => {
    const counts = new Float64Array(edges.length - 1);
    let b = 0;
    for (let v = 0; v < values.length; v++) {
      if (apart && v === zero) continue;
      // the last bin takes its upper edge too
      while (b < counts.length - 1 && values[v] >= edges[b + 1]) b++;
      if (values[v] >= edges[0] && values[v] <= edges[edges.length - 1]) counts[b] += tally[group][v];
    }
    const size = sizes[group] - (apart ? tally[group][zero] : 0);
    return Array.from(counts, (count, at) => ({
      group,
      from: edges[at],
      to: edges[at + 1],
      share: size > 0 ? count / size : 0,
    }));
  });
  const share = (group: "stayed" | "churned") => (sizes[group] > 0 ? tally[group][zero] / sizes[group] : 0);
  return { bins, zeros: apart ? { stayed: share("stayed"), churned: share("churned") } : null };
}

function binEdges(values: Float64Array, { domain: [low, high], at, kind }: ColumnScale): number[] {
  const whole = values.every(Number.isInteger);
  if (whole && kind === "linear" && high - low < MOST_BINS) {
    return Array.from({ length: Math.ceil(high) - Math.floor(low) + 2 }, (_, i) => Math.floor(low) - 0.5 + i);
  }
  const edges = Array.from({ length: MOST_BINS + 1 }, (_, i) =>
    i === 0 ? low : i === MOST_BINS ? high : at(i / MOST_BINS),
  );
  if (!whole) return edges;
  // bins of whole numbers begin and end between them: else some would hold two numbers and others none
  const between = edges.map((edge) => Math.ceil(edge) - 0.5);
  return [...new Set([...between, Math.floor(high) + 0.5])];
}
