import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Compiler } from "../../src/kernel/compiler.js";
import { Session } from "../../src/kernel/session.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { temporaryFolder } from "../notebook/run-fixture.js";

interface Package {
  exports: Record<string, { types: string; default: string } | string>;
  typesVersions: { "*": Record<string, string[]> };
}
const { exports, typesVersions } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as Package;
const entries = Object.entries(exports).flatMap(([path, entry]) =>
  typeof entry === "string" ? [] : [{ name: `churn-workbench${path.slice(1)}`, path, ...entry }],
);
/** A value of each entry. */
const VALUES: Record<string, string> = {
  "churn-workbench": "configure",
  "churn-workbench/forest": "fitForest",
  "churn-workbench/monitoring": "univariateDrift",
  "churn-workbench/statistics": "wilsonInterval",
  "churn-workbench/charts": "lineChart",
  "churn-workbench/notebook": "runNotebook",
};

describe("the package's entries", () => {
  it("are found by compilers that read exports, and by those that do not", () => {
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(VALUES));
    const others = entries.filter(({ path }) => path !== ".");
    expect(typesVersions["*"]).toEqual(
      Object.fromEntries(others.map(({ path, types }) => [path.slice(2), [types.slice(2)]])),
    );
  });

  it("give each value under one name, the first at most 66 of them", async () => {
    const modules = await Promise.all(entries.map(({ name }) => import(name) as Promise<object>));
    const all = modules.flatMap((module) => Object.values(module));
    expect(new Set(all).size).toBe(all.length);
    expect(Object.keys(modules[0]).length).toBeLessThanOrEqual(66);
  }, 120_000);
});

const imports = entries.map(({ name }) => `import { ${VALUES[name]} } from "${name}";`).join("\n");

async function run(source: string, cwd: string): Promise<string> {
  const folder = temporaryFolder();
  const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
  const cell = { cell_type: "code", metadata: {}, source, outputs: [], execution_count: null };
  writeFileSync(join(folder, "in.ipynb"), JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells: [cell] }));
  await runNotebook(join(folder, "in.ipynb"), join(folder, "out.ipynb"), { cwd });
  return readFileSync(join(folder, "out.ipynb"), "utf8");
}

describe.each([
  ["in the project", () => process.cwd()],
  ["anywhere else", temporaryFolder],
])("a cell %s", (_, folder) => {
  it("imports from each entry", async () => {
    const kinds = entries.map(({ name }) => `typeof ${VALUES[name]}`).join(", ");
    expect(await run(`${imports}\n[${kinds}].join()`, folder())).toContain(entries.map(() => "function").join());
  });

  it("knows their types", async () => {
    const wrong = `import { fitForest } from "churn-workbench/forest";\nconst wrong: string = fitForest;`;
    await expect(run(wrong, folder())).rejects.toThrow(
      /2:7 - .*Type '.*=> Promise<Forest>' is not assignable to type 'string'/,
    );
  });
});

it("names of each entry are completed", () => {
  const session = new Session(new Compiler());
  try {
    for (const { name } of entries) {
      const value = VALUES[name];
      const code = `import * as ours from "${name}"; ours.${value.slice(0, -2)}`;
      expect(session.complete(code, code.length).candidates).toContain(value);
    }
  } finally {
    session.close();
  }
});
