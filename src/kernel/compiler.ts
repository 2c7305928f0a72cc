import { type PositionFinder, positionFinder } from "./source-position.js";
import { type Converted, type Converter, loadTslab, type Tslab, type TypeScript } from "./tslab.js";

/** A cell that was compiled: what was written, and how to find the way back to it. */
export interface CompiledCell {
  source: string;
  find: PositionFinder;
}

/** tslab's converter, with source maps, names for the cells, and `for await` at top level. */
export interface Compiler {
  tslab: Tslab;
  converters: { node: Converter; browser: Converter; close(): void };
  /** Names the cell that is compiled next. */
  name(cell: string): void;
  /** The cell that was compiled under a name. */
  cell(name: string): CompiledCell | undefined;
}

/** Name of a cell in stack traces. */
export function cellName(count: number): string {
  return `cell-${count}.ts`;
}

/** Starts the compiler in the current folder; this takes about a second, most of it in reading type declarations. */
export function createCompiler(): Compiler {
  let maps: string[] = [];
  let current = cellName(0);
  const cells = new Map<string, CompiledCell>();

  const tslab = loadTslab((ts) => ({
    createWatchCompilerHost(roots: string[], options: Record<string, unknown>, ...rest: unknown[]) {
      const host = ts.createWatchCompilerHost(roots, { ...options, sourceMap: true }, ...rest);
      return interceptEmit(host, (map) => {
        maps = [map];
      });
    },
    transpileModule(code: string, options: { compilerOptions: Record<string, unknown> }) {
      const compilerOptions = { ...options.compilerOptions, sourceMap: true };
      const result = ts.transpileModule(code, { ...options, compilerOptions });
      maps.push(result.sourceMapText);
      return result;
    },
  }));

  const node = tslab.createConverter();
  const converter: Converter = {
    ...node,
    convert(previous, source) {
      maps = [];
      const converted = node.convert(previous, source);
      if (converted.output === undefined) return converted;
      const isAsync = converted.hasToplevelAwait || hasTopLevelForAwait(tslab.ts, source);
      const output = named(converted, current);
      cells.set(current, { source, find: positionFinder(maps, output.split("\n").length, isAsync) });
      return { ...converted, hasToplevelAwait: isAsync, output };
    },
  };
  return {
    tslab,
    converters: { node: converter, browser: converter, close: () => node.close() },
    name(cell) {
      current = cell;
    },
    cell: (name) => cells.get(name),
  };
}

function named(converted: Converted, name: string): string {
  const code = (converted.output ?? "").replace(/^\/\/# sourceMappingURL=.*$/gm, "");
  return `${code}\n//# sourceURL=${name}`;
}

/** Passes the source map of each emitted cell to `onMap`; tslab itself throws it away. */
function interceptEmit(host: TypeScript, onMap: (map: string) => void): TypeScript {
  let after: (builder: TypeScript) => void = () => {};
  Object.defineProperty(host, "afterProgramCreate", {
    get: () => (builder: TypeScript) => {
      const emit = builder.emit.bind(builder);
      builder.emit = (file: unknown, write: (name: string, data: string) => void, ...rest: unknown[]) =>
        emit(
          file,
          (name: string, data: string) => {
            if (name.endsWith("__tslab__.js.map")) onMap(data);
            else write(name, data);
          },
          ...rest,
        );
      after(builder);
    },
    set: (callback) => {
      after = callback;
    },
  });
  return host;
}

/** tslab makes a cell async for `await`, but not for `for await` alone, which is then a syntax error. */
function hasTopLevelForAwait(ts: TypeScript, source: string): boolean {
  if (!/\bfor\s+await\b/.test(source)) return false;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  const visit = (node: TypeScript): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(file);
}
