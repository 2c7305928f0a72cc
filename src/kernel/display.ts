import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { bundle, mimeBundle, type RichOutput } from "./mime-bundle.js";

/** What the running kernel offers to `display`; the kernel puts it under `KERNEL_HOOK` of the global object. */
export interface KernelHook {
  /** Sends a bundle to the cell on whose behalf the call is made. */
  display(bundle: RichOutput, options: { id?: string | undefined; update?: boolean | undefined }): void;
  clear(wait: boolean): void;
  /** The cell is not over before this is. */
  hold(work: Promise<unknown>): void;
}

/** The package may be loaded twice, by the kernel and by a cell: the hook is found by a registered symbol. */
export const KERNEL_HOOK = Symbol.for("churn-workbench.kernel");

/** An output that can be replaced in place. */
export interface LiveDisplay {
  readonly id: string;
  /** Shows another value in the place of the first. */
  update(value: unknown): Promise<void>;
}

/**
 * Shows a value in the output of the cell: charts as charts, tables as tables, the rest as text.
 *
 * Works on this project's kernel and on a stock tslab; outside of a notebook it prints the text.
 *
 * @param value anything; an object with a method `[Symbol.for("Jupyter.display")]` says itself how it is shown
 * @returns when the output is on its way, after what was shown before
 * @example
 * await display(tableView(rows, { title: "Calls" }));
 */
export function display(value: unknown): Promise<void> {
  return show(value, {});
}

/** Shows the parts of a bundle as they are: `{ "text/html": "<b>hi</b>" }`. */
export function displayRaw(data: Record<string, unknown>): Promise<void> {
  return inOrder(Promise.resolve(bundle(data)), {});
}

/** Shows a value that will be replaced in place, for progress and for charts that grow. */
export function liveDisplay(value: unknown): LiveDisplay {
  const id = randomUUID();
  void show(value, { id });
  return { id, update: (next) => show(next, { id, update: true }) };
}

/** Removes the cell's output; with `wait`, only when the next output comes, so that nothing flickers. */
export function clearOutput(wait = false): void {
  hook()?.clear(wait);
}

function show(value: unknown, options: { id?: string; update?: boolean }): Promise<void> {
  return inOrder(mimeBundle(value), options);
}

let last: Promise<unknown> = Promise.resolve();

/** Sends bundles in the order in which they were asked for: a table is ready before the chart above it is drawn. */
function inOrder(ready: Promise<RichOutput>, options: { id?: string; update?: boolean }): Promise<void> {
  const sent = Promise.allSettled([last, ready]).then(async () => send(await ready, options));
  last = sent;
  hook()?.hold(sent);
  // a promise that only the caller has: a failure that nobody handles is then the cell's
  return sent.then();
}

function hook(): KernelHook | undefined {
  return (globalThis as Record<symbol, unknown>)[KERNEL_HOOK] as KernelHook | undefined;
}

function send(ready: RichOutput, options: { id?: string; update?: boolean }): void {
  const ours = hook();
  const tslab = ours ? undefined : stockTslab();
  if (ours) ours.display(ready, options);
  else if (tslab) tslab({ ...ready, transient: options.id ? { display_id: options.id } : {} }, options.update ?? false);
  else if (!options.update) console.log(String(ready.data["text/plain"] ?? ""));
}

/** A stock tslab keeps the function that writes to the current cell in its module `jupyter`, once a cell has run. */
function stockTslab(): ((content: unknown, update: boolean) => void) | undefined {
  const { cache } = createRequire(import.meta.url);
  for (const [path, module] of Object.entries(cache)) {
    if (/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path) && module?.exports.lastWriteDisplayData) {
      return module.exports.lastWriteDisplayData;
    }
  }
  return undefined;
}
