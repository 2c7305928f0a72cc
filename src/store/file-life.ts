import { rm } from "node:fs/promises";
import { Database } from "./database.js";
import type { DuckDBInstance } from "./duckdb.js";

/** How many stores of this process have a file open. */
const openHere = new Map<string, number>();

/** Tables that tell whether somebody has put something into a store. */
const TELLING = ["batches", "subscriber_files", "covered_days", "forgotten"];

/** Follows the file of a store from its opening to its closing, so that work that made it and failed leaves none behind. */
export class FileLife {
  readonly #path: string;
  #isNew = false;
  #hasFailed = false;

  readonly #keeps: boolean;

  constructor(path: string, { keeps }: { keeps: boolean }) {
    this.#path = path;
    this.#keeps = keeps;
  }

  /** @param isNew whether it was made by being opened */
  opened(isNew: boolean): void {
    openHere.set(this.#path, (openHere.get(this.#path) ?? 0) + 1);
    this.#isNew = isNew && !this.#keeps;
    this.#hasFailed = false;
  }

  /** Told of each piece of work. */
  worked(ok: boolean): void {
    if (ok) this.#isNew = false;
    else this.#hasFailed = true;
  }

  /** Closes the file, and removes it where all work on it failed, nobody else of this process has it, and it holds nothing. */
  async close(instance: DuckDBInstance): Promise<void> {
    const users = openHere.get(this.#path) ?? 1;
    if (users > 1) openHere.set(this.#path, users - 1);
    else openHere.delete(this.#path);
    // before it is closed: from then on another process may open it
    if (this.#isNew && this.#hasFailed && users === 1) await removeEmpty(instance, this.#path).catch(() => {});
    this.#isNew = false;
    instance.closeSync();
  }
}

async function removeEmpty(instance: DuckDBInstance, path: string): Promise<void> {
  const db = new Database(await instance.connect());
  try {
    const any = TELLING.map((table) => `EXISTS (FROM ${table})`).join(" OR ");
    if ((await db.oneRow<{ any: boolean }>(`SELECT ${any} AS "any"`)).any) return;
  } finally {
    db.close();
  }
  await rm(path, { force: true });
  await rm(`${path}.wal`, { force: true });
}
