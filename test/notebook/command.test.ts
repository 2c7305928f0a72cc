import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { snapshotPath } from "../../src/kernel/startup-snapshot.js";
import { PROJECT } from "../../src/notebook/lab-files.js";
import { fixture, temporaryFolder } from "./run-fixture.js";

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Command {
  child: ChildProcess;
  ended: Promise<Ended>;
  said(pattern: RegExp): Promise<string>;
}

const churn = (...args: string[]): Command => churnWith({}, ...args);

function churnWith(env: Record<string, string>, ...args: string[]): Command {
  const child = spawn(process.execPath, [join(PROJECT, "bin", "churn.js"), "notebook", ...args], {
    env: { ...process.env, ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  const said = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(err);
      if (found) return found[1] ?? found[0];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, ended, said };
}

/** Waits until a process is gone, or a zombie that only waits for its parent. */
async function gone(pid: number): Promise<void> {
  await expect
    .poll(
      () => {
        try {
          return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("Z") ?? true;
        } catch {
          return true;
        }
      },
      { timeout: 10_000 },
    )
    .toBe(true);
}

describe("the command", { timeout: 90_000 }, () => {
  it("ends with 0 when all is well, and says so in one JSON document", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    const { code, out, err } = await churn("run", fixture("runs-to-the-end"), output, "--json").ended;
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "done", output, cells: 2 });
  });

  it("runs with options of V8, with which no snapshot fits", async () => {
    expect(existsSync(snapshotPath())).toBe(true);
    const args = ["run", fixture("runs-to-the-end"), join(temporaryFolder(), "out.ipynb")];
    const { code, err } = await churnWith({ NODE_OPTIONS: "--max-old-space-size=2048" }, ...args).ended;
    expect(code, err).toBe(0);
  });

  it("ends with 1 when a cell failed: cell, first line, error", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    const { code, out, err } = await churn("run", fixture("thrown-text"), output, "--json").ended;
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      status: "failed",
      cell: 1,
      firstLine: "throw 'only text';",
      ename: "Thrown",
    });
    expect(err).toContain("cell 1 of");
  });

  it("ends with 2 for a wrong parameter, and takes papermill's two words too", async () => {
    const output = join(temporaryFolder(), "{horizon}.ipynb");
    const wrong = await churn("run", fixture("parameters"), "out.ipynb", "-p", "horizn", "3").ended;
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did you mean "horizon"?')]);
    const right = await churn("run", fixture("parameters"), output, "-p", "horizon", "3", "-y", "limit: 4", "--quiet")
      .ended;
    expect(right.code, right.err).toBe(0);
    expect(readFileSync(output.replace("{horizon}", "3"), "utf8")).toContain("const limit: number | null = 4;");
  });

  it.skipIf(process.platform !== "linux")("ends with 130 on Ctrl-C, and leaves no kernel", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    const run = churn("run", fixture("says-its-pid"), output, "--log-output");
    const pid = Number(await run.said(/pid (\d+)/));
    await run.said(/cell 2 of 2/);
    run.child.kill("SIGINT");
    const { code } = await run.ended;
    expect(code).toBe(130);
    await gone(pid);
    expect(readFileSync(output, "utf8")).toContain("the run was interrupted");
  });

  it.skipIf(process.platform !== "linux")("leaves no kernel when it is killed itself", async () => {
    const run = churn("run", fixture("says-its-pid"), join(temporaryFolder(), "out.ipynb"), "--log-output");
    const pid = Number(await run.said(/pid (\d+)/));
    await run.said(/cell 2 of 2/);
    run.child.kill("SIGKILL");
    await run.ended;
    await gone(pid);
  });

  it("params lists what a notebook takes", async () => {
    const { out } = await churn("params", fixture("parameters"), "--json").ended;
    expect(JSON.parse(out)[0]).toEqual({
      name: "horizon",
      type: "a number",
      default: 30,
      help: "Days to look ahead.",
      secret: false,
    });
  });

  it("strip --check finds outputs", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    await churn("run", fixture("runs-to-the-end"), output, "--quiet").ended;
    expect((await churn("strip", "--check", output).ended).code).toBe(1);
    expect((await churn("strip", output).ended).code).toBe(0);
    expect((await churn("strip", "--check", output).ended).code).toBe(0);
  });
});
