import { rmSync, statSync, writeFileSync } from "node:fs";
import { yieldRequestFile } from "./stream-files.js";

/** Milliseconds after which a sign that somebody waits is old. */
const FRESH = 1500;

/** The sign of a process that waits for a DuckDB file, for the process that has it: a file beside it. */
export class YieldRequest {
  readonly #path: string;

  constructor(store: string) {
    this.#path = yieldRequestFile(store);
  }

  /** Says that somebody waits; to be said again while it is so. */
  post(): void {
    try {
      writeFileSync(this.#path, String(process.pid));
    } catch {
      // a folder that cannot be written to: the wait is a little longer then
    }
  }

  withdraw(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // as above
    }
  }

  get isPending(): boolean {
    const sign = statSync(this.#path, { throwIfNoEntry: false });
    return sign !== undefined && Math.abs(Date.now() - sign.mtimeMs) < FRESH;
  }
}
