// Keeps the bytecode of the kernel's compiler in dist/, so that kernels start sooner. Run by the build; does nothing when it is there.
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { codeOf } from "../dist/kernel/code-cache.js";
import { createCompiler } from "../dist/kernel/compiler.js";
import { compilerFiles } from "../dist/kernel/tslab.js";

const { path, code } = compilerFiles();
if (!existsSync(code)) {
  // what an ordinary cell needs of the compiler
  const { converters } = createCompiler({ docs: false });
  let declared = "";
  for (const cell of [
    "const x: number[] = [1, 2];\nx.map((value) => String(value))",
    'import { readFile } from "node:fs/promises";\nconst text = await readFile("package.json", "utf8");\ntext.length',
    'interface Row { id: number; name?: string }\nfunction first<T>(rows: readonly T[]): T | undefined { return rows[0]; }\nclass A { #a = 1; get a() { return this.#a; } }\nfor await (const row of [first<Row>([])]) console.log(row?.name ?? "", new A().a);',
    "const wrong: string = 1;",
  ]) {
    const { declOutput } = converters.node.convert(declared, cell);
    declared = declOutput ?? declared;
  }
  converters.close();
  const beside = `${code}.${process.pid}.part`;
  writeFileSync(beside, codeOf(path));
  renameSync(beside, code);
}
process.exit(0);
