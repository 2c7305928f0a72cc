import type { StageContext } from "../core/progress.js";

/**
 * Reports progress at most twenty times a second, and always the first and the last of it.
 *
 * @param total amount of the whole in the same unit; left out where it is not known
 */
export function progressMeter(
  context: StageContext,
  task: string,
  unit: string,
  total?: number,
): (done: number) => void {
  let next = 0;
  return (done) => {
    const now = performance.now();
    if (now < next && done !== total) return;
    next = now + 50;
    context.onProgress?.({ task, done, unit, total });
  };
}
