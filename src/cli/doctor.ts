import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { configure, type Settings } from "../config/configure.js";
import { ChurnError } from "../core/errors.js";
import { faultCode, firstLineOf, messageOf } from "../core/fault.js";
import { startKernel } from "../notebook/kernel-process.js";
import { openStore } from "../store/open-store.js";

/** One thing that was looked for. */
interface Finding {
  name: string;
  state: "ok" | "missing" | "failed";
  /** Without it the main job does not run. */
  needed: boolean;
  found: string;
  /** The command that would add or mend it. */
  mend?: string;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("say what is found on this machine, and the command that would add what is missing")
    .option("--config <file>", "config file (default: churn.config.json of the project)")
    .option("--json", "print the result as JSON, for machines")
    .action(async ({ config, json }: { config?: string; json?: boolean }) => {
      const settings = configure({ config });
      const findings = await Promise.all([node(), kernel(settings), store(settings), jupyter(), mysql()]);
      const ready = findings.every((finding) => !finding.needed || finding.state === "ok");
      process.stdout.write(`${json ? JSON.stringify({ ready, findings }, null, 2) : describe(findings)}\n`);
      if (!ready) process.exitCode = 1;
    });
}

function describe(findings: Finding[]): string {
  const mark = { ok: "✓", missing: "–", failed: "✗" };
  return findings
    .map(
      ({ name, state, needed, found, mend }) =>
        `${mark[state]} ${name.padEnd(8)} ${found}${state !== "ok" && !needed ? " (not needed for npm start)" : ""}${mend ? `\n             → ${mend}` : ""}`,
    )
    .join("\n");
}

async function node(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    needed: true,
    state: fits ? "ok" : "failed",
    found: process.versions.node,
    ...(fits ? {} : { mend: "install Node 20.19 or later" }),
  };
}

async function kernel(settings: Settings): Promise<Finding> {
  try {
    const start = performance.now();
    const started = await startKernel({ cwd: settings.root });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    await started.kill();
    const { version } = createRequire(import.meta.url)("tslab/package.json") as { version: string };
    return {
      name: "kernel",
      needed: true,
      state: "ok",
      found: `TypeScript kernel on tslab ${version}, ready in ${seconds} s`,
    };
  } catch (error) {
    const mend = (error instanceof ChurnError && error.hint) || "npm ci";
    return { name: "kernel", needed: true, state: "failed", found: firstLineOf(error), mend };
  }
}

async function store(settings: Settings): Promise<Finding> {
  const { path, url } = settings.store;
  try {
    if (url === null && !existsSync(path)) {
      if (existsSync(dirname(path))) await access(dirname(path), constants.W_OK);
      return { name: "store", needed: true, state: "ok", found: `DuckDB, ${path} is not there yet and will be made` };
    }
    const opened = openStore({ ...settings.store, wait_seconds: Math.min(5, settings.store.wait_seconds) });
    const server = opened.mirror ? `${await opened.mirror.describe()}, computing in ` : "";
    const row = await opened.lease((db) =>
      db.row<{ rows: number; version: string }>(
        "SELECT (SELECT count(*) FROM DP_CDR_Data) AS rows, version() AS version",
      ),
    );
    return {
      name: "store",
      needed: true,
      state: "ok",
      found: `${server}DuckDB ${row?.version}, ${opened.path}, ${row?.rows.toLocaleString("en-US")} rows`,
    };
  } catch (error) {
    if (faultCode(error) === "NO_DATA") {
      return {
        name: "store",
        needed: true,
        state: "ok",
        found: `${url ?? path} has no tables of ours yet: a load makes them`,
      };
    }
    return { name: "store", needed: true, state: "failed", found: messageOf(error) };
  }
}

async function jupyter(): Promise<Finding> {
  for (const command of [".venv/bin/jupyter", ".workbench/venv/bin/jupyter", "jupyter"]) {
    const version = await versionOf(command, ["lab", "--version"]);
    if (version) return { name: "Jupyter", needed: false, state: "ok", found: `Jupyter Lab ${version} (${command})` };
  }
  return { name: "Jupyter", needed: false, state: "missing", found: "no Jupyter Lab", mend: "npx churn lab --install" };
}

async function mysql(): Promise<Finding> {
  for (const command of ["mysql", "mariadb"]) {
    const version = await versionOf(command, ["--version"]);
    if (version) return { name: "MySQL", needed: false, state: "ok", found: version };
  }
  return {
    name: "MySQL",
    needed: false,
    state: "missing",
    found: "no MySQL client or server",
    mend: "docker compose -f docker/compose.yaml up -d mysql",
  };
}

async function versionOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 15_000 });
    return stdout.trim().split("\n")[0];
  } catch {
    return undefined;
  }
}
