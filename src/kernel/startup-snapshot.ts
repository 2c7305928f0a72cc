import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import type { TypeScript } from "./tslab.js";

const KEPT = Symbol.for("churn-workbench.compiler");

/** A file of declarations that was read when the snapshot was made, and what it was on disk; layers of images keep whole seconds. */
export interface KeptFile {
  file: TypeScript;
  size: number;
  seconds: number;
}

/** What the snapshot holds: the compiler, and declarations by their real paths. */
export interface KeptCompiler {
  ts: TypeScript;
  files: Map<string, KeptFile>;
}

/** Where the build leaves the start-up snapshot of the kernel; no other Node can start from it. */
export function snapshotPath(): string {
  const name = `startup-${process.version}-${process.arch}-${v8.cachedDataVersionTag()}.blob`;
  return fileURLToPath(new URL(`../../dist/kernel/${name}`, import.meta.url));
}

/**
 * Arguments for Node that start a kernel from the snapshot; none where there is no snapshot, and a kernel takes longer to start.
 *
 * @param options NODE_OPTIONS of the kernel: a snapshot fits the options that this process has
 */
export function snapshotArgs(options = process.env.NODE_OPTIONS): string[] {
  const path = snapshotPath();
  return options === process.env.NODE_OPTIONS && existsSync(path) ? ["--snapshot-blob", path] : [];
}

/**
 * What this process was started with, once.
 *
 * The snapshot's arguments go from `process.execArgv`: a process that a cell forks would start as a kernel otherwise.
 */
export function takeKeptCompiler(): KeptCompiler | undefined {
  const held = globalThis as { [KEPT]?: KeptCompiler };
  const kept = held[KEPT];
  if (!kept) return undefined;
  delete held[KEPT];
  process.execArgv.splice(process.execArgv.indexOf("--snapshot-blob"), 2);
  return kept;
}
