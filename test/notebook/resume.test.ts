import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNotebook } from "../../src/notebook/notebook.js";
import { runAll } from "../../src/notebook/run-all.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { fixture, temporaryFolder } from "./run-fixture.js";

it("a run is taken up at the cell that failed; what says it can run again does, the rest keeps its outputs", async () => {
  const cwd = temporaryFolder();
  const output = join(cwd, "out.ipynb");
  await expect(runNotebook(fixture("rerunnable"), output, { cwd })).rejects.toThrow(/cell 5 .*failed/);
  writeFileSync(join(cwd, "ready"), "");
  const run = await runNotebook(fixture("rerunnable"), output, { cwd, resume: true });
  expect(run.cells).toBe(4);
  const { cells } = await readNotebook(output);
  expect(JSON.stringify(cells[3]?.outputs)).toContain("heavy");
  expect(JSON.stringify(cells[4]?.outputs)).toContain('"4"');
  expect(readFileSync(join(cwd, "log.txt"), "utf8")).toBe("heavy\n");
  await expect(runNotebook(fixture("rerunnable"), output, { cwd, resume: true })).rejects.toThrow(/nothing to resume/);
}, 90_000);

it("a run with a secret that stands in its sources is taken up", async () => {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, "in.ipynb"), join(folder, "out.ipynb")];
  const code = (source: string, tags: string[] = []) => ({
    cell_type: "code",
    metadata: { tags },
    source,
    outputs: [],
    execution_count: null,
  });
  const sources = [
    'console.log("tidy s3cret-1, " + process.env.CHURN_MYSQL_PASSWORD);',
    `if (!require("node:fs").existsSync("ok")) throw 1;`,
  ];
  const cells = [code('const db_password = "";', ["parameters"]), ...sources.map((source) => code(source))];
  writeFileSync(input, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
  const options = {
    cwd: folder,
    parameterTexts: { db_password: "s3cret-1" },
    env: { CHURN_MYSQL_PASSWORD: "of-the-env" },
  };
  await expect(runNotebook(input, output, options)).rejects.toThrow(/cell 4 .*failed/);
  writeFileSync(join(folder, "ok"), "");
  expect((await runNotebook(input, output, { ...options, resume: true })).cells).toBe(3);
  const saved = readFileSync(output, "utf8");
  expect(saved).toContain("tidy [secret], [secret]");
  expect(saved).not.toMatch(/s3cret-1|of-the-env/);
}, 90_000);

it("a run is not taken up when a cell needs what is gone, and says why", async () => {
  const cwd = temporaryFolder();
  const output = join(cwd, "out.ipynb");
  await expect(runNotebook(fixture("needs-what-is-gone"), output, { cwd })).rejects.toThrow(/not ready/);
  await expect(runNotebook(fixture("needs-what-is-gone"), output, { cwd, resume: true })).rejects.toThrow(
    /cell 2 needs "heavy", which cell 1 declares.*\n.*tag cell 1 "rerunnable"/,
  );
}, 90_000);

it("a chain ends at its first failure, and checks what one notebook leaves for the next", async () => {
  const folder = temporaryFolder();
  const leaves = await readNotebook(fixture("runs-to-the-end"));
  leaves.metadata.handoff = { leaves: ["never.txt"] };
  const input = join(folder, "leaves.ipynb");
  writeFileSync(input, JSON.stringify(leaves));
  const results = await runAll([
    { input: fixture("runs-to-the-end"), output: join(folder, "1.ipynb") },
    { input, output: join(folder, "2.ipynb"), cwd: folder },
    { input: fixture("runs-to-the-end"), output: join(folder, "3.ipynb") },
  ]);
  expect(results.map(({ status }) => status)).toEqual(["done", "failed", "not run"]);
  expect(results[1]).toMatchObject({ error: { message: expect.stringMatching(/has not left never.txt/) } });
}, 90_000);

it("notebooks in parallel have kernels and folders of their own", async () => {
  const folders = [temporaryFolder(), temporaryFolder()];
  const jobs = folders.map((cwd) => ({ input: fixture("rerunnable"), output: join(cwd, "out.ipynb"), cwd }));
  for (const cwd of folders) writeFileSync(join(cwd, "ready"), "");
  const results = await runAll(jobs, { jobs: 2 });
  expect(results.map(({ status }) => status)).toEqual(["done", "done"]);
  for (const cwd of folders) expect(readFileSync(join(cwd, "log.txt"), "utf8")).toBe("heavy\n");
}, 90_000);
