import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
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

it("a script does what the notebook does: names declared again, imports repeated, last values shown", () => {
  const script = notebookToScript(
    notebook(
      { cell_type: "markdown", metadata: {}, source: "# Title\nwords" },
      code('import { join } from "node:path";\nconst x = 1, y = 2;\nx + y'),
      code("throw new Error('not me');", ["skip-cell"]),
      code('import { join, sep } from "node:path";\nconst x: string = "text";\njoin(x, sep.length + String(y))'),
      code("await Promise.resolve(x.length);"),
    ),
  );
  expect(script).toContain("// # Title\n// words");
  const ts = createRequire(createRequire(import.meta.url).resolve("tslab/dist/converter.js"))(
    "@tslab/typescript-for-tslab",
  );
  const plain = ts
    .transpileModule(script, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
    .outputText.replace('import { display } from "churn-workbench";', "const display = (v) => console.log(v);");
  const folder = mkdtempSync(join(tmpdir(), "churn-script-"));
  try {
    writeFileSync(join(folder, "script.mjs"), plain);
    expect(execFileSync(process.execPath, [join(folder, "script.mjs")], { encoding: "utf8" })).toBe("3\ntext/12\n4\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("stripping leaves what a person wrote", () => {
  const dirty = notebook(
    { cell_type: "markdown", metadata: { tags: ["papermill-error-cell-tag"] }, source: "failed" },
    { ...code("1", ["keep"]), outputs: [{ output_type: "stream", name: "stdout", text: "1" }], execution_count: 3 },
    code("const a = 2;", ["injected-parameters"]),
  );
  dirty.metadata.papermill = { duration: 1 };
  dirty.cells[1].metadata.papermill = { status: "completed" };
  expect(stripNotebook(dirty)).toEqual(notebook(code("1", ["keep"])));
  expect(stripNotebook(stripNotebook(dirty))).toEqual(stripNotebook(dirty));
});
