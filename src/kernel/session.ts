import { faultCode, messageOf } from "../core/fault.js";
import type { CellContext } from "./cell-context.js";
import { currentCell } from "./cell-context.js";
import { type CellError, compileError, runtimeError } from "./cell-error.js";
import { cellName } from "./compiled-cell.js";
import type { Compiler } from "./compiler.js";
import { JsonModules } from "./json-modules.js";
import { LiveNames } from "./live-names.js";
import { nextTurn, primordials } from "./primordials.js";
import { readableStacks } from "./readable-stacks.js";
import type { Converter, Diagnostic, Executor } from "./tslab.js";

/** How a cell ended. */
export type Outcome = { status: "ok"; value: unknown } | { status: "error"; error: CellError };

/** How tslab's `display` hands over a bundle. */
export type TslabDisplay = (
  content: { data: Record<string, unknown>; metadata: Record<string, unknown>; transient?: { display_id?: string } },
  update?: boolean,
) => void;

/** What tslab's callbacks have told of the cell that runs. */
interface Run {
  /** Its name in stack traces. */
  readonly name: string;
  /** Its last expression. */
  value: unknown;
  thrown: { error: unknown } | undefined;
  /** What the compiler has against it; the cell does not run then. */
  diagnostics: Diagnostic[];
  /** Takes back the variables that it declares; undefined until it is compiled. */
  restore: (() => void) | undefined;
}

const newRun = (name: string): Run => ({
  name,
  value: undefined,
  thrown: undefined,
  diagnostics: [],
  restore: undefined,
});

/** Runs cells one after another; what one declares the next may use. */
export class Session {
  readonly #compiler: Compiler;
  readonly #executor: Executor;
  readonly #live: LiveNames;
  readonly #json = new JsonModules();
  #run: Run = newRun("");

