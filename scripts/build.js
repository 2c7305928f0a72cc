// Builds dist/ from src/, and the start-up snapshot of the kernel. The compiler is called by its path: node_modules/.bin/tsc may
// be the TypeScript that tslab brings.
import { spawnSync } from "node:child_process";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;

const compiler = path("../node_modules/typescript/bin/tsc");
process.exitCode =
  run(compiler, "-p", "tsconfig.json", "--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo") ||
  (await snapshotKernel());

/** Makes the snapshot, a new one where what it holds may have changed. */
async function snapshotKernel() {
  const { snapshotPath } = await import("../dist/kernel/startup-snapshot.js");
  const { compilerPath } = await import("../dist/kernel/tslab.js");
  const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const blob = snapshotPath();
  const script = path("snapshot-kernel.cjs");
  const sources = [script, path("../dist/.tsbuildinfo"), path("../node_modules/.package-lock.json")];
  if (sources.every((source) => changed(source) < changed(blob))) return 0;
  const folder = dirname(blob);
  const others = readdirSync(folder).filter((name) => name.endsWith(".blob") && name !== basename(blob));
  for (const name of others) rmSync(join(folder, name));
  const beside = `${blob}.${process.pid}.part`;
  const args = ["--snapshot-blob", beside, "--build-snapshot", script, compilerPath()];
  // Node warns of what it has not tried itself
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status === 0) renameSync(beside, blob);
  else {
    rmSync(beside, { force: true });
    console.error(`no start-up snapshot, kernels will start more slowly: ${stderr}`);
  }
  return 0;
}
