import { quantiles } from "../statistics/quantile.js";
import type { Tally } from "./tally.js";

/** How the axis of a column runs. */
export interface ColumnScale {
  kind: "linear" | "symlog";
  /** What the axis shows; a thousandth of the rows may lie beyond its upper end. */
  domain: [number, number];
  /** Symlog axes are linear below this number, logarithmic above. */
  constant: number;
  /** Labelled values of a symlog axis; those of a linear one are the drawer's choice. */
  ticks: number[];
  /** The number at a share of the axis' length. */
  at(share: number): number;
}

/** Beyond this ratio of a high to a middling value the middling ones would be squeezed. */
const HEAVY = 12;

/** Chooses a linear axis, or for heavy-tailed columns from 0 on a symlog one (Webber 2013). */
export function chooseScale({ values, rows }: Tally): ColumnScale {
  const ends = quantiles(values, [0, 0.999], rows);
  if (ends === null) return linear(0, 1);
  const [low, high] = ends;
  if (low === high && values.length === 1) return linear(low - 0.5, low + 0.5);
  const top = high > low ? high : values[values.length - 1];
  const from = values.findIndex((value) => value > 0);
  const positive = from < 0 ? null : quantiles(values.subarray(from), [0.1, 0.5], rows.subarray(from));
  if (low < 0 || positive === null) return linear(low, top);
  const [small, middle] = positive;
  if (top < HEAVY * middle) return linear(Math.min(low, 0), top);
  const constant = 10 ** Math.floor(Math.log10(small));
  const length = Math.log1p(top / constant);
  return {
    kind: "symlog",
    domain: [0, top],
    constant,
    ticks: logTicks(constant, top),
    at: (share) => constant * Math.expm1(share * length),
  };
}

function linear(low: number, high: number): ColumnScale {
  return { kind: "linear", domain: [low, high], constant: 1, ticks: [], at: (share) => low + share * (high - low) };
}

/** 0 and a few round numbers a decade: at most about nine in all. */
function logTicks(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  const steps = decades < 2.2 ? [1, 2, 5] : decades < 4.2 ? [1, 3] : [1];
  const ticks = [0];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(3));
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}
