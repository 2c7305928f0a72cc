import { CellOutputs } from "./cell-outputs.js";
import { type Notebook, writeNotebook } from "./notebook.js";
import { maskDeep } from "./secrets.js";

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
    return maskDeep(this.#notebook, this.#mask);
  }

  /** Saves the notebook. */
  save(): Promise<void> {
    this.#writing = this.#writing.then(() => writeNotebook(this.#path, this.masked()));
    return this.#writing;
  }

  /** Saves while the next cell runs; several calls during one write are one write more. */
  saveSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#writing = this.#writing.then(() => {
      this.#isWaiting = false;
      return writeNotebook(this.#path, this.masked());
    });
    // who saves next hears of the fault
    this.#writing.catch(() => {});
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
