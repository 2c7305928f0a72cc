import { createHook } from "node:async_hooks";
import { type CellContext, currentCell } from "./cell-context.js";
import { primordials } from "./primordials.js";

/** A timer as Node keeps it; `_repeat` and `_destroyed` are not public, and have been there since Node 11. */
interface Timer extends NodeJS.Timeout {
  _repeat?: number | null;
  _destroyed?: boolean;
}

const SWEEP_AT = 1000;

/** Knows the timers that cells have started, so that an interrupt can stop them and a run can wait for them. */
export class CellTimers {
  readonly #timers = new Map<Timer, CellContext>();
  #sweepAt = SWEEP_AT;

  constructor() {
    createHook({
      init: (_id, type, _trigger, resource) => {
        if (type !== "Timeout") return;
        const cell = currentCell.getStore();
        if (!cell) return;
        this.#timers.set(resource as Timer, cell);
        if (this.#timers.size > this.#sweepAt) this.#sweep();
      },
    }).enable();
  }

  #sweep(): void {
    for (const timer of this.#timers.keys()) if (timer._destroyed) this.#timers.delete(timer);
    this.#sweepAt = Math.max(SWEEP_AT, this.#timers.size * 2);
  }

  /** Clears the timers of a cell. */
  clear(cell: CellContext): void {
    for (const [timer, owner] of this.#timers) {
      if (owner !== cell) continue;
      primordials.clearTimeout(timer);
      this.#timers.delete(timer);
    }
  }

  /** Timers that will fire once, and keep a program alive until then. */
  pending(): number {
    this.#sweep();
    let count = 0;
    for (const timer of this.#timers.keys()) if (timer._repeat == null && timer.hasRef()) count++;
    return count;
  }
}
