import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasTag, type Notebook, readNotebook } from "../../src/notebook/notebook.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { outputText, temporaryFolder } from "./run-fixture.js";

/** Runs cells in one kernel; those that throw are allowed to. */
async function runCells(...sources: string[]): Promise<{ texts: string[]; saved: string; folder: string }> {
  const folder = temporaryFolder();
  const cells = sources.map((source) => ({
    cell_type: "code" as const,
    metadata: { tags: ["raises-exception"] },
    source,
    outputs: [],
    execution_count: null,
  }));
  const notebook: Notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 4 };
  const [input, output] = [join(folder, "in.ipynb"), join(folder, "out.ipynb")];
  writeFileSync(input, JSON.stringify(notebook));
  await runNotebook(input, output, { cwd: folder });
  const run = (await readNotebook(output)).cells.filter((cell) => hasTag(cell, "raises-exception"));
  const texts = run.map(({ outputs = [] }) =>
    outputs
      .map((output) => (output.output_type === "error" ? output.traceback.join("\n") : outputText(output)))
      .join(""),
  );
  return { texts, saved: readFileSync(output, "utf8"), folder };
}

const write = (name: string, text: string) =>
  `require("node:fs").writeFileSync(${JSON.stringify(name)}, ${JSON.stringify(text)});`;
// the compiler watches files by their times
const WAIT = "await new Promise((resolve) => setTimeout(resolve, 2500));";

describe.concurrent("a kernel", { timeout: 120_000 }, () => {
  it("runs again whatever imports a file that has changed, at any depth and by any form", async () => {
    const { texts } = await runCells(
      [
        write("b.ts", "export const v = 1;"),
        write("a.ts", 'import { v } from "./b.ts";\nexport const w = v * 10;'),
        write("again.ts", 'export * from "./a";'),
        write("lazy.ts", 'export const lazy = async () => (await import("./again.js")).w;'),
        write("cfg.json", '{"k": 1}'),
        write("cfg.ts", 'export { default } from "./cfg.json";'),
        write(
          "helper.ts",
          'export const help = 5;\nexport function fail() {\n  interface X { a: 1 }\n  throw new Error("in a file");\n}',
        ),
      ].join("\n"),
      'import { w } from "./again";\nimport { lazy } from "./lazy";\nimport cfg from "./cfg";\n[w, await lazy(), cfg.k]',
      `${write("b.ts", "export const v = 2;")}\n${write("cfg.json", '{"k": 2}')}\n${WAIT}`,
      'import { v } from "./b";\nv',
      'import { w } from "./again";\nimport { lazy } from "./lazy";\nimport cfg from "./cfg";\n[w, await lazy(), cfg.k]',
      'import { help, fail } from "./helper.ts";\nconst load = async () => (await import("./helper.ts")).help;\n[help, await load()]',
      "try {\n  fail();\n} catch (error) {\n  console.error(error);\n}",
    );
    expect(texts.slice(1, 6)).toEqual(["[ 10, 10, 1 ]", "", "2", "[ 20, 20, 2 ]", "[ 5, 5 ]"]);
    expect(texts[6]).toMatch(/at fail \(.*helper\.ts:4:9\)\n +at cell \[7\], line 2:3\n?$/);
  });

  it("names the line of the cell where code reads a stack, and nothing of its own", async () => {
    const deep = 'interface Gone {\n  a: 1;\n}\nfunction deep(): never {\n  throw new Error("deep fault");\n}';
    const { texts, saved, folder } = await runCells(
      `${deep}\ntry {\n  deep();\n} catch (error) {\n  console.error(error);\n}`,
      "try {\n  deep();\n} catch (error) {\n  console.log((error as Error).stack);\n}",
      'console.trace("here");\nnew Error("a value")',
      "const [settled] = await Promise.allSettled([Promise.reject(new Error('settled'))]);\nsettled",
      "deep();",
      "const text = `a\n//# sourceMappingURL=foo\nb`;\ntext",
    );
    expect(texts[0]).toMatch(
      /^Error: deep fault\n {4}at deep \(cell \[1\], line 5:9\)\n {4}at cell \[1\], line 8:3\n$/,
    );
    expect(texts[1]).toBe("Error: deep fault\n    at deep (cell [1], line 5:9)\n    at cell [2], line 2:3\n");
    expect(texts[2]).toContain("at cell [3], line 1:9");
    expect(texts[2]).toContain("at cell [3], line 2:1");
    expect(texts[3]).toContain("cell [4], line 1:");
    expect(texts[4]).toContain('> 5 |   throw new Error("deep fault");');
    expect(texts[4]).toContain("at cell [5], line 1:1");
    expect(texts[5]).toBe("a\n//# sourceMappingURL=foo\nb");
    expect(saved).not.toMatch(/tslab|dist\/kernel|evalmachine/);
    expect(saved.replaceAll(folder, "")).not.toMatch(/\(\/|file:\/\//);
  });

  it("sends no half of a character, cuts between them, and says what of a child it left out", async () => {
    const { texts, saved } = await runCells(
      'console.log("name: " + "ab😀".slice(0, 3) + "\\\\ud83d");',
      '"x".repeat(2 ** 20 - 1) + "😀😀"',
      'require("node:child_process").spawnSync("sh", ["-c", "seq 1 3000000"], { stdio: "inherit" });',
      '({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": 5 }) })',
      'throw new Error("long ".repeat(1_000_000));',
      `const wide = "${"y".repeat(1_000_000)}"; wide.at(0)!.missing.thing;`,
    );
    expect(texts[0]).toBe("name: ab\ufffd\\ud83d\n");
    expect(texts[1]).toMatch(/x\n\[cut: 4 more/);
    expect(texts[2]).toMatch(
      /\n\[output cut: \d+ more lines \(\d+ bytes\) were left out; a cell may print 16 MiB\]\n$/,
    );
    expect(texts[3]).toBe("5");
    expect(texts[4].length).toBeLessThan(2 ** 20);
    expect(texts[5].length).toBeLessThan(10_000);
    expect(saved).not.toMatch(/(?<!\\)\\ud83d/);
    expect(saved).toContain('"5"');
  });
});
