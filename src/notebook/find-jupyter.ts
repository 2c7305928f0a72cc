import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { PROJECT, WORKBENCH } from "./lab-files.js";

const run = promisify(execFile);
const isWindows = process.platform === "win32";
const BIN = isWindows ? "Scripts" : "bin";
const LAB = isWindows ? "jupyter-lab.exe" : "jupyter-lab";

/** The folder that `churn lab --install` fills. */
const LAB_VENV = join(WORKBENCH, "venv");

/** A Jupyter Lab that is there, and its version. */
export interface Jupyter {
  path: string;
  version: string;
}

/**
 * Looks for Jupyter Lab: the project's own, a `.venv` beside it, then the PATH.
 *
 * @returns the first of version 4 or later that starts; undefined when there is none
 */
export async function findJupyter(): Promise<Jupyter | undefined> {
  const folders = [join(LAB_VENV, BIN), join(PROJECT, ".venv", BIN), ...(process.env.PATH ?? "").split(delimiter)];
  for (const folder of folders) {
    const path = join(folder, LAB);
    if (folder === "" || !existsSync(path)) continue;
    try {
      const { stdout } = await run(path, ["--version"], { timeout: 60_000 });
      const version = stdout.trim();
      if (/^[4-9]\./.test(version)) return { path, version };
    } catch {
      // a shim of a Python that has no Lab, or a broken one: the next
    }
  }
  return undefined;
}

/**
 * Makes a Python environment in the project and installs Jupyter Lab into it.
 *
 * @throws ChurnError NOT_FOUND without Python 3, DOWNLOAD_FAILED when the installation fails
 */
export async function installJupyter(onProgress: (line: string) => void = () => {}): Promise<Jupyter> {
  const python = await findPython();
  try {
    onProgress(`python environment in ${LAB_VENV}`);
    await run(python, ["-m", "venv", LAB_VENV]);
    onProgress("jupyterlab, about 100 MB");
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "jupyterlab>=4.2,<5"];
    await run(join(LAB_VENV, BIN, "python"), pip, { maxBuffer: 2 ** 26 });
  } catch (cause) {
    const said = String((cause as { stderr?: string }).stderr ?? messageOf(cause))
      .trim()
      .split("\n")
      .slice(-3)
      .join("\n");
    throw new ChurnError("DOWNLOAD_FAILED", `cannot install Jupyter Lab: ${said}`, { cause });
  }
  const found = await findJupyter();
  if (!found) throw new ChurnError("NOT_FOUND", `Jupyter Lab was installed into ${LAB_VENV}, but does not start`);
  return found;
}

async function findPython(): Promise<string> {
  for (const name of ["python3", "python", "py"]) {
    try {
      const { stdout } = await run(name, ["-c", "import sys, venv; print(sys.version_info >= (3, 9))"]);
      if (stdout.trim() === "True") return name;
    } catch {
      // not this one
    }
  }
  throw new ChurnError("NOT_FOUND", "no Python 3.9 or later, which Jupyter Lab needs", {
    hint: "install Python from your system's packages or python.org; VS Code opens the notebooks without it",
  });
}
