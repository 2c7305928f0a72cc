import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { CellOutputs } from "./cell-outputs.js";
import { maskNotebook } from "./mask-notebook.js";
import { type Notebook, writeNotebook } from "./notebook.js";

const AUTOSAVE_MS = 10_000;

/** The output of a run on disk: saved after each cell and now and then in a long one, with the secrets masked. */
export class NotebookFile {
  readonly #path: string;
  readonly #notebook: Notebook;
  readonly #mask: (text: string) => string;
  readonly #autosave: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();
  #isWaiting = false;

  constructor(path: string, notebook: Notebook, mask: (text: string) => string) {
    this.#path = path;
    this.#notebook = notebook;
    this.#mask = mask;
    this.#autosave = setInterval(() => this.saveSoon(), AUTOSAVE_MS);
    this.#autosave.unref();
  }

  /** The notebook as it is to be read by others. */
  masked(): Notebook {
    for (const cell of this.#notebook.cells) CellOutputs.settle(cell);
    return maskNotebook(this.#notebook, this.#mask);
  }

  /** Saves the notebook. */
  save(): Promise<void> {
    // a fault of an earlier save does not stop the next: there may be room again
    const write = () => this.#write();
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  /** Saves while the next cell runs; several calls during one write are one write more. */
  saveSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    // the last save, which is waited for, hears of a fault that stays
    this.save().catch(() => {});
  }

  async #write(): Promise<void> {
    this.#isWaiting = false;
    try {
      await writeNotebook(this.#path, this.masked());
    } catch (cause) {
      throw new ChurnError("WRITE_FAILED", `cannot save the notebook ${this.#path}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  /** Saves for the last time. */
  async close(): Promise<void> {
    clearInterval(this.#autosave);
    await this.save();
  }

  /** Stops saving by itself. */
  stop(): void {
    clearInterval(this.#autosave);
  }
}
