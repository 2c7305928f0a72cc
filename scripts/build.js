// Builds dist/ from src/. The compiler is called by its path: node_modules/.bin/tsc may be the TypeScript that tslab brings.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;

const compiler = path("../node_modules/typescript/bin/tsc");
process.exitCode =
  run(compiler, "-p", "tsconfig.json", "--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo") ||
  run(path("keep-compiler-code.js"));
