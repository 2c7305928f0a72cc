import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { writeAtomic } from "../core/write-atomic.js";
import type { Store } from "../store/open-store.js";
import type { ServiceMetrics } from "./metrics.js";
import type { MonitoringRunner } from "./monitoring-runner.js";

export interface PollerOptions {
  /** Seconds from one look to the next, from start to start. */
  interval: number;
  /** Folder of the file that remembers what was seen. */
  folder: string;
  /** Brings new scores before a look, where that is asked for. */
  score?: () => Promise<void>;
}

/**
 * Looks for new scores and monitors when there are some; one look at a time, and a look that takes long makes the next one
 * late instead of two at once.
 *
 * What was seen is kept in a file: scores that came while nobody looked are found at the next start.
 */
export class Poller {
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly store: Store,
    readonly runner: MonitoringRunner,
    readonly options: PollerOptions,
    readonly log: Logger,
    readonly metrics: ServiceMetrics,
  ) {}

  start(): void {
    this.#running = this.#loop();
  }

  /** Ends after the look in flight. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Looks once; true when there were new scores and they were monitored. */
  async look(): Promise<boolean> {
    await this.options.score?.();
    this.metrics.lastPoll.set(Date.now() / 1000);
    const found = await this.#newest();
    if (found === undefined || found === this.#seen()) return false;
    await this.runner.run();
    await writeAtomic(this.#path, `${JSON.stringify({ seen: found })}\n`);
    return true;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const began = performance.now();
      await this.look().catch((error: unknown) => {
        // it is tried again at the next look, since the file still says what was seen before
        this.log.error({ err: error }, "a look for new scores failed");
      });
      const left = this.options.interval * 1000 - (performance.now() - began);
      if (left > 0) await sleep(left, undefined, { signal }).catch(() => {});
    }
  }

  get #path(): string {
    return join(this.options.folder, "poller.json");
  }

  #seen(): string | undefined {
    try {
      const { seen }: { seen?: string } = JSON.parse(readFileSync(this.#path, "utf8"));
      return seen;
    } catch {
      // nothing was seen yet, or the file is damaged: to monitor once more does no harm
      return undefined;
    }
  }

  /** What distinguishes one state of the scores from the next: model, newest day, rows, and labels that came in. */
  async #newest(): Promise<string | undefined> {
    const found = await this.store.lease((db) =>
      db.row<{ seen: string | null }>(
        `SELECT concat_ws('|', m.model_version, max(p."Date"), count(*), count(p.label), sum(p.label), max(p.scored_at)) AS seen
         FROM models m JOIN model_predictions p USING (model_version) WHERE m.in_service GROUP BY m.model_version`,
      ),
    );
    return found?.seen ?? undefined;
  }
}
