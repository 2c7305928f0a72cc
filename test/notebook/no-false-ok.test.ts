import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ChurnError } from "../../src/core/errors.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { fixture, runFixture, temporaryFolder } from "./run-fixture.js";

/** Notebooks that must fail: the cell, the error, and what happens before. */
const FAIL: [name: string, cell: number, ename: string, message: RegExp, options?: { timeout: number }][] = [
  ["error-in-cell", 2, "RangeError", /5 is over 3/],
  ["error-after-await", 1, "Error", /after the wait/],
  ["type-error", 1, "TypeScriptError", /1:7 - Type 'string' is not assignable to type 'number'\. \(and 1 more\)/],
  ["syntax-error", 1, "TypeScriptError", /1:11 - Expression expected/],
  ["thrown-text", 1, "Thrown", /only text/],
  ["endless-loop", 2, "TimedOut", /longer than 4 s/, { timeout: 4 }],
  ["loop-after-await", 1, "TimedOut", /longer than 4 s/, { timeout: 4 }],
  ["pending-await", 1, "TimedOut", /longer than 4 s/, { timeout: 4 }],
  ["endless-allowed-failure", 1, "TimedOut", /longer than 4 s/, { timeout: 4 }],
  ["interrupts-itself", 1, "Interrupted", /the cell was interrupted/],
  ["process-exit", 1, "KernelDied", /exit code 0/],
  ["exit-in-a-timer", 2, "KernelDied", /exit code 0/],
  ["exit-after-the-last-cell", 1, "KernelDied", /exit code 0/],
  ["killed", 1, "KernelDied", /SIGKILL/],
  ["rejected-promise", 1, "Error", /nobody waits/],
  ["rejected-while-running", 1, "Error", /in between/],
  ["rejected-later", 1, "Error", /too late/],
  ["rejected-in-last-cell", 2, "Error", /at the very end/],
  ["throwing-timer", 1, "Error", /from a timer/],
  ["worker-error", 1, "Error", /in a worker/],
  ["browser-cell", 1, "Error", /@browser/],
  ["module-with-error", 1, "TypeScriptError", /not assignable/],
  ["unshowable-error", 1, "Error", /cannot be shown/],
  ["thrown-nothing", 1, "Thrown", /undefined/],
  ["swallowed-rejection", 1, "Error", /swallowed/],
  ["swallowed-exception", 1, "Error", /swallowed/],
  ["replaces-emit", 1, "Error", /unheard/],
  ["late-child-process", 1, "Error", /exit 3/],
  ["late-worker-error", 1, "Error", /late, in a worker/],
  ["endless-display", 1, "TimedOut", /longer than 4 s/, { timeout: 4 }],
  ["circular-bundle", 1, "TypeError", /circular/],
  ["reads-stdin", 1, "Error", /no standard input/],
];