  /** @param onCompile hears of the begin and the end of each compilation */
  constructor(compiler: Compiler, onCompile: (isCompiling: boolean) => void = () => {}) {
    this.#compiler = compiler;
    const { node } = compiler.converters;
    const converter: Converter = {
      ...node,
      convert: (previous, source) => {
        onCompile(true);
        const converted = node.convert(previous, source);
        onCompile(false);
        this.#run.diagnostics = converted.diagnostics;
        if (converted.output !== undefined) {
          const names = this.#compiler.cell(this.#run.name)?.names ?? [];
          this.#run.restore = this.#live.snapshot(names);
          this.#live.forget(names);
        }
        return converted;
      },
      addModule: (name, content, meta) => {
        onCompile(true);
        this.#run.diagnostics = node.addModule(name, content, meta);
        onCompile(false);
        return this.#run.diagnostics;
      },
    };
    this.#executor = compiler.tslab.createExecutor(
      process.cwd(),
      { ...compiler.converters, node: converter },
      {
        // tslab's executor logs the value of the last expression, and the error that ended the cell
        log: (value) => {
          this.#run.value = value;
        },
        error: (...values) => {
          if (values.length === 1) this.#run.thrown = { error: values[0] };
        },
      },
    );
    this.#live = new LiveNames();
    readableStacks({
      cell: (name, line, column) => compiler.cell(name)?.find(line, column),
      file: (path, line, column) => compiler.files.find(path, line, column),
    });
  }

  /** Compiles and runs one cell; errors are an outcome, never thrown. */
  async run(cell: CellContext, code: string): Promise<Outcome> {
    const run = newRun(cellName(cell.count));
    this.#run = run;
    this.#compiler.onChanged(this.#json.forget());
    this.#compiler.name(run.name);
    cell.stop = () => this.#executor.interrupt();
    try {
      // interrupted before it began
      if (cell.failure) return { status: "error", error: this.describe(cell.failure.error) };
      // tslab passes over such a cell and says that all is well
      if (this.#compiler.tslab.getCodeMetadata(code).mode === "browser") {
        throw new Error("a cell for the browser (@browser) cannot be run here: show HTML instead");
      }
      // what a failed cell declares does not count, as for tslab's types
      const isGood = await currentCell.run(cell, () => this.#executor.execute(code));
      if (!isGood) run.restore?.();
      let { value } = run;
      if (run.diagnostics.length > 0) {
        return { status: "error", error: compileError(run.diagnostics, code, cell.count) };
      }
      if (!run.thrown && !cell.failure && value instanceof primordials.Promise)
        value = await this.#settled(cell, value);
      while (!run.thrown && !cell.failure && cell.pending.size > 0)
        await this.#settled(cell, primordials.Promise.all(cell.pending));
      // rejections that nobody handles are known after one turn of the event loop
      await nextTurn();
      const failure = cell.failure ?? run.thrown;
      if (failure) return { status: "error", error: this.describe(failure.error) };
      return { status: "ok", value };
    } catch (error) {
      return { status: "error", error: this.describe((cell.failure ?? { error }).error) };
    } finally {
      cell.stop = undefined;
    }
  }

  /** Runs something on behalf of the cell, which may be interrupted meanwhile; errors are an outcome, never thrown. */
  async await(cell: CellContext, work: () => Promise<unknown>): Promise<Outcome> {
    this.#run.thrown = undefined;
    // in a turn of its own: a loop in it is terminated, and with it all that called it
    const begun = new primordials.Promise((resolve, reject) => {
      currentCell.run(cell, () => primordials.setImmediate(() => work().then(resolve, reject)));
    });
    const value = await this.#settled(cell, begun);
    cell.stop = undefined;
    const failure = cell.failure ?? this.#run.thrown;
    return failure ? { status: "error", error: this.describe(failure.error) } : { status: "ok", value };
  }

  /** Waits for a promise of the cell, unless something stops the cell before. */
  async #settled<T>(cell: CellContext, work: Promise<T>): Promise<T | undefined> {
    let stop: () => void = () => {};
    const stopped = new primordials.Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
    });
    cell.stop = stop;
    try {
      return await primordials.Promise.race([work, stopped]);
    } catch (error) {
      this.#run.thrown = { error };
      return undefined;
    }
  }

  /** An error in lines of the cell that it comes from. */
  describe(error: unknown): CellError {
    try {
      return this.#describe(error);
    } catch (fault) {
      // an error whose own message or stack throws
      const evalue = `an error that cannot be shown: ${readableMessage(fault)}`;
      return { ename: "Error", evalue, traceback: [`Error: ${evalue}`] };
    }
  }

  #describe(error: unknown): CellError {
    if (isInterrupt(error)) {
      return {
        ename: "Interrupted",
        evalue: "the cell was interrupted",
        traceback: ["Interrupted: the cell was interrupted"],
      };
    }
    return runtimeError(error, (name) => this.#compiler.cell(name));
  }

  /** Sends what tslab's own `display` shows to a function. */
  onTslabDisplay(show: TslabDisplay): void {
    this.#compiler.tslab.jupyter.lastWriteDisplayData = show;
  }

  complete(code: string, position: number) {
    return this.#executor.complete(code, position);
  }

  inspect(code: string, position: number): string | undefined {
    const info = this.#executor.inspect(code, position);
    return info && this.#compiler.tslab.printQuickInfo(info);
  }

  isComplete(code: string) {
    return this.#compiler.tslab.isCompleteCode(code);
  }

  close(): void {
    this.#compiler.converters.close();
  }
}

/** The error that stands for an interrupt. */
export class InterruptError extends Error {
  override name = "Interrupted";
}

function readableMessage(fault: unknown): string {
  try {
    return messageOf(fault);
  } catch {
    return "it throws when it is read";
  }
}

function isInterrupt(error: unknown): boolean {
  if (error instanceof InterruptError) return true;
  if (!(error instanceof Error)) return false;
  return faultCode(error) === "ERR_SCRIPT_EXECUTION_INTERRUPTED" || error.message === "Interrupted asynchronously";
}
