import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { ChurnError } from "../core/errors.js";
import { findJupyter, installJupyter } from "../notebook/find-jupyter.js";
import { PROJECT } from "../notebook/lab-files.js";
import { startLab } from "../notebook/start-lab.js";
import { interruptSignal } from "./interrupt-signal.js";

/** `churn lab`: Jupyter Lab on the notebooks, with the TypeScript kernel. */
export function labCommand(): Command {
  return new Command("lab")
    .description("open Jupyter Lab on the notebooks, with the TypeScript kernel")
    .argument("[notebook]", "notebook or folder to open, relative to the project", "notebooks")
    .option("--install", "install Jupyter Lab into the project first (.workbench/venv; needs Python 3)")
    .option("--port <port>", "port to listen on (default: a free one)", portNumber)
    .option("--ip <address>", "address to listen on", "127.0.0.1")
    .option("--token <token>", "what a browser must know to get in (default: random; or JUPYTER_TOKEN)")
    .option("--no-browser", "print the address only")
    .action(
      async (
        page: string,
        flags: { install?: boolean; port?: number; ip: string; token?: string; browser: boolean },
      ) => {
        const say = (text: string) => process.stderr.write(`${text}\n`);
        let jupyter = await findJupyter();
        if (!jupyter && flags.install) jupyter = await installJupyter((line) => say(`installing: ${line}`));
        if (!jupyter) {
          throw new ChurnError("NOT_FOUND", "no Jupyter Lab 4 found", { hint: "npx churn lab --install" });
        }
        const path = relative(PROJECT, resolve(PROJECT, page));
        if (path.startsWith("..") || isAbsolute(path) || !existsSync(join(PROJECT, path))) {
          throw new ChurnError("NOT_FOUND", `no ${JSON.stringify(page)} in the project, which is all that Lab shows`, {
            hint: "npx churn lab notebooks",
          });
        }
        const signal = interruptSignal();
        const token = flags.token ?? process.env.JUPYTER_TOKEN;
        const lab = await startLab(jupyter, {
          page: `/lab/tree/${path.split(/[\\/]/).map(encodeURIComponent).join("/")}`,
          ip: flags.ip,
          ...(flags.port ? { port: flags.port } : {}),
          ...(token ? { token } : {}),
        });
        say(`Jupyter Lab ${jupyter.version}; Ctrl-C ends it`);
        process.stdout.write(`${lab.url}\n`);
        if (flags.browser) openBrowser(lab.url);
        const aborted = new Promise<"aborted">((resolve) => {
          signal.addEventListener("abort", () => resolve("aborted"));
          if (signal.aborted) resolve("aborted");
        });
        const ended = await Promise.race([aborted, lab.exited]);
        await lab.close();
        if (ended !== "aborted" && ended !== 0)
          throw new ChurnError("KERNEL_DIED", `Jupyter Lab ended with exit code ${ended}`);
      },
    );
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw new InvalidArgumentError("give a port, 0 to 65535");
  return value;
}

/** Opens the address if the system knows how; the address is printed anyhow. */
function openBrowser(url: string): void {
  const [command, args] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["cmd", ["/c", "start", "", url.replace(/&/g, "^&")]]
        : ["xdg-open", [url]];
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