describe.concurrent("a run that is not good", { timeout: 90_000 }, () => {
  for (const [name, cell, ename, message, options] of FAIL) {
    it(`${name}: fails with the cell, its first line and the error, also in the saved notebook`, async () => {
      const { run, error, failed, saved } = await runFixture(name, options);
      expect(run).toBeUndefined();
      expect(error).toMatchObject({ code: "NOTEBOOK_FAILED", exit: 1 });
      expect(failed).toMatchObject({ cell, failure: { ename, evalue: expect.stringMatching(message) } });
      expect(error?.message).toContain(`cell ${cell} of ${fixture(name)} failed: ${failed?.firstLine}`);
      expect(saved.metadata.papermill?.exception).toBe(true);
      expect(saved.cells[0]?.source.toString()).toContain("An Exception was encountered");
      const [, ...below] = saved.cells.slice(saved.cells.findIndex((c) => c.metadata.papermill?.status === "failed"));
      const broken = saved.cells.find((c) => c.metadata.papermill?.status === "failed");
      expect(broken?.outputs).toContainEqual(expect.objectContaining({ output_type: "error", ename }));
      for (const later of below.filter((c) => c.cell_type === "code")) {
        if (name !== "rejected-later") expect(later.metadata.papermill?.status).toBe("pending");
      }
    });
  }

  it("out-of-memory: a kernel that runs out of memory is a dead kernel, and says why", async () => {
    const { failed } = await runFixture("out-of-memory", { env: { NODE_OPTIONS: "--max-old-space-size=250" } });
    expect(failed).toMatchObject({
      cell: 1,
      failure: { kind: "died", evalue: expect.stringMatching(/out of memory/) },
    });
  });

  it("lost-output: an answer whose output never ends is a failure", async () => {
    const { failed } = await runFixture("lost-output");
    expect(failed).toMatchObject({ cell: 1, failure: { kind: "lost" } });
  });

  it("unknown-kernel, not-json, old-format, no file: are refused before anything starts", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    await expect(runNotebook(fixture("unknown-kernel"), output)).rejects.toThrow(/unknown kernel "python3"/);
    await expect(runNotebook(fixture("not-json"), output)).rejects.toThrow(/it is not JSON/);
    await expect(runNotebook(fixture("old-format"), output)).rejects.toThrow(/nbformat 3/);
    await expect(runNotebook(fixture("no-such"), output)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("an error shows the line of the cell, not of what the compiler made of it", async () => {
    const { error } = await runFixture("error-in-cell");
    expect(error?.message).toContain(
      [
        "RangeError: 5 is over 3",
        "  4 |   // too much",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: source of the cell
        "> 5 |   if (value > limit) throw new RangeError(`${value} is over ${limit}`);",
        "    |                            ^",
        "    at check (cell [1], line 5:28)",
        "    at cell [2], line 3:1",
      ].join("\n"),
    );
  });

  it("a type error shows every fault with its line and a caret", async () => {
    const { error } = await runFixture("type-error");
    expect(error?.message).toContain("1:7 - TS2322");
    expect(error?.message).toContain("> 2 | const other = missing;\n    |               ^^^^^^^");
  });
});

describe.concurrent("a run that is good", { timeout: 90_000 }, () => {
  it("runs-to-the-end: gives the values and papermill's record", async () => {
    const { run, saved, text } = await runFixture("runs-to-the-end");
    expect(run?.cells).toBe(2);
    expect(text(3)).toBe("2");
    expect(saved.metadata.papermill).toMatchObject({ exception: null, parameters: {}, duration: expect.any(Number) });
    expect(saved.cells[2]?.metadata.papermill).toMatchObject({ status: "completed", exception: false });
  });

  it("nothing-to-run: a notebook of words is not a failure", async () => {
    expect((await runFixture("nothing-to-run")).run?.cells).toBe(0);
  });

  it("skipped-cell: skip-cell is not run", async () => {
    const { run, text } = await runFixture("skipped-cell");
    expect(run?.cells).toBe(1);
    expect(text(2)).toBe("after");
  });

  it("allowed-failure: after raises-exception the next cell runs at once", async () => {
    const { run, text } = await runFixture("allowed-failure");
    expect(run?.cells).toBe(2);
    expect(text(1)).toBe("Error: expected");
    expect(text(2)).toBe("after");
  });

  it("allowed-late-failure: an error that comes later is allowed too", async () => {
    const { text } = await runFixture("allowed-late-failure");
    expect(text(1)).toBe("Error: expected");
    expect(text(2)).toBe("after");
  });

  it("earlier-names: a variable has one value in all cells, also in short properties", async () => {
    const { text } = await runFixture("earlier-names");
    expect(JSON.parse(text(2))).toEqual([
      { n: 5, a: 2 },
      { n: 5, a: 2 },
    ]);
  });

  it("uses-earlier-names: a program does the same in two cells and in one", async () => {
    const { text } = await runFixture("uses-earlier-names");
    expect(text(2)).toMatch(/^\{"b":2,"rest":\{\},"c":2/);
    expect(text(3)).toBe(text(2));
  });

  it("module-code: code that was written for a file runs in a cell", async () => {
    const { text } = await runFixture("module-code");
    expect([text(2), text(3)]).toEqual(["[ 2.5, 2, 42 ]", "[Function (anonymous)]"]);
    expect(text(5)).toBe("[ 2, 8, 0.1, 2 ]");
  });

  it("imports-what-changes: files that cells write are read as they are", async () => {
    const { text } = await runFixture("imports-what-changes", { cwd: temporaryFolder() });
    expect([text(2), text(4)]).toEqual(["1", "[ 2, 3 ]"]);
  });

  it("type-without-a-name: what cannot be written down for later cells is any type there, and no error", async () => {
    const { text, failed } = await runFixture("type-without-a-name");
    expect(text(2)).toBe(JSON.stringify([true, true, 3, 5, 3, { b: 1 }, "function", 4]));
    expect(failed).toMatchObject({ cell: 3, failure: { evalue: expect.stringMatching(/^2:6 - .*'nowhere'/) } });
  });

  it("imports-a-file: files of the working folder are compiled, and those that they import", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "three.ts"), 'import { two } from "./two";\nexport const three: number = two + 1;\n');
    writeFileSync(join(cwd, "two.ts"), "export const two = 2;\n");
    const { text } = await runFixture("imports-a-file", { cwd });
    expect([text(1), text(2)]).toEqual(["3", "6"]);
    writeFileSync(join(cwd, "two.ts"), 'export const two: number = "2";\n');
    const { failed } = await runFixture("imports-a-file", { cwd });
    expect(failed).toMatchObject({ cell: 1, failure: { evalue: expect.stringContaining("not assignable") } });
  });

  it("for-await-alone: works at top level", async () => {
    expect((await runFixture("for-await-alone")).text(2)).toBe("1\n2\n");
  });

  it("twenty-thousand-lines: every line arrives", async () => {
    const lines = (await runFixture("twenty-thousand-lines")).text(1).trimEnd().split("\n");
    expect(lines.length).toBe(20_000);
    expect(lines.every((line, i) => line === `line ${i}`)).toBe(true);
  });

  it("declares-again: a name may be declared again with another type", async () => {
    expect((await runFixture("declares-again")).text(3)).toBe("TEXT/1");
  });

  it("late-output: goes to the cell that it came from", async () => {
    const { text } = await runFixture("late-output");
    expect(text(1)).toBe("first\nlate\n");
    expect(text(2)).toBe("second\n");
  });

  it("waits-for-a-promise: the last value of a cell is waited for", async () => {
    expect((await runFixture("waits-for-a-promise")).text(1)).toBe("settled");
  });

  it("updates-in-place: an update replaces the output of an earlier cell, clearing waits for what comes", async () => {
    const { text } = await runFixture("updates-in-place");
    expect(text(1)).toBe("100 %");
    expect(text(2)).toBe("stays\n");
  });

  it("carriage-return: a line that is written over is saved as it was last", async () => {
    expect((await runFixture("carriage-return")).text(1)).toBe("3 of 3\n");
  });

  it("binary-output: a character that is cut in two arrives whole", async () => {
    expect((await runFixture("binary-output")).text(1)).toBe("ä€😀");
  });

  it("shows-values: by what they are", async () => {
    const { saved, text } = await runFixture("shows-values");
    const types = saved.cells.map((cell) => {
      const [output] = cell.outputs ?? [];
      return output && "data" in output ? Object.keys(output.data).sort() : [];
    });
    expect(types).toEqual([
      ["text/html", "text/plain"],
      ["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"],
      ["application/vnd.plotly.v1+json", "text/plain"],
      ["text/html", "text/plain"],
      ["text/plain"],
      [],
      ["text/html"],
    ]);
    expect(text(5)).toBe("{ a: [ 1, 2 ] }");
    const [table] = saved.cells[0]?.outputs ?? [];
    expect(JSON.stringify(table && "data" in table && table.data["text/html"])).toMatch(/&lt;b&gt;|&#60;b&#62;/);
  });

  it("output-flood: is cut with a note of how much was left out", async () => {
    const { text } = await runFixture("output-flood");
    const said = text(1);
    expect(said.length).toBeLessThan(17 * 2 ** 20);
    const [, lines, bytes] = /output cut: (\d+) more lines \((\d+) bytes\) were left out/.exec(said) ?? [];
    const kept = said.split("\n").filter((line) => line.length === 1023).length;
    expect(kept + Number(lines)).toBe(200_000);
    expect(Number(bytes)).toBe(Number(lines) * 1024);
    expect(text(2)).toBe("after");
  });

  it("fake-timers, no-promise: what a cell takes from itself the kernel still has", async () => {
    expect((await runFixture("fake-timers")).text(2)).toBe("2");
    expect((await runFixture("no-promise")).text(2)).toBe("2");
  });

  it("unfinished-timer: is not waited for for ever, and a note says that it was left", async () => {
    const { run } = await runFixture("unfinished-timer");
    expect(run?.notes).toEqual(["cells have left a timer running; how that ends is not known"]);
  });

  it("child-output: what a child process writes to the kernel's own streams is output of its cell", async () => {
    expect((await runFixture("child-output")).text(1)).toBe("from a child\n");
  });

  it("leaves-an-interval: does not keep the run from ending", async () => {
    expect((await runFixture("leaves-an-interval")).run?.cells).toBe(1);
  });

  it("forks-a-process: a process or thread of a cell is its own, not a second kernel", async () => {
    const { text } = await runFixture("forks-a-process", { cwd: temporaryFolder() });
    expect([text(1), text(2)]).toEqual(["[ 'child' ]", "child of a thread"]);
  });

  // concurrent tests poll with an expect of their own
  it("leaves-a-process: what a cell has started ends with the run", async ({ expect }) => {
    const pid = Number((await runFixture("leaves-a-process")).text(1));
    expect(pid).toBeGreaterThan(1);
    const state = () => {
      try {
        return execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }).trim();
      } catch {
        return "";
      }
    };
    // the signal is sent when the run ends, and on a busy machine heard a little later; a zombie waits for its parent only
    await expect.poll(() => state().slice(0, 1), { timeout: 5000 }).toMatch(/^Z?$/);
  });
});

describe.concurrent("a run that is interrupted", { timeout: 90_000 }, () => {
  it("ends with INTERRUPTED, keeps what there is, and leaves no process", async () => {
    const controller = new AbortController();
    const { error, text, saved } = await runFixture("endless-loop", {
      signal: controller.signal,
      onProgress: ({ cell, state }) => {
        if (state === "running" && cell === 2) setTimeout(() => controller.abort(), 200);
      },
    });
    expect(error).toBeInstanceOf(ChurnError);
    expect(error).toMatchObject({ code: "INTERRUPTED", exit: 130 });
    expect(text(1)).toBe("before");
    expect(saved.metadata.papermill?.exception).toBe(true);
  });

  it("does not start when the signal came before", async () => {
    const { error } = await runFixture("runs-to-the-end", { signal: AbortSignal.abort() });
    expect(error).toMatchObject({ code: "INTERRUPTED" });
  });
});

it("the notebooks of this folder carry no outputs", () => {
  for (const name of ["runs-to-the-end", "error-in-cell", "parameters"]) {
    expect(readFileSync(fixture(name), "utf8")).not.toContain('"output_type"');
  }
});
