import { describeProgress } from "../core/describe-progress.js";
import type { OnProgress } from "../core/progress.js";
import { type LiveDisplay, liveDisplay } from "./display.js";

const INTERVAL_MS = 250;

/** A text in the output of a cell, shown as it is. */
class Line {
  constructor(readonly text: string) {}
  [Symbol.for("Jupyter.display")]() {
    return { "text/plain": this.text };
  }
}

/**
 * Shows the progress of a stage in the output of a cell, one line a task, in place.
 *
 * @example
 * await stream(store, settings.stream, { onProgress: progressDisplay() });
 */
export function progressDisplay(): OnProgress {
  let task = "";
  let start = 0;
  let first = 0;
  let last = 0;
  let line: LiveDisplay | undefined;
  return (progress) => {
    const now = Date.now();
    const ended = progress.total !== undefined && progress.done >= progress.total;
    if (progress.task !== task) {
      task = progress.task;
      start = now;
      first = progress.done;
      line = undefined;
    } else if (now - last < INTERVAL_MS && !ended) return;
    last = now;
    const text = new Line(describeProgress(progress, (now - start) / 1000, first));
    if (line) void line.update(text);
    else line = liveDisplay(text);
  };
}
