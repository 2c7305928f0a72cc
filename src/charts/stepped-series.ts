import { COLORS } from "./theme.js";

/** A chunk of a series as it is drawn: one level from its start to its end. */
export interface Step {
  /** Start, end and middle on the axis: ISO 8601 in time, else places. */
  readonly x: string | number;
  readonly end: string | number;
  readonly middle: string | number;
  /** Name of the chunk, and what stands below the axis. */
  readonly chunk: string;
  readonly label: string;
  readonly period: "reference" | "analysis";
  /** null is a gap; `note` says why. */
  readonly value: number | null;
  /** The band around the value. */
  readonly low: number | null;
  readonly high: number | null;
  /** The limits that the value is held to. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly alert: boolean;
  /** Rows that the value is made of. */
  readonly n: number;
  readonly note: string;
  /** Standard error of the value. */
  readonly error: number | null;
  /** What came true, beside an estimate. */
  readonly realized: number | null;
}

/**
 * A series over chunks: steps, with a band, limits, alerts and gaps. `steppedSpec` draws it with Vega-Lite, `steppedFigure` with
 * Plotly, `steppedSvg` as a small picture of a page.
 */
export interface SteppedSeries {
  /** What the values are: `Realized ROC AUC`, `Hellinger distance for tenure`. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** An estimate is dashed. */
  readonly dashed: boolean;
}

/** A chart of one or more series, a panel each. */
export interface SteppedPanels {
  readonly title: string;
  readonly subtitle: string;
  readonly series: readonly SteppedSeries[];
}

/** Colours of the two periods. */
export const PERIOD_COLORS = { reference: COLORS.gray, analysis: COLORS.blue } as const;

/** Whether the steps lie on an axis of time. */
export const isInTime = ([first]: readonly SteppedSeries[]): boolean => typeof first?.steps[0]?.x === "string";

/** Characters of a line beside a panel. */
const LINE = 26;

/** The name of a series in lines that fit beside a panel: what is measured, then of what. */
export function axisLines(name: string): string[] {
  const lines: string[] = [];
  for (const part of name.split(" for ")) {
    let line = "";
    for (const word of part.split(" ")) {
      if (line && line.length + word.length >= LINE) {
        lines.push(line);
        line = "";
      }
      line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}
