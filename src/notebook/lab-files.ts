import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAtomic } from "../core/write-atomic.js";
import { snapshotArgs } from "../kernel/startup-snapshot.js";

/** Folder of the project: the one that holds this package. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");

/** Everything that Jupyter writes and reads is in here, and nothing of it elsewhere. */
export const WORKBENCH = join(PROJECT, ".workbench");

/**
 * What our kernel is called and how it is started; notebooks know it by the name of its folder, `tslab`.
 *
 * Node's options are those of now: with others it could not start from the snapshot.
 */
export function kernelspec(): object {
  const main = join(PROJECT, "dist", "kernel", "main.js");
  return {
    argv: [process.execPath, ...snapshotArgs(), main, "--config-path", "{connection_file}"],
    env: { NODE_OPTIONS: process.env.NODE_OPTIONS ?? "" },
    display_name: "TypeScript",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/** Writes the kernelspec, for Lab, papermill and `jupyter execute`; with `JUPYTER_PATH` set to the folder they find it. */
export async function writeKernelspec(folder = join(WORKBENCH, "jupyter")): Promise<string> {
  await writeJson(join(folder, "kernels", "tslab", "kernel.json"), kernelspec());
  return folder;
}

/** Settings of Lab at its first start: no news, charts that are there before one scrolls to them, patient completion. */
const SETTINGS: Record<string, object> = {
  "apputils-extension/notification": { fetchNews: "false", checkForUpdates: false },
  "completer-extension/manager": { providerTimeout: 5000 },
  "notebook-extension/tracker": { windowingMode: "defer" },
};

/** Writes what Lab needs to open quietly, with our kernel and no other on offer; gives its environment and arguments. */
export async function writeLabFiles(root: string): Promise<{ env: Record<string, string>; args: string[] }> {
  const at = (...parts: string[]) => join(WORKBENCH, ...parts);
  await writeKernelspec(at("jupyter"));
  await writeJson(at("config", "jupyter_server_config.json"), {
    KernelSpecManager: { allowed_kernelspecs: ["tslab"], ensure_native_kernel: false },
    MultiKernelManager: { default_kernel_name: "tslab" },
    ServerApp: { root_dir: root, open_browser: false, terminals_enabled: false },
    LabApp: { core_mode: true, news_url: null, check_for_updates_class: "jupyterlab.NeverCheckForUpdate" },
  });
  for (const [name, values] of Object.entries(SETTINGS)) {
    const path = at("lab", "settings", "@jupyterlab", `${name}.jupyterlab-settings`);
    // what people have set themselves stays
    if (!existsSync(path)) await writeJson(path, values);
  }
  await mkdir(at("lab", "workspaces"), { recursive: true });
  await mkdir(at("runtime"), { recursive: true, mode: 0o700 });
  return {
    env: {
      JUPYTER_PATH: at("jupyter"),
      JUPYTER_CONFIG_DIR: at("config"),
      JUPYTER_DATA_DIR: at("data"),
      JUPYTER_RUNTIME_DIR: at("runtime"),
      IPYTHONDIR: at("ipython"),
      JUPYTER_PLATFORM_DIRS: "1",
    },
    args: [`--LabApp.user_settings_dir=${at("lab", "settings")}`, `--LabApp.workspaces_dir=${at("lab", "workspaces")}`],
  };
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
