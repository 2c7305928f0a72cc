import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROJECT } from "../../src/notebook/lab-files.js";
import { hasTag, type Notebook, readNotebook } from "../../src/notebook/notebook.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { notebookToScript } from "../../src/notebook/to-script.js";
import { outputText, temporaryFolder } from "./run-fixture.js";

/** What cells may say that one module cannot say in the same words. */
const TRAPS: (string | { may: string })[] = [
  'import { basename as pick } from "node:path";\npick("/a/b")',
  'const held = () => pick("/a/b");\nheld()',
  'import { dirname as pick } from "node:path";\npick("/a/b")',
  "held()",
  'import type { Stats } from "node:fs";\nlet stats: Stats | undefined;\ntypeof stats',
  'import { Stats, existsSync } from "node:fs";\n[typeof Stats, typeof existsSync]',
  "let n = 1; const g = () => n;",
  "n = 2; g()",
  'let n = "x"; [n, g()]',
  "const a = 1; var w = 1;",
  "const h = () => ({ a, b: [a].map((v) => v + a), w });\nw = 4;",
  "h()",
  "const a = 5; var w = 2; h()",
  "h()",
  "const { b, c: [c] } = { b: 1, c: [2] }; function f() { return b + c; }\nclass P { x = f(); }\nenum E { A = 'one' }\ninterface I { x: number }",
  "console.log(f(), new P(), E.A); class Q extends P {}\nnew Q()",
  "const { b, ...rest } = { b: 10, d: 4 }; function f(i: I): string { return 'f' + i.x; }\ninterface I { x: string }\nconst c = (): number => 7;",
  "class P { static of() { return new P(); } }\nenum E { A = 'two' }\nconsole.log(P.of(), E.A, c, f, rest, f({ x: 'i' })); new Q()",
  "const v = 1;\nconst { x: v2 = v } = {} as { x?: number };",
  "function v() { return { v2, b }; }\nv()",
  "const show = (x: number) => x + 1, display = 2;\nshow(display)",
  "const list = [3]",
  "[1, 2].map((x) => x + list[0]!)",
  'const { sep } = require("node:path");\nsep',
  "const x = 2; { const x = 3; console.log(x); } ((x: number) => console.log(x))(4);\nlabel: for (const x of [5]) { console.log({ x }.x); continue label; }\nx",
  { may: 'console.log("before"); throw new Error("allowed");' },
  "await Promise.resolve('waited')",
  "Promise.resolve(new Map([[1, { x }]]))",
  "null",
];

it("a script prints what its notebook prints", async () => {
  const folder = temporaryFolder();
  const cells = TRAPS.map((trap) => ({
    cell_type: "code" as const,
    metadata: typeof trap === "string" ? {} : { tags: ["raises-exception"] },
    source: typeof trap === "string" ? trap : trap.may,
    outputs: [],
    execution_count: null,
  }));
  const notebook: Notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 4 };
  const [input, output] = [join(folder, "in.ipynb"), join(folder, "out.ipynb")];
  writeFileSync(input, JSON.stringify(notebook));
  await runNotebook(input, output, { cwd: folder });
  const shown = (await readNotebook(output)).cells.flatMap((cell) =>
    (cell.outputs ?? [])
      .filter((each) => !hasTag(cell, "raises-exception") || each.output_type === "stream")
      .map((each) => outputText(each).trimEnd()),
  );

  const ts = createRequire(createRequire(import.meta.url).resolve("tslab/dist/converter.js"))(
    "@tslab/typescript-for-tslab",
  );
  const module = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const index = join(PROJECT, "dist/index.js");
  expect(existsSync(index)).toBe(true);
  const script = notebookToScript(notebook).replace('"churn-workbench"', JSON.stringify(index));
  writeFileSync(join(folder, "script.mjs"), ts.transpileModule(script, { compilerOptions: module }).outputText);
  const printed = execFileSync(process.execPath, [join(folder, "script.mjs")], {
    encoding: "utf8",
    cwd: folder,
    stdio: "pipe",
  });
  expect(printed.trimEnd().split("\n")).toEqual(shown.join("\n").split("\n"));
}, 120_000);
