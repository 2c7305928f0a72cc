import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ChurnError } from "../core/errors.js";
import { isInterrupted } from "../core/interrupted.js";
import type { FoundLog } from "../download/many/find-logs.js";
import { loadNewFiles } from "../load/many/load-new-files.js";
import type { LoadSettings } from "../load/options.js";
import { isWriteConflict } from "../store/is-write-conflict.js";
import type { Store } from "../store/open-store.js";
import type { ServiceMetrics } from "./metrics.js";

/** What a file was like at a look. */
interface Sight {
  bytes: number;
  mtimeMs: number;
}

const isSame = (a: Sight | undefined, b: Sight) => a?.bytes === b.bytes && a.mtimeMs === b.mtimeMs;

/** Milliseconds by which the clock of a file system may be behind ours: the kernel's is some milliseconds late, that of a server more. */
const CLOCKS = 1000;

/** How often a load is done again at once, when something else of this process wrote to the store at the same time. */
const ATTEMPTS = 5;

/**
 * Looks into the folder of a source and loads the files that are new and complete; one look at a time.
 *
 * A file is complete when it was the same at the look before, or when it was last written before that: it was renamed into place. A
 * file that is refused is told once for each of its states, and keeps no other file back.
 */
export class FolderWatch {
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** The files at the last look, and when that was. */
  #before = new Map<string, Sight>();
  #lookedAt: number;
  /** What the files that were refused were like, by name. */
  readonly #refused = new Map<string, Sight>();
  /** The files of this look, by name. */
  #names = new Map<string, Sight>();
  /** Files that were found in the store or brought to it. */
  #seen = new Set<string>();

  constructor(
    readonly store: Store,
    readonly settings: LoadSettings,
    /** Seconds from one look to the next. */
    readonly interval: number,
    readonly log: Logger,
    readonly metrics: ServiceMetrics,
  ) {
    this.#lookedAt = Date.now() - interval * 1000;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Ends after the file in flight is given up: what is not loaded whole is loaded at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Looks once; gives the number of files that were loaded. */
  async look(): Promise<number> {
    const began = Date.now();
    const now = new Map<string, Sight>();
    this.#names = new Map();
    const isComplete = ({ source, name, sign }: FoundLog): boolean => {
      if (!sign || "generation" in sign) return true;
      now.set(source.file, sign);
      this.#names.set(name, sign);
      if (this.#isRefused(name)) return false;
      return isSame(this.#before.get(source.file), sign) || sign.mtimeMs < this.#lookedAt - CLOCKS;
    };
    this.metrics.lastFolderLook.set(began / 1000);
    try {
      return await this.#load(isComplete);
    } finally {
      this.#before = now;
      this.#lookedAt = began;
    }
  }

  async #load(isComplete: (log: FoundLog) => boolean): Promise<number> {
    const { signal } = this.#stop;
    const onFault = (name: string, error: ChurnError) => this.#tell(name, error);
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        const looked = {
          isComplete,
          onFault,
          signal,
          seen: this.#seen,
          isRefused: (name: string) => this.#isRefused(name),
        };
        const loaded = await loadNewFiles(this.store, this.settings, looked);
        if (!loaded) return 0;
        const files = loaded.new.length + loaded.changed.length;
        if (files === 0) return 0;
        this.metrics.filesLoaded.inc({ result: "loaded" }, files);
        this.metrics.fileRows.inc({ result: "stored" }, loaded.rows);
        this.metrics.fileRows.inc({ result: "rejected" }, loaded.rejected);
        const ms = Math.round(performance.now() - began);
        const { rows, rejected, new: fresh, changed } = loaded;
        this.log.info({ files: [...fresh, ...changed].slice(0, 20), count: files, rows, rejected, ms }, "files loaded");
        return files;
      } catch (error) {
        if (error instanceof ChurnError && error.code === "NOT_FOUND") return 0;
        // a batch of a stream, or posted records, took the same numbers
        if (attempt === ATTEMPTS || !isWriteConflict(error)) throw error;
        await sleep(20 * attempt);
      }
    }
  }

  #isRefused(name: string): boolean {
    const sight = this.#names.get(name);
    return sight !== undefined && isSame(this.#refused.get(name), sight);
  }

  /** Tells the fault of a file, which is not looked at again until it changes. */
  #tell(name: string, error: ChurnError): void {
    const sight = this.#names.get(name);
    if (sight) this.#refused.set(name, sight);
    this.metrics.filesLoaded.inc({ result: "refused" });
    const [fault, hint] = error.message.split("\n  → ", 2);
    this.log.error({ file: name, code: error.code, hint }, `a file was refused: ${fault}`);
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const began = performance.now();
      await this.look().catch((error: unknown) => {
        if (signal.aborted && isInterrupted(error)) return;
        this.log.error({ err: error }, "a look for new files failed");
      });
      const left = this.interval * 1000 - (performance.now() - began);
      if (left > 0) await sleep(left, undefined, { signal }).catch(() => {});
    }
  }
}
