import { join } from "node:path";
import { borrowModules } from "./borrowed-modules.js";
import { carriedModules } from "./carried-modules.js";
import {
  hasTopLevelForAwait,
  keepLastExpression,
  mutableNames,
  readEarlierNames,
  topLevelNames,
} from "./cell-transforms.js";
import { interceptBuilder } from "./intercept-builder.js";
import { withKeptFiles } from "./kept-files.js";
import { registration } from "./live-names.js";
import { MODULES } from "./project.js";
import { type PositionFinder, positionFinder } from "./source-position.js";
import { takeKeptCompiler } from "./startup-snapshot.js";
import { type Converted, type Converter, loadTslab, type Tslab, type TypeScript } from "./tslab.js";
import { describeFault, findUnnameable } from "./unnameable.js";

/** A cell that was compiled: what was written, and how to find the way back to it. */
export interface CompiledCell {
  source: string;
  /** Names that it declares. */
  names: string[];
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

/** What is different from tslab's own options; every @types package would be read otherwise, half a second of them. */
const OPTIONS = { sourceMap: true, types: ["node"] };

/** Where tslab brings a Node of its own, for folders without one: our packages are written for ours. */
const ownTypes = (folder: string): string => (/[/\\]tslab[/\\]node_modules[/\\]@types$/.test(folder) ? TYPES : folder);

const TYPES = join(MODULES, "@types").replaceAll("\\", "/");

/**
 * Starts the compiler in the current folder.
 *
 * It reads declarations for most of a second, but for those that the start-up snapshot holds.
 *
 * @param packages whose declarations are read at once, as the cells will import them
 */
export function createCompiler(packages: readonly string[] = []): Compiler {
  let current = cellName(0);
  let hidesLocals = false;
  let names: string[] = [];
  let map = "";
  let faults: readonly TypeScript[] = [];
  let lastExpressionVar: string | undefined;
  const cells = new Map<string, CompiledCell>();

  const kept = takeKeptCompiler();
  const tslab = loadTslab(kept?.ts, (ts) => ({
    createWatchCompilerHost(
      roots: string[],
      options: { typeRoots: string[] },
      sys: TypeScript,
      _createProgram: unknown,
      ...rest: unknown[]
    ) {
      watchOwnFilesOnly(sys);
      updateWithCells(sys);
      const realPath = borrowModules(sys);
      if (packages.length > 0) roots.push(importsAtOnce(sys, packages));
      // the usual builder works out after each cell which of all files it touches, a third of the time; nobody asks for it
      const host = ts.createWatchCompilerHost(
        roots,
        { ...options, ...OPTIONS, typeRoots: options.typeRoots.map(ownTypes) },
        sys,
        kept ? withKeptFiles(ts.createAbstractBuilder, kept, realPath) : ts.createAbstractBuilder,
        ...rest,
      );
      return interceptBuilder(ts, host, {
        onCell: (emitted) => {
          map = emitted.map;
          faults = emitted.faults;
        },
        transformers: (checker) => [
          readEarlierNames(ts, checker),
          keepLastExpression(ts, names, (name) => {
            lastExpressionVar = name;
          }),
        ],
        takeHidesLocals: () => {
          const hides = hidesLocals;
          hidesLocals = false;
          return hides;
        },
      });
    },
    // without what is wrong with the declarations: that comes out when they are written
    getPreEmitDiagnosticsOfFiles: (program: TypeScript, files: TypeScript[]) =>
      ts.sortAndDeduplicateDiagnostics([
        ...program.getOptionsDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
      ]),
    // the compiler has made CommonJS already
    transpileModule: (outputText: string) => ({ outputText }),
  }));

  const node = tslab.createConverter();
  const converter: Converter = {
    ...node,
    convert(previous, source) {
      const declared = topLevelNames(tslab.ts, source);
      names = declared.names;
      const unnameable = new Set<string>();
      let sideOutputs: Converted["sideOutputs"];
      let converted: Converted;
      for (;;) {
        hidesLocals = true;
        lastExpressionVar = undefined;
        const exported = declared.local.filter((name) => !unnameable.has(name));
        converted = node.convert(previous, exported.length ? `${source}\nexport {${exported.join(", ")}}` : source);
        if (converted.output === undefined) return converted;
        // files that the cell imports are compiled but once
        sideOutputs ??= converted.sideOutputs;
        if (faults.length === 0) break;
        const found = findUnnameable(tslab.ts, source, faults).filter((name) => exported.includes(name));
        if (found.length === 0) return { diagnostics: faults.map((fault) => describeFault(tslab.ts, fault)) };
        for (const name of found) unnameable.add(name);
      }
      const isAsync = converted.hasToplevelAwait || hasTopLevelForAwait(tslab.ts, source);
      const output = named(converted, current);
      const find = positionFinder(map, output.split("\n").length, isAsync);
      cells.set(current, { source, names, find });
      // what a cell exports itself lives among the exports alone
      const mutable = mutableNames(tslab.ts, source).filter((name) => declared.local.includes(name));
      const isAny = (name: string) => `declare ${mutable.includes(name) ? "let" : "const"} ${name}: any;\n`;
      return {
        ...converted,
        ...(sideOutputs ? { sideOutputs } : {}),
        hasToplevelAwait: isAsync,
        lastExpressionVar,
        output: output + registration([...new Set([...mutable, ...unnameable])]),
        declOutput: [
          converted.declOutput,
          carriedModules(tslab.ts, previous, names),
          ...Array.from(unnameable, isAny),
        ].join(""),
      };
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

/** Watches files that people edit; all in node_modules would be watched otherwise, one by one. */
function watchOwnFilesOnly(sys: TypeScript): void {
  const { watchFile, watchDirectory } = sys;
  const isOurs = (path: string) => !/[/\\]node_modules[/\\]./.test(path);
  const nothing = { close() {} };
  sys.watchFile = (path: string, ...rest: unknown[]) => (isOurs(path) ? watchFile.call(sys, path, ...rest) : nothing);
  sys.watchDirectory = (path: string, callback: unknown) =>
    isOurs(path) ? watchDirectory.call(sys, path, callback, false) : nothing;
}

/**
 * Lets nothing but the next cell update the program: tslab holds one timer, and stays broken when a second one is set.
 *
 * The other timer of the compiler looks up again what was not found; it does that with each update, too.
 */
function updateWithCells(sys: TypeScript): void {
  const { setTimeout, clearTimeout } = sys;
  const never = {};
  sys.setTimeout = (callback: { name: string }, ...rest: unknown[]) =>
    callback.name === "updateProgramWithWatchStatus" ? setTimeout.call(sys, callback, ...rest) : never;
  sys.clearTimeout = (timer: unknown) => {
    if (timer !== never) clearTimeout.call(sys, timer);
  };
}

/** Shows the compiler a file that imports packages, so that every program has them; gives its path. */
function importsAtOnce(sys: TypeScript, packages: readonly string[]): string {
  const path = `${sys.getCurrentDirectory().replace(/\\/g, "/")}/__packages__.d.ts`;
  const { readFile, fileExists } = sys;
  const text = packages.map((name) => `import ${JSON.stringify(name)};\n`).join("");
  sys.readFile = (file: string, encoding?: string) => (file === path ? text : readFile.call(sys, file, encoding));
  sys.fileExists = (file: string) => file === path || fileExists.call(sys, file);
  return path;
}

function named(converted: Converted, name: string): string {
  const code = (converted.output ?? "").replace(/^\/\/# sourceMappingURL=.*$/gm, "");
  return `${code}\n//# sourceURL=${name}`;
}
