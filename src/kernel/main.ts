import { readFileSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findOurPackages } from "./find-our-packages.js";
import { Kernel } from "./kernel.js";
import type { ConnectionInfo } from "./wire.js";

/**
 * The process that Jupyter or our runner starts: `node dist/kernel/main.js --config-path FILE`.
 *
 * A port 0 in the connection file is chosen here and written back, and `ready` goes to the parent over the IPC channel:
 * so no port is lost between choosing and binding.
 */
async function main(): Promise<void> {
  endWithParent();
  quietWarnings();
  findOurPackages();
  const { values } = parseArgs({
    options: { "config-path": { type: "string", short: "f" }, js: { type: "boolean" } },
    allowPositionals: true,
  });
  const path = values["config-path"];
  if (!path) throw new Error("no connection file: give --config-path FILE");
  const connection = JSON.parse(readFileSync(path, "utf8")) as ConnectionInfo;
  const packages = (process.env.CHURN_KERNEL_PACKAGES ?? "").split(",").filter(Boolean);
  const kernel = new Kernel({
    outputLimit: Number(process.env.CHURN_KERNEL_OUTPUT_LIMIT ?? 16 * 2 ** 20),
    drain: Number(process.env.CHURN_KERNEL_DRAIN_MS ?? 0),
    packages,
  });
  const { control, ...bound } = await kernel.bind(connection);
  process.channel?.unref?.();
  process.on("exit", () => kernel.exit());
  kernel.start();
  Object.assign(bound, await control);
  writeFileSync(path, JSON.stringify(bound));
  process.send?.({ ready: true, connection: bound });
  load(packages);
}

/** Loads what the cells will import, as they will: a kernel that waits for its notebook has the time. */
function load(packages: readonly string[]): void {
  const require = Module.createRequire(join(process.cwd(), "cell.js"));
  for (const name of packages) {
    try {
      require(name);
    } catch {
      // the cell that imports it will say why
    }
  }
}

/**
 * Ends this process when whoever started it has gone, even while it starts: nobody listens then, and each failed write to a
 * closed stderr would be reported to the same stderr, for ever.
 */
function endWithParent(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));
  process.on("disconnect", () => process.exit(0));
  if (process.send && !process.connected) process.exit(0);
}

/** The kernel loads ES modules by `require`, as tslab compiles every import to it; Node warns of that once. */
function quietWarnings(): void {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const type = typeof rest[0] === "string" ? rest[0] : (rest[0] as { type?: string } | undefined)?.type;
    const name = typeof warning === "string" ? type : warning.name;
    if (name === "ExperimentalWarning" && /require|ES Module/i.test(String(warning))) return;
    (emit as (...args: unknown[]) => void)(warning, ...rest);
  }) as typeof process.emitWarning;
}

await main();
