import { describeProgress } from "../core/describe-progress.js";
import type { OnProgress } from "../core/progress.js";

const INTERVAL_MS = 100;
/** Where nobody watches, a line now and then is enough. */
const LOG_INTERVAL_MS = 5000;

/** Shows the progress of long work on stderr: rows, percent, rate and time left; in place on a terminal. */
export function progressLine(out: NodeJS.WriteStream = process.stderr): { onProgress: OnProgress; end: () => void } {
  const live = out.isTTY === true;
  let task = "";
  let start = 0;
  let first = 0;
  let last = 0;
  let shown = false;
  const end = () => {
    if (live && shown) out.write("\r\x1b[K");
    shown = false;
  };
  return {
    onProgress(progress) {
      const now = Date.now();
      if (progress.task !== task) {
        end();
        task = progress.task;
        start = now;
        first = progress.done;
        last = now;
        if (!live) return;
      } else if (now - last < (live ? INTERVAL_MS : LOG_INTERVAL_MS)) return;
      last = now;
      const line = describeProgress(progress, (now - start) / 1000, first);
      out.write(live ? `\r\x1b[K${line.slice(0, (out.columns ?? 100) - 1)}` : `${line}\n`);
      shown = true;
    },
    end,
  };
}
