import { join } from "node:path";
import { borrowModules } from "./borrowed-modules.js";
import { type BuilderHooks, interceptBuilder } from "./intercept-builder.js";
import { withKeptFiles } from "./kept-files.js";
import { MODULES } from "./project.js";
import { takeKeptCompiler } from "./startup-snapshot.js";
import { loadTslab, type Tslab, type TypeScript } from "./tslab.js";

/** What is different from tslab's own options; every @types package would be read otherwise, half a second of them. */
const OPTIONS = { sourceMap: true, types: ["node"], allowImportingTsExtensions: true };

/** The compiler wants a promise that nothing is written, where imports have an ending; ours are written without it. */
const ENDINGS = 5096;

const TYPES = join(MODULES, "@types").replaceAll("\\", "/");

/** Where tslab brings a Node of its own, for folders without one: our packages are written for ours. */
const ownTypes = (folder: string): string => (/[/\\]tslab[/\\]node_modules[/\\]@types$/.test(folder) ? TYPES : folder);

/**
 * tslab over a compiler that starts from the snapshot, finds our packages and compiles a cell once.
 *
 * @param packages whose declarations are read at once, as the cells will import them
 * @param hooksOf makes what is asked at each cell, given the compiler
 */
export function patchTslab(packages: readonly string[], hooksOf: (ts: TypeScript) => BuilderHooks): Tslab {
  const kept = takeKeptCompiler();
  return loadTslab(kept?.ts, (ts) => ({
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
      return interceptBuilder(ts, host, hooksOf(ts));
    },
    // without what is wrong with the declarations: that comes out when they are written
    getPreEmitDiagnosticsOfFiles: (program: TypeScript, files: TypeScript[]) =>
      ts.sortAndDeduplicateDiagnostics([
        ...program.getOptionsDiagnostics().filter(({ code }: { code: number }) => code !== ENDINGS),
        ...program.getGlobalDiagnostics(),
        ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
      ]),
    // the compiler has made CommonJS already
    transpileModule: (outputText: string) => ({ outputText }),
  }));
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
