import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Notebook, NotebookCell } from "./notebook.js";
import { stripNotebook } from "./strip-notebook.js";
import { notebookToScript } from "./to-script.js";

const code = (source: string, tags?: string[]): NotebookCell => ({
  cell_type: "code",
  metadata: tags ? { tags } : {},
  source,
  outputs: [],
  execution_count: null,
});
const notebook = (...cells: NotebookCell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** What a script prints; what it displays is printed. */
function run(...cells: NotebookCell[]): string {
  const script = notebookToScript(notebook(...cells));
  const ts = createRequire(createRequire(import.meta.url).resolve("tslab/dist/converter.js"))(
    "@tslab/typescript-for-tslab",
  );
  const plain = ts
    .transpileModule(script, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
    .outputText.replace(
      /import \{ display(?: as (\w+))? \} from "churn-workbench";/,
      (_: string, name = "display") => `const ${name} = (v) => console.log(v);`,
    );
  const folder = mkdtempSync(join(tmpdir(), "churn-script-"));
  try {
    writeFileSync(join(folder, "script.mjs"), plain);
    return execFileSync(process.execPath, [join(folder, "script.mjs")], { encoding: "utf8", stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("a script does what the notebook does: names declared again, imports repeated, last values shown", () => {
  const cells = [
    { cell_type: "markdown" as const, metadata: {}, source: "# Title\nwords" },
    code('import { join } from "node:path";\nconst x = 1, y = 2;\nx + y'),
    code("throw new Error('not me');", ["skip-cell"]),
    code('import { join, sep } from "node:path";\nconst x: string = "text";\njoin(x, sep.length + String(y))'),
    code("await Promise.resolve(x.length);"),
  ];
  expect(notebookToScript(notebook(...cells))).toContain("// # Title\n// words");
  expect(run(...cells)).toBe("3\ntext/12\n4\n");
});

describe("a script prints what the notebook prints, where", () => {
  it.each<[string, string[], string]>([
    [
      "an import takes the name of another",
      [
        'import { basename as pick } from "node:path";\npick("/a/b")',
        'import { dirname as pick } from "node:path";\npick("/a/b")',
      ],
      "b\n/a\n",
    ],
    [
      "a name is imported as a type first",
      [
        'import type { Stats } from "node:fs";\nlet s: Stats | undefined;',
        'import { Stats, existsSync } from "node:fs";\nconsole.log(typeof Stats, typeof existsSync);',
      ],
      "function function\n",
    ],
    [
      "a function keeps the variable of its own cell",
      ["let n = 1; const g = () => n;", "n = 2; g()", 'let n = "x"; [n, g()]'],
      "2\n[ 'x', 2 ]\n",
    ],
    [
      "a function of another cell sees what is declared again",
      ["const a = 1;", "const h = () => ({ a, b: [a].map((v) => v + a) });", "h()", "const a = 5;", "h()"],
      "{ a: 1, b: [ 2 ] }\n{ a: 5, b: [ 10 ] }\n",
    ],
    [
      "patterns, functions, classes, enums and types are declared again",
      [
        "const { a, b: [c] } = { a: 1, b: [2] }; function f() { return a + c; }\nclass P { x = f(); }\nenum E { A = 'one' }\ninterface I { x: number }",
        "console.log(f(), new P(), E.A);",
        "const { a, ...rest } = { a: 10, c: 3, d: 4 }; function f(i: I): string { return 'f' + i.x; }\ninterface I { x: string }\nconst c = (): number => 7;",
        "class P { static of() { return new P(); } }\nenum E { A = 'two' }\nconsole.log(P.of(), E.A, c, f, rest);",
        "const v = 1;\nconst { x: v2 = v } = {} as { x?: number };",
        "function v() { return { v2, a }; }\nv()",
      ],
      "3 P { x: 3 } one\nP {} two [Function: c] [Function: f] { c: 3, d: 4 }\n{ v2: 1, a: 10 }\n",
    ],
    [
      "a cell has names that the script would use",
      ["const show = (x: number) => x + 1, display = 2;\nshow(display)", "const require = 5; require"],
      "3\n5\n",
    ],
    [
      "a cell ends without a semicolon",
      ["const list = [3]", "[1, 2].forEach((x) => console.log(x))", "const t = 1 // note", "`t`.length"],
      "1\n2\n1\n",
    ],
    ["a cell requires a module", ['const { sep } = require("node:path");\nsep'], "/\n"],
    [
      "inner names are others",
      [
        "const x = 1;",
        "const x = 2; { const x = 3; console.log(x); } ((x: number) => console.log(x))(4);\nlabel: for (const x of [5]) { console.log({ x }.x); continue label; }\nx",
      ],
      "3\n4\n5\n2\n",
    ],
  ])("%s", (_, sources, printed) => {
    expect(run(...sources.map((source) => code(source)))).toBe(printed);
  });
});

it("text is never code, whatever ends its lines, and raw cells stay as comments", () => {
  const note = (source: string, cell_type: "markdown" | "raw") => ({ cell_type, metadata: {}, source });
  for (const end of ["\n", "\r", "\r\n", "\u2028", "\u2029"]) {
    expect(run(note(`note${end}console.log('ran');`, "markdown"), code("1")), JSON.stringify(end)).toBe("1\n");
  }
  expect(notebookToScript(notebook(note("words", "raw")))).toContain("// words");
});

it("a cell that may fail does not end the script, and one that uses its names is refused by number", () => {
  const mayFail = code('const part = 1; throw new Error("allowed");', ["raises-exception"]);
  expect(run(mayFail, code('"after"'))).toBe("after\n");
  expect(() => notebookToScript(notebook(mayFail, code("part + 1")))).toThrow(
    'cell 2 cannot be part of a script: it uses "part", which cell 1, which may fail, declares',
  );
});

it("stripping leaves what a person wrote", () => {
  const dirty = notebook(
    { cell_type: "markdown", metadata: { tags: ["papermill-error-cell-tag"] }, source: "failed" },
    { ...code("1", ["keep"]), outputs: [{ output_type: "stream", name: "stdout", text: "1" }], execution_count: 3 },
    code("const a = 2;", ["injected-parameters"]),
  );
  dirty.cells[1].metadata.executionInfo = { user: { displayName: "a name", userId: "1" } };
  dirty.cells[1].metadata.outputId = "x";
  dirty.metadata.papermill = { duration: 1 };
  dirty.cells[1].metadata.papermill = { status: "completed" };
  expect(stripNotebook(dirty)).toEqual(notebook(code("1", ["keep"])));
  expect(stripNotebook(stripNotebook(dirty))).toEqual(stripNotebook(dirty));
});
