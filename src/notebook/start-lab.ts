import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChurnError } from "../core/errors.js";
import type { Jupyter } from "./find-jupyter.js";
import { PROJECT, WORKBENCH, writeLabFiles } from "./lab-files.js";

export interface LabOptions {
  /** Folder that Lab shows. Default: the project. */
  root?: string;
  /** Page to open, relative to the server: "/lab/tree/notebooks". */
  page?: string;
  /** Port; 0 chooses a free one. Default: 0. */
  port?: number;
  /** Address to listen on. Default: 127.0.0.1, this machine only. */
  ip?: string;
  /** What a browser must know to get in. Default: random. */
  token?: string;
}

/** A Lab that runs. */
export interface Lab {
  /** Address with the token: all that a browser needs. */
  url: string;
  port: number;
  /** Resolves when Lab has ended by itself. */
  exited: Promise<number | null>;
  close(): Promise<void>;
}

const START_SECONDS = 60;
const STOP_SECONDS = 10;

/**
 * Starts Jupyter Lab with our kernel, with everything it writes inside the project.
 *
 * @throws ChurnError TIMED_OUT or NOT_FOUND when it does not come up
 */
export async function startLab(jupyter: Jupyter, options: LabOptions = {}): Promise<Lab> {
  const root = options.root ?? PROJECT;
  const { env, args } = await writeLabFiles(root);
  const ip = options.ip ?? "127.0.0.1";
  const token = options.token ?? randomBytes(24).toString("hex");
  const isRoot = process.getuid?.() === 0;
  const child = spawn(
    jupyter.path,
    [
      "--no-browser",
      `--ServerApp.root_dir=${root}`,
      `--ServerApp.ip=${ip}`,
      `--ServerApp.port=${options.port ?? 0}`,
      ...(options.port ? ["--ServerApp.port_retries=0"] : []),
      ...(isRoot ? ["--allow-root"] : []),
      ...args,
    ],
    {
      cwd: root,
      // the token is not an argument: those are for all to read
      env: { ...process.env, ...env, JUPYTER_TOKEN: token },
      stdio: ["ignore", "pipe", "pipe"],
      // a group of its own: Ctrl-C comes to us, and Lab would ask "are you sure?"
      detached: process.platform !== "win32",
    },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4000);
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
    child.once("error", () => resolve(null));
  });
  const onExit = () => signal(child, "SIGKILL");
  process.once("exit", onExit);
  exited.then(() => process.off("exit", onExit));
  const close = async () => {
    signal(child, "SIGTERM");
    const timer = setTimeout(() => signal(child, "SIGKILL"), STOP_SECONDS * 1000);
    await exited;
    clearTimeout(timer);
    signal(child, "SIGKILL");
  };
  try {
    const port = await waitForPort(child, exited, () => log);
    const host = ip === "0.0.0.0" ? "127.0.0.1" : ip;
    return { url: `http://${host}:${port}${options.page ?? "/lab"}?token=${token}`, port, exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Lab writes its port into a file once it listens. */
async function waitForPort(child: ChildProcess, exited: Promise<number | null>, log: () => string): Promise<number> {
  const file = join(WORKBENCH, "runtime", `jpserver-${child.pid}.json`);
  const last = () => log().trim().split("\n").slice(-6).join("\n");
  const fault: { code?: number | null } = {};
  exited.then((code) => {
    fault.code = code;
  });
  for (const end = Date.now() + START_SECONDS * 1000; Date.now() < end; ) {
    if ("code" in fault)
      throw new ChurnError("NOT_FOUND", `Jupyter Lab ended at once (exit code ${fault.code})\n${last()}`);
    const text = await readFile(file, "utf8").catch(() => "");
    try {
      const { port }: { port: number } = JSON.parse(text);
      return port;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new ChurnError("TIMED_OUT", `Jupyter Lab did not start within ${START_SECONDS} s\n${last()}`);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(name);
    else process.kill(name === "SIGTERM" ? child.pid : -child.pid, name);
  } catch {
    // it is gone
  }
}
