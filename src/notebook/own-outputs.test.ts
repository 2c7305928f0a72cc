import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { exportHtml } from "./export-html.js";
import { indentOf } from "./notebook.js";
import { jobsInto, runAll } from "./run-all.js";
import { runNotebook } from "./run-notebook.js";

const folder = mkdtempSync(join(tmpdir(), "churn-own-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("no notebook is overwritten by its page, or by the notebook of another run", async () => {
  const text = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 4 }, null, 2);
  const [one, two] = ["one.ipynb", "two.json"].map((name) => join(folder, name));
  for (const path of [one, two]) writeFileSync(path, text);
  const refused = { code: "BAD_USAGE", exit: 2 };
  await expect(exportHtml(one, one)).rejects.toMatchObject(refused);
  const out = join(folder, "out.x");
  await expect(runNotebook(one, out, { html: out })).rejects.toMatchObject(refused);
  await expect(runNotebook(one, out, { html: one })).rejects.toMatchObject(refused);
  await expect(runAll(jobsInto(folder, [one, two]))).rejects.toMatchObject(refused);
  const [job] = jobsInto(join(folder, "o"), [two], { html: true });
  expect(job.html).toBe(join(folder, "o", "two.html"));
  for (const path of [one, two]) expect(readFileSync(path, "utf8")).toBe(text);
  expect(await indentOf(one)).toBe("  ");
});
