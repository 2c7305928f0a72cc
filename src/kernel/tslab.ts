import Module, { createRequire } from "node:module";
import { notebooksMissing } from "./notebooks-missing.js";

/** The parts of tslab 1.0.22 that the kernel uses. They are not tslab's public interface: everything is held here. */
export interface Converter {
  convert(previous: string, source: string): Converted;
  inspect(previous: string, source: string, position: number): QuickInfo | undefined;
  complete(previous: string, source: string, position: number): Completion;
  addModule(name: string, content: string, meta?: unknown): Diagnostic[];
  close(): void;
}

/** A cell after the compiler. */
export interface Converted {
  output?: string;
  declOutput?: string;
  diagnostics: Diagnostic[];
  lastExpressionVar?: string;
  hasToplevelAwait?: boolean;
  sideOutputs?: { path: string; data: string }[];
}

/** Lines and characters count from 0. */
export interface Position {
  offset: number;
  line: number;
  character: number;
}

export interface Diagnostic {
  start: Position;
  end: Position;
  messageText: string;
  category: number;
  code: number;
  fileName?: string;
}

export interface QuickInfo {
  textSpan?: { start: number; length: number };
}

export interface Completion {
  start: number;
  end: number;
  candidates: string[];
  original?: { entries: { name: string; kind: string }[] };
}

export interface Executor {
  execute(source: string): Promise<boolean>;
  inspect(source: string, position: number): QuickInfo | undefined;
  complete(source: string, position: number): Completion;
  interrupt(): void;
  close(): void;
  locals: Record<string, unknown>;
}

interface TslabConsole {
  log(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
export type TypeScript = any;

/** tslab's modules, with the compiler's functions replaced as `patch` says. */
export interface Tslab {
  ts: TypeScript;
  createConverter(options?: { isJS?: boolean; isBrowser?: boolean }): Converter;
  isCompleteCode(code: string): { completed: boolean; indent?: string };
  createExecutor(
    root: string,
    converters: { node: Converter; browser: Converter; close(): void },
    console: TslabConsole,
  ): Executor;
  /** What a comment at the head of a cell asks for: `@module name`, `@browser`. */
  getCodeMetadata(code: string): { module?: string; mode?: string };
  printQuickInfo(info: QuickInfo): string;
  /** Where tslab's own `display` sends its bundles. */
  jupyter: { lastWriteDisplayData: unknown };
}

/**
 * Where tslab's compiler lies.
 *
 * @throws ChurnError NOT_FOUND where notebooks were not installed
 */
export function compilerPath(): string {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve("tslab/dist/converter.js")).resolve("@tslab/typescript-for-tslab");
  } catch (cause) {
    throw notebooksMissing(cause);
  }
}

/** The compiler by itself, to read the source of cells. */
export const loadCompiler = (): TypeScript => createRequire(import.meta.url)(compilerPath());

/**
 * Loads tslab over a compiler of which some functions are replaced.
 *
 * tslab keeps no source maps and takes no options for it. The exports of its compiler are read-only, so the module
 * cache gets a copy with our functions before tslab reads it. Call it before anything else loads tslab.
 *
 * @param loaded the compiler, where it is in memory already
 */
export function loadTslab(loaded: TypeScript | undefined, patch: (ts: TypeScript) => Record<string, unknown>): Tslab {
  const here = createRequire(import.meta.url);
  const path = compilerPath();
  const ts = loaded ?? here(path);
  // a compiler from memory would look for the language's declarations where it was built
  if (loaded) ts.sys.getExecutingFilePath = () => path;
  const provide = (file: string, exports: unknown) => {
    here.cache[file] = Object.assign(new Module(file), { exports, loaded: true });
  };
  // each file of tslab would copy all names of what is not marked as an ES module
  provide(path, { ...ts, ...patch(ts), __esModule: true });
  // the one function of 48 files that it asks for
  const tslab = createRequire(here.resolve("tslab/dist/converter.js"));
  provide(tslab.resolve("semver"), { major: tslab("semver/functions/major") });
  const { createConverter, isCompleteCode } = here("tslab/dist/converter.js");
  const { createExecutor } = here("tslab/dist/executor.js");
  const { getCodeMetadata } = here("tslab/dist/metadata.js");
  const { printQuickInfo } = here("tslab/dist/inspect.js");
  const jupyter = here("tslab/dist/jupyter.js");
  return { ts, createConverter, isCompleteCode, createExecutor, getCodeMetadata, printQuickInfo, jupyter };
}
