// Run by the build, `node --snapshot-blob FILE --build-snapshot scripts/snapshot-kernel.cjs TYPESCRIPT`: a process that Node
// starts from FILE runs its script with the kernel's compiler ready, and with the declarations of the language, of Node and of
// our package read. Only Node's own modules can be required here.
const fs = require("node:fs");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

const PROJECT = path.dirname(__dirname);
/** The entries of our package, by their files: a compiler that resolves as the kernel's does not read `exports`. */
const ENTRIES = Object.values(JSON.parse(fs.readFileSync(path.join(PROJECT, "package.json"), "utf8")).exports)
  .flatMap((entry) => entry.default ?? [])
  .map((file) => `import ${JSON.stringify(file)};`)
  .join("\n");
/** What an ordinary cell needs of the compiler: the code that runs for it is compiled here, once. */
const CELL = `${ENTRIES}
import { readFile } from "node:fs/promises";
interface Row { id: number; name?: string }
function first<T>(rows: readonly T[]): T | undefined { return rows[0]; }
class A { #a = 1; get a() { return this.#a; } }
const x: number[] = [1, 2];
const wrong: string = 1;
for (const row of [first<Row>([])]) console.log(row?.name ?? "", new A().a, x.map((value) => String(value)), readFile);
export { x };
`;

function load(file) {
  const module = { exports: {} };
  const names = ["exports", "require", "module", "__filename", "__dirname"];
  const run = vm.compileFunction(fs.readFileSync(file, "utf8"), names, { filename: file });
  run(module.exports, withoutCrypto, module, file, path.dirname(file));
  return module.exports;
}

/** Threads of a process whose snapshot holds node:crypto cannot load it in Node 24; the compiler has hashes of its own. */
function withoutCrypto(name) {
  if (name === "crypto") throw new Error("not in a snapshot");
  return require(name);
}

const ts = load(process.argv[2]);
// it would remember the folder of the build
ts.sys.getCurrentDirectory = () => process.cwd();

const files = new Map();
const cell = path.join(PROJECT, "cell.ts").replaceAll("\\", "/");
const options = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  declaration: true,
  skipLibCheck: true,
};
const program = ts.createProgram([cell], options, {
  ...ts.createCompilerHost(options),
  getCurrentDirectory: () => PROJECT,
  getSourceFile(name, languageVersion) {
    const text = name === cell ? CELL : ts.sys.readFile(name);
    if (text === undefined) return undefined;
    const file = ts.createSourceFile(name, text, languageVersion);
    if (name !== cell) {
      const { size, mtimeMs } = fs.statSync(name);
      files.set(path.relative(PROJECT, name).replaceAll("\\", "/"), {
        file,
        size,
        seconds: Math.trunc(mtimeMs / 1000),
      });
    }
    return file;
  },
});
// the checker binds every file
ts.getPreEmitDiagnostics(program, program.getSourceFile(cell));
program.emit(program.getSourceFile(cell), () => {});

for (const { file } of files.values()) {
  // each program finds for itself what a file imports
  file.resolvedModules = undefined;
  file.resolvedTypeReferenceDirectiveNames = undefined;
}

// a copy: what the compiler exports are getters
globalThis[Symbol.for("churn-workbench.compiler")] = { ts: { ...ts }, files };
v8.startupSnapshot.setDeserializeMainFunction(() => {
  // what Node has by default: snapshots cannot keep it, and errors have no stack without
  Error.stackTraceLimit = 10;
  // import, since only that waits for a module; in a snapshot itself there is none
  const Module = require("node:module");
  const script = process.argv[1];
  const starter = new Module(script);
  starter.filename = script;
  starter._compile(`import(${JSON.stringify(require("node:url").pathToFileURL(script).href)})`, script);
});
