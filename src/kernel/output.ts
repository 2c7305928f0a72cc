import { StringDecoder } from "node:string_decoder";
import { type CellContext, currentCell } from "./cell-context.js";
import { cutNote } from "./cut-note.js";
import { primordials } from "./primordials.js";

/** Sends one message about a cell to all who listen. */
export type Publish = (cell: CellContext, type: string, content: unknown) => void;

/** Where the output of the cells goes. */
export interface OutputOptions {
  publish: Publish;
  /** The cell that output belongs to when nothing else is known. */
  fallback: () => CellContext | undefined;
  /** Bytes that wait to be sent. */
  backlog: () => number;
  /** Resolves when nothing waits any more. */
  drained: () => Promise<void>;
  /** Bytes of text that one cell may print. */
  limit: number;
}

type StreamName = "stdout" | "stderr";

const FLUSH_BYTES = 32 * 1024;
const FLUSH_MS = 20;
const HIGH_WATER = 4 * 1024 * 1024;

/** Takes over process.stdout and process.stderr: what a cell prints becomes `stream` messages of that cell. */
export class Output {
  readonly #options: OutputOptions;
  #cell: CellContext | undefined;
  #name: StreamName = "stdout";
  #text: string[] = [];
  #size = 0;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** From here on writes to the process's streams are output of cells. */
  capture(): void {
    for (const name of ["stdout", "stderr"] as const) {
      const decoder = new StringDecoder("utf8");
      const stream = process[name];
      const original = stream.write.bind(stream);
      let draining = false;
      stream.write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
        const done = typeof encoding === "function" ? encoding : callback;
        const cell = currentCell.getStore() ?? this.#options.fallback();
        if (!cell) return original(chunk as string, encoding as BufferEncoding, callback as () => void);
        const text =
          typeof chunk === "string"
            ? Buffer.isEncoding(String(encoding)) && !/^utf-?8$/i.test(String(encoding))
              ? Buffer.from(chunk, encoding as BufferEncoding).toString()
              : chunk
            : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        this.write(cell, name, text);
        if (typeof done === "function") process.nextTick(done);
        if (this.#options.backlog() < HIGH_WATER) return true;
        if (!draining) {
          draining = true;
          this.#options.drained().then(() => {
            draining = false;
            stream.emit("drain");
          });
        }
        return false;
      }) as typeof stream.write;
    }
  }

  /** Text of a cell; neighbours are joined, so that a loop of `console.log` is some messages and not thousands. */
  write(cell: CellContext, name: StreamName, text: string): void {
    if (text === "" || cell.silent) return;
    const bytes = Buffer.byteLength(text);
    if (cell.written + bytes > this.#options.limit) {
      cell.cut.bytes += bytes;
      cell.cut.lines += text.split("\n").length - 1;
      return;
    }
    cell.written += bytes;
    if (cell !== this.#cell || name !== this.#name) this.flush();
    this.#cell = cell;
    this.#name = name;
    this.#text.push(text);
    this.#size += bytes;
    const now = primordials.now();
    if (this.#text.length === 1) this.#since = now;
    // a cell that never lets the event loop run still shows where it is
    if (this.#size >= FLUSH_BYTES || now - this.#since > FLUSH_MS) this.flush();
    else this.#timer ??= currentCell.exit(() => primordials.setTimeout(() => this.flush(), FLUSH_MS).unref());
  }

  /** Sends what is held back. */
  flush(): void {
    primordials.clearTimeout(this.#timer);
    this.#timer = undefined;
    const cell = this.#cell;
    if (!cell || this.#text.length === 0) return;
    const text = this.#text.join("");
    this.#text = [];
    this.#size = 0;
    this.#options.publish(cell, "stream", { name: this.#name, text });
  }

  /** Says how much of a cell's output was left out, if any. */
  reportCut(cell: CellContext): void {
    if (cell.cut.bytes === 0) return;
    const text = cutNote(cell.cut, this.#options.limit);
    cell.cut = { bytes: 0, lines: 0 };
    this.flush();
    this.#options.publish(cell, "stream", { name: "stderr", text });
  }
}
