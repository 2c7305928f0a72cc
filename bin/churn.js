#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`churn: Node ${process.versions.node} is too old\n  → use Node 20.19 or later`);
  process.exit(2);
}
const main = new URL("../dist/cli/main.js", import.meta.url);
if (!existsSync(fileURLToPath(main))) await import("../scripts/build.js");
await import(main.href);
