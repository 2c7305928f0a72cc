import type { Message } from "../kernel/wire.js";
import { type CellOutput, joinLines, type NotebookCell, splitLines } from "./notebook.js";
import { overwritten } from "./overwritten.js";

/** Outputs that are replaced in place, by display id, over all cells of a run. */
export type LiveOutputs = Map<string, Extract<CellOutput, { data: unknown }>[]>;

/** Takes the messages about one cell and keeps the cell's outputs as Jupyter would. */
export class CellOutputs {
  readonly #cell: NotebookCell;
  readonly #live: LiveOutputs;
  #clearBeforeNext = false;

  constructor(cell: NotebookCell, live: LiveOutputs) {
    this.#cell = cell;
    this.#live = live;
    cell.outputs = [];
    cell.execution_count = null;
  }

  get #outputs(): CellOutput[] {
    this.#cell.outputs ??= [];
    return this.#cell.outputs;
  }

  /** Takes one message; others are ignored. */
  add({ header, content }: Message): void {
    switch (header.msg_type) {
      case "execute_input":
        this.#cell.execution_count = content.execution_count;
        break;
      case "clear_output":
        if (content.wait) this.#clearBeforeNext = true;
        else this.#outputs.length = 0;
        break;
      case "stream":
        this.print(content.name, content.text);
        break;
      case "display_data":
      case "execute_result":
      case "update_display_data":
        this.#display(header.msg_type, content);
        break;
      case "error": {
        const { ename, evalue, traceback } = content;
        this.#push({ output_type: "error", ename, evalue, traceback });
      }
    }
  }

  #push(output: CellOutput): void {
    if (this.#clearBeforeNext) this.#outputs.length = 0;
    this.#clearBeforeNext = false;
    this.#outputs.push(output);
  }

  /** Takes text of a stream. */
  print(name: string, text: string): void {
    const last = this.#outputs.at(-1);
    if (!this.#clearBeforeNext && last?.output_type === "stream" && last.name === name && Array.isArray(last.text)) {
      last.text.push(text);
      return;
    }
    this.#push({ output_type: "stream", name, text: [text] });
  }

  #display(type: "display_data" | "execute_result" | "update_display_data", content: Message["content"]): void {
    const data = inLines(content.data);
    const id: string | undefined = content.transient?.display_id;
    const { metadata = {} } = content;
    if (type === "update_display_data") {
      for (const output of this.#live.get(id ?? "") ?? []) Object.assign(output, { data, metadata });
      return;
    }
    const output: Extract<CellOutput, { data: unknown }> = { output_type: type, data, metadata };
    if (type === "execute_result") output.execution_count = content.execution_count;
    if (id) this.#live.set(id, [...(this.#live.get(id) ?? []), output]);
    this.#push(output);
  }

  /** Puts the streams of a cell into the lines that the format requires; call it before the notebook is written. */
  static settle(cell: NotebookCell): void {
    for (const output of cell.outputs ?? []) {
      if (output.output_type === "stream") output.text = splitLines(overwritten(joinLines(output.text)));
    }
  }
}

function inLines(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      typeof value === "string" && (type.startsWith("text/") || type === "image/svg+xml") ? splitLines(value) : value,
    ]),
  );
}
