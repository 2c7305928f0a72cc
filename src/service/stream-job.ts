import { readFileSync, rmSync } from "node:fs";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { writeAtomic } from "../core/write-atomic.js";
import type { StreamOptions } from "../stream/options.js";

/** A stream that was asked for and is not done: kept in a file, so that it continues after a crash. */
export class StreamJob {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The options of the stream that is to continue; undefined when there is none. */
  read(): StreamOptions | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (faultCode(error) === "ENOENT") return undefined;
      throw error;
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ChurnError("STORE_DAMAGED", `the file of the running stream ${this.#path} cannot be read`, {
        cause,
        hint: "move it away, and start the stream again",
      });
    }
  }

  write(options: StreamOptions): Promise<void> {
    return writeAtomic(this.#path, `${JSON.stringify(options)}\n`);
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
