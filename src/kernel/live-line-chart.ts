import type { Chart } from "../charts/chart.js";
import { lineChart } from "../charts/line-chart.js";
import { type LiveDisplay, liveDisplay } from "./display.js";

/** Milliseconds from one drawing to the next. */
const EVERY = 400;

/** Titles of a live line chart and its axes. */
export interface LiveLineOptions {
  title: string;
  /** Titles of the axes. */
  x: string;
  y: string;
}

/** A line that grows in the output of a cell, in place. */
export interface LiveLine {
  /** Adds a point; `marked` draws it as a moment to see. */
  add(x: number, y: number, marked?: boolean): void;
  /** Draws what there is; to be waited for at the end of the cell. */
  end(): Promise<void>;
  /** Another chart that begins with the points of this one, the last of them marked. */
  goOn(title?: string): LiveLine;
}

/**
 * Shows a line that grows: in Lab the chart is replaced in place, and what a headless run keeps is the last picture.
 *
 * @example
 * const rows = liveLineChart({ title: "Rows", x: "batch", y: "rows" });
 * await stream(store, settings.stream, { onBatch: (batch) => rows.add(batch.number + 1, batch.rowsInAll) });
 * await rows.end();
 */
export function liveLineChart(options: LiveLineOptions, points: readonly LivePoint[] = []): LiveLine {
  const all: LivePoint[] = [...points];
  let shown: LiveDisplay | undefined;
  let drawn: Promise<void> = Promise.resolve();
  let last = 0;
  let drawing = false;
  const draw = () => {
    last = performance.now();
    drawing = true;
    if (shown) drawn = shown.update(chartOf(options, all));
    else shown = liveDisplay(chartOf(options, all));
    void drawn.finally(() => {
      drawing = false;
    });
  };
  // at once: the first drawing takes the longest, and nobody should wait for the first point to see where it will be
  draw();
  return {
    add(x, y, marked = false) {
      all.push({ x, y, marked });
      if (!drawing && performance.now() - last > EVERY) draw();
    },
    async end() {
      draw();
      await drawn;
    },
    goOn(title = options.title) {
      return liveLineChart(
        { ...options, title },
        all.map((point, i) => (i === all.length - 1 ? { ...point, marked: true } : point)),
      );
    },
  };
}

interface LivePoint {
  x: number;
  y: number;
  marked: boolean;
}

function chartOf({ title, x, y }: LiveLineOptions, points: readonly LivePoint[]): Chart {
  return lineChart({
    title,
    x: { title: x, values: points.map((point) => point.x), kind: "number" },
    y: { title: y, zero: true },
    series: [{ name: y, values: points.map((point) => point.y), marked: points.map((point) => point.marked) }],
    height: 200,
  });
}
