import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { borrowModules } from "./borrowed-modules.js";
import {
  hasTopLevelForAwait,
  keepLastExpression,
  mutableNames,
  readEarlierNames,
  type Transformer,
  topLevelNames,
} from "./cell-transforms.js";
import { registration } from "./live-names.js";
import { type PositionFinder, positionFinder } from "./source-position.js";
import { type KeptCompiler, takeKeptCompiler, takeKeptFile } from "./startup-snapshot.js";
import { type Converted, type Converter, loadTslab, type Tslab, type TypeScript } from "./tslab.js";
import { findUnnameable, isAboutNaming } from "./unnameable.js";

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

const SOURCE = /__tslab__\.ts$/;

/** What is different from tslab's own options; every @types package would be read otherwise, half a second of them. */
const OPTIONS = { sourceMap: true, types: ["node"] };

/** Where tslab brings a Node of its own, for folders without one: our packages are written for ours. */
const ownTypes = (folder: string): string => (/[/\\]tslab[/\\]node_modules[/\\]@types$/.test(folder) ? TYPES : folder);

const PROJECT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");
const TYPES = join(PROJECT, "node_modules", "@types").replaceAll("\\", "/");

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
      const isOutside = relative(PROJECT, process.cwd()).startsWith("..");
      const realPath = isOutside ? borrowModules(sys, PROJECT) : (path: string) => path;
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
        onMap: (text) => {
          map = text;
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
      let converted: Converted;
      for (;;) {
        hidesLocals = true;
        lastExpressionVar = undefined;
        const exported = declared.local.filter((name) => !unnameable.has(name));
        converted = node.convert(previous, exported.length ? `${source}\nexport {${exported.join(", ")}}` : source);
        if (converted.output !== undefined) break;
        const faults = converted.diagnostics.filter((diagnostic) => !isAboutNaming(diagnostic));
        if (faults.length > 0) return { ...converted, diagnostics: faults };
        const found = findUnnameable(tslab.ts, source, converted.diagnostics).filter((name) => exported.includes(name));
        if (found.length === 0) return converted;
        for (const name of found) unnameable.add(name);
      }
      const isAsync = converted.hasToplevelAwait || hasTopLevelForAwait(tslab.ts, source);
      const output = named(converted, current);
      const find = positionFinder(map, output.split("\n").length, isAsync);
      cells.set(current, { source, names, find });
      const mutable = mutableNames(tslab.ts, source);
      const isAny = (name: string) => `declare ${mutable.includes(name) ? "let" : "const"} ${name}: any;\n`;
      return {
        ...converted,
        hasToplevelAwait: isAsync,
        lastExpressionVar,
        output: output + registration([...new Set([...mutable, ...unnameable])]),
        declOutput: converted.declOutput + Array.from(unnameable, isAny).join(""),
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

/** Gives the compiler files that the start-up snapshot holds, the same for every program. */
function withKeptFiles(
  create: (...args: TypeScript[]) => TypeScript,
  kept: KeptCompiler,
  realPath: (path: string) => string,
): typeof create {
  const given = new Map<string, TypeScript>();
  const give = (path: string): TypeScript => {
    if (!given.has(path)) given.set(path, takeKeptFile(kept, realPath(path), path));
    return given.get(path);
  };
  let isGiving = false;
  return (roots, options, host, ...rest) => {
    if (!isGiving) {
      isGiving = true;
      for (const name of ["getSourceFile", "getSourceFileByPath"]) {
        const read = host[name];
        host[name] = (path: string, ...how: unknown[]) => give(path) ?? read.call(host, path, ...how);
      }
    }
    return create(roots, options, host, ...rest);
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

/**
 * Takes a hand in what tslab asks of the compiler, so that a cell is compiled once; tslab does it three times.
 *
 * It compiles first to learn the names that a cell declares and then with these exported; we give it the exports at once,
 * and hide the names when it asks. It compiles the ES module that comes out again, to CommonJS; we emit that at once, which
 * needs transformers of our own, as tslab's expect an ES module. The source map, which it throws away, goes to `onMap`.
 */
function interceptBuilder(
  ts: TypeScript,
  host: TypeScript,
  hooks: {
    onMap: (map: string) => void;
    takeHidesLocals: () => boolean;
    transformers: (checker: TypeScript) => Transformer[];
  },
): TypeScript {
  let after: (builder: TypeScript) => void = () => {};
  Object.defineProperty(host, "afterProgramCreate", {
    get: () => (builder: TypeScript) => {
      const emit = builder.emit.bind(builder);
      const getSourceFile = builder.getSourceFile.bind(builder);
      builder.emit = (
        file: { fileName: string },
        write: (name: string, data: string) => void,
        token: unknown,
        onlyDeclarations: unknown,
        { afterDeclarations }: { afterDeclarations: unknown },
      ) => {
        const program = builder.getProgram();
        const before = SOURCE.test(file.fileName) ? hooks.transformers(program.getTypeChecker()) : [];
        const onFile = (name: string, data: string) =>
          name.endsWith("__tslab__.js.map") ? hooks.onMap(data) : write(name, data);
        // what a cell may say is what an ES module may: the checker keeps to that
        const options = program.getCompilerOptions();
        const { module } = options;
        options.module = ts.ModuleKind.CommonJS;
        try {
          return emit(file, onFile, token, onlyDeclarations, { before, afterDeclarations });
        } finally {
          options.module = module;
        }
      };
      builder.getSourceFile = (name: string) => {
        const file = getSourceFile(name);
        if (file && SOURCE.test(name) && hooks.takeHidesLocals()) hideOnce(file, "locals");
        return file;
      };
      builder.getAllDependencies = (file: TypeScript) => dependencies(builder.getProgram(), file);
      // completion looks at the parents of nodes, which the checker sets
      builder.getProgram().getTypeChecker();
      after(builder);
    },
    set: (callback) => {
      after = callback;
    },
  });
  return host;
}

/** Names of the files that a file imports, itself and what these import included. */
function dependencies(program: TypeScript, start: TypeScript): string[] {
  const found = new Set<TypeScript>([start]);
  for (const file of found) {
    file.resolvedModules?.forEach(({ resolvedModule }: { resolvedModule?: { resolvedFileName: string } }) => {
      const imported = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName);
      if (imported) found.add(imported);
    });
  }
  return Array.from(found, ({ fileName }) => fileName);
}

/** Makes a property read as undefined for the next time only. */
function hideOnce(object: Record<string, unknown>, key: string): void {
  const restore = (value: unknown) =>
    Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: true });
  const value = object[key];
  Object.defineProperty(object, key, {
    configurable: true,
    enumerable: true,
    get: () => {
      restore(value);
      return undefined;
    },
    set: restore,
  });
}
