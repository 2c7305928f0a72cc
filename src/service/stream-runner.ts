import type { Logger } from "pino";
import { ChurnError, type ErrorCode } from "../core/errors.js";
import { firstLineOf, toError } from "../core/fault.js";
import { interruptibleSleep, isInterrupted } from "../core/interrupted.js";
import type { Store } from "../store/open-store.js";
import type { StreamOptions } from "../stream/options.js";
import { type StreamContext, type StreamResult, stream } from "../stream/stream.js";
import type { StreamBatch } from "../stream/stream-ledger.js";
import type { StreamState } from "./api-schemas.js";
import type { ServiceMetrics } from "./metrics.js";
import type { StreamJob } from "./stream-job.js";

const IDLE: StreamState = {
  running: false,
  elsewhere: null,
  name: null,
  origin: null,
  batches: 0,
  num_batches: null,
  rows: 0,
  last_day: null,
  lag_seconds: 0,
  last_batch_seconds: null,
  error: null,
};

/** Milliseconds that a start is waited for; many rows have to be made, or the first are due later. */
const LONG = 3000;

/** Faults of a store that pass, and milliseconds until it is tried again. */
const PASSING: readonly ErrorCode[] = ["STORE_BUSY", "STORE_UNREACHABLE", "STORE_FULL"];
const RETRY = 5000;

/** Runs one stream at a time in the background, and says how it is. */
export class StreamRunner {
  #state: StreamState = IDLE;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly store: Store,
    readonly job: StreamJob,
    readonly log: Logger,
    readonly metrics: ServiceMetrics,
  ) {}

  /** How the stream of this process is. */
  get state(): StreamState {
    return this.#state;
  }

  /** The same, and who streams into the store elsewhere. */
  async report(): Promise<StreamState> {
    const holder = this.#state.running ? null : await this.store.streamHolder();
    return { ...this.#state, elsewhere: holder ? `${holder.what} in process ${holder.pid}` : null };
  }

  /**
   * Starts a stream that adds this many batches.
   *
   * @throws ChurnError ALREADY_RUNNING when one runs, here or in another process; what keeps a stream from beginning
   */
  async start(options: StreamOptions & { num_batches: number }): Promise<void> {
    const busy = () => new ChurnError("ALREADY_RUNNING", "A streaming process is already running");
    if (this.#state.running) throw busy();
    // taken at once, so that two calls at the same time are two
    this.#state = { ...IDLE, running: true, name: options.name ?? "default", num_batches: options.num_batches };
    let kept = false;
    try {
      if (await this.store.streamHolder()) throw busy();
      const had = await this.#batchesOf(options.name ?? "default");
      const whole = { ...options, num_batches: had + options.num_batches };
      await this.job.write(whole);
      kept = true;
      await this.#begin(whole);
    } catch (error) {
      // the file may be that of another process
      if (kept) this.job.clear();
      this.#state = { ...IDLE, error: firstLineOf(error) };
      throw error;
    }
  }

  /** Goes on with the stream that a crash cut off, where there is one. */
  async resume(): Promise<void> {
    const options = this.job.read();
    if (!options || this.#state.running || (await this.store.streamHolder())) return;
    this.#state = { ...IDLE, running: true, name: options.name ?? "default" };
    this.log.info({ stream: options.name }, "going on with the stream that was cut off");
    await this.#begin(options).catch((error: unknown) => {
      this.log.error({ err: error }, "the stream cannot continue");
      this.#state = { ...IDLE, error: firstLineOf(error) };
    });
  }

  /** Stops after the batch in flight. @param forget also when the service starts again */
  async stop(forget: boolean): Promise<boolean> {
    const ran = this.#state.running;
    // the file may be that of another process, which goes by it after a crash
    if (forget && (ran || !(await this.store.streamHolder()))) this.job.clear();
    this.#stop.abort();
    await this.#running;
    return ran;
  }

  async #batchesOf(name: string): Promise<number> {
    const found = await this.store.lease((db) =>
      db.row<{ n: number }>("SELECT count(*) AS n FROM batches WHERE kind = 'stream' AND name = $1", [name]),
    );
    return found?.n ?? 0;
  }

  /** Resolves when the first batch is in, all are there, or it takes long; what goes wrong before that is thrown. */
  #begin(options: StreamOptions): Promise<void> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      this.metrics.running.set(1);
      const long = setTimeout(resolve, LONG);
      const onBatch = (batch: StreamBatch) => {
        this.#count(batch);
        resolve();
      };
      this.#running = this.#keepOn(options, { signal, onBatch })
        .then(
          (result) => {
            this.job.clear();
            this.#state = { ...this.#state, running: false, origin: result.origin };
            this.log.info({ stream: result.name, batches: result.batchCount, rows: result.rows }, "the stream is done");
            resolve();
          },
          (error: unknown) => {
            const stopped = isInterrupted(error) && signal.aborted;
            this.#state = { ...this.#state, running: false, error: stopped ? null : firstLineOf(error) };
            if (stopped) this.log.info("the stream was stopped");
            else this.log.error({ err: error }, "the stream ended early");
            if (stopped) resolve();
            else reject(toError(error));
          },
        )
        .finally(() => {
          clearTimeout(long);
          this.metrics.running.set(0);
          this.metrics.lag.set(0);
        });
    });
  }

  /** Streams, and when the store is out of reach waits and continues. */
  async #keepOn(options: StreamOptions, context: StreamContext & { signal: AbortSignal }): Promise<StreamResult> {
    for (;;) {
      try {
        const result = await stream(this.store, options, context);
        if (result.origin === null) throw new ChurnError("NO_DATA", result.note ?? "there is nothing to stream");
        return result;
      } catch (error) {
        if (!(error instanceof ChurnError && PASSING.includes(error.code)) || context.signal.aborted) throw error;
        this.#state = { ...this.#state, error: `waits: ${firstLineOf(error)}` };
        this.log.warn({ err: error, seconds: RETRY / 1000 }, "the stream waits for the store");
        await interruptibleSleep(RETRY, context.signal, "stream, while it waited for the store");
      }
    }
  }

  #count({ rows, lastDay, seconds, lag }: StreamBatch): void {
    const { batches, rows: before } = this.#state;
    this.#state = {
      ...this.#state,
      batches: batches + 1,
      rows: before + rows,
      last_day: lastDay,
      lag_seconds: lag ?? 0,
      error: null,
      last_batch_seconds: seconds,
    };
    this.metrics.batches.inc();
    this.metrics.rows.inc(rows);
    this.metrics.batchSeconds.observe(seconds ?? 0);
    this.metrics.lag.set(lag ?? 0);
    this.log.debug({ rows, last_day: lastDay, seconds, lag }, "batch");
  }
}
