import { setTimeout as sleep } from "node:timers/promises";
import { interrupted } from "../core/interrupted.js";
import type { StreamSettings } from "./options.js";

/** Seconds of a day. */
const DAY = 86_400;

/**
 * Says when batches are due, on a clock that nobody sets: from start to start by the interval, or by the time of their events.
 */
export class Pace {
  readonly #settings: StreamSettings;
  readonly #start = performance.now();
  #batches = 0;
  readonly #first: number;

  /** @param first time of the first event, in days since 1970-01-01 with a fraction */
  constructor(settings: StreamSettings, first: number) {
    this.#settings = settings;
    this.#first = first;
  }

  /**
   * Waits until the next batch is due.
   *
   * @param moment time of its last event, in days since 1970-01-01 with a fraction
   * @returns seconds that it is late; 0 where it is due as soon as it can be
   */
  async wait(moment: number, signal: AbortSignal | undefined): Promise<number> {
    const { speed, interval } = this.#settings;
    const seconds = speed === null ? this.#batches * interval : ((moment - this.#first) * DAY) / speed;
    this.#batches++;
    const due = this.#start + seconds * 1000;
    const left = due - performance.now();
    if (left > 0) await sleep(left, undefined, { signal }).catch(() => {});
    if (signal?.aborted) throw interrupted("stream, between two batches", signal.reason, "the same command continues");
    return speed === null && interval === 0 ? 0 : Math.max(0, performance.now() - due) / 1000;
  }
}
