// Builds dist/ from src/, and the start-up snapshot of the kernel. The compiler is called by its path: node_modules/.bin/tsc may
// be the TypeScript that tslab brings.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;

const compiler = path("../node_modules/typescript/bin/tsc");
process.exitCode =
  run(compiler, "-p", "tsconfig.json", "--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo") ||
  (await snapshotKernel());

// our kernel finds the package without it; a stock tslab looks in node_modules alone
const link = path("../node_modules/churn-workbench");
if (!existsSync(link)) symlinkSync("..", link, "junction");

/** Makes the snapshot, a new one where what it holds has changed: the compiler's record has a hash of each source. */
async function snapshotKernel() {
  const { fingerprint, readStamp, snapshotPath, stampPath } = await import("../dist/kernel/startup-snapshot.js");
  const { compilerPath } = await import("../dist/kernel/tslab.js");
  const blob = snapshotPath();
  const script = path("snapshot-kernel.cjs");
  const made = [
    script,
    path("../package.json"),
    path("../dist/.tsbuildinfo"),
    path("../node_modules/.package-lock.json"),
  ];
  const hash = createHash("sha256");
  for (const file of made) if (existsSync(file)) hash.update(readFileSync(file));
  const sources = hash.digest("hex");
  if (readStamp(blob)?.sources === sources) return 0;
  const folder = dirname(blob);
  const others = readdirSync(folder).filter((name) => /\.blob/.test(name) && !name.startsWith(basename(blob)));
  for (const name of others) rmSync(join(folder, name));
  const beside = `${blob}.${process.pid}.part`;
  const args = ["--snapshot-blob", beside, "--build-snapshot", script, compilerPath()];
  // Node warns of what it has not tried itself
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status === 0) {
    writeFileSync(stampPath(blob), JSON.stringify({ sources, blob: fingerprint(beside) }));
    renameSync(beside, blob);
  } else {
    rmSync(beside, { force: true });
    console.error(`no start-up snapshot, kernels will start more slowly: ${stderr}`);
  }
  return 0;
}
