import type { Transformer } from "./cell-transforms.js";
import { importWithoutEnding } from "./import-without-ending.js";
import type { TypeScript } from "./tslab.js";

const SOURCE = /__tslab__\.ts$/;

/** What came of a cell beside its code. */
export interface EmittedCell {
  /** Its source map, which tslab throws away. */
  map: string;
  /** What is wrong with the declarations of it; they are not there then. */
  faults: readonly TypeScript[];
  /** In which it was compiled. */
  program: TypeScript;
}

/** What the kernel hears and says while the compiler works. */
export interface BuilderHooks {
  onCell: (emitted: EmittedCell) => void;
  /** Gets the source map of a file that cells import. */
  onFileMap: (path: string, map: string) => void;
  takeHidesLocals: () => boolean;
  transformers: (checker: TypeScript) => Transformer[];
}

/**
 * Takes a hand in what tslab asks of the compiler, so that a cell is compiled once; tslab does it three times.
 *
 * It compiles first to learn the names that a cell declares and then with these exported; we give it the exports at once,
 * and hide the names when it asks. It compiles the ES module that comes out again, to CommonJS; we emit that at once, which
 * needs transformers of our own, as tslab's expect an ES module.
 */
export function interceptBuilder(ts: TypeScript, host: TypeScript, hooks: BuilderHooks): TypeScript {
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
        const isCell = SOURCE.test(file.fileName);
        const before = [...(isCell ? hooks.transformers(program.getTypeChecker()) : []), importWithoutEnding(ts)];
        let map = "";
        const onFile = (name: string, data: string) => {
          if (name.endsWith("__tslab__.js.map")) map = data;
          else if (name.endsWith(".js.map")) hooks.onFileMap(file.fileName, data);
          else write(name, data);
        };
        // what a cell may say is what an ES module may: the checker keeps to that
        const options = program.getCompilerOptions();
        const { module } = options;
        options.module = ts.ModuleKind.CommonJS;
        try {
          const { diagnostics } = emit(file, onFile, token, onlyDeclarations, { before, afterDeclarations });
          if (isCell) hooks.onCell({ map, faults: diagnostics, program });
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
