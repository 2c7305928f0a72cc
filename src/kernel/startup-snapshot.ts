import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
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

/** What the snapshot holds: the compiler, and declarations by their paths in the project. */
export interface KeptCompiler {
  ts: TypeScript;
  files: Map<string, KeptFile>;
}

/** Where the build leaves the start-up snapshot of the kernel; no other Node can start from it. */
export function snapshotPath(): string {
  const name = `startup-${process.version}-${process.arch}-${v8.cachedDataVersionTag()}.blob`;
  return fileURLToPath(new URL(`../../dist/kernel/${name}`, import.meta.url));
}

/** What the build writes beside the snapshot. */
export interface SnapshotStamp {
  /** Of all that the snapshot was made from. */
  sources: string;
  /** Of the snapshot itself. */
  blob: string;
}

/** Where the stamp of a snapshot lies. */
export const stampPath = (blob: string): string => `${blob}.json`;

/** Bytes of either end that a file is known by: to read 50 MB would take longer than a kernel gains. */
const ENDS = 65_536;

/** What tells a snapshot from one that was cut off, or from another file: its size, and a hash of both its ends. */
export function fingerprint(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const ends = [0, Math.max(0, size - ENDS)].map((from) => {
      const bytes = Buffer.alloc(Math.min(ENDS, size));
      readSync(file, bytes, 0, bytes.length, from);
      return bytes;
    });
    return `${size} ${createHash("sha256").update(Buffer.concat(ends)).digest("hex")}`;
  } finally {
    closeSync(file);
  }
}

/**
 * The stamp of a snapshot that is whole; Node ends with pages of its own stack where it cannot read one, so that is found
 * out before.
 */
export function readStamp(blob: string): SnapshotStamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(stampPath(blob), "utf8")) as SnapshotStamp;
    return stamp.blob === fingerprint(blob) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

let hasWarned = false;

/**
 * Arguments for Node that start a kernel from the snapshot; none where there is no snapshot, and a kernel takes longer to start.
 *
 * One that is damaged is passed over, and a line on stderr says so.
 *
 * @param options NODE_OPTIONS of the kernel: a snapshot fits the options that this process has
 */
export function snapshotArgs(options = process.env.NODE_OPTIONS): string[] {
  const path = snapshotPath();
  if (options !== process.env.NODE_OPTIONS || !existsSync(path)) return [];
  if (readStamp(path)) return ["--snapshot-blob", path];
  if (!hasWarned)
    process.stderr.write(`${path} is damaged, kernels start more slowly: npm run build makes a new one\n`);
  hasWarned = true;
  return [];
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
