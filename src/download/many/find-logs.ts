import { stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { ChurnError } from "../../core/errors.js";
import type { StageContext } from "../../core/progress.js";
import { typeOfName } from "../file-type.js";
import { isGsMany, listGs } from "../gs/gs-list.js";
import { gsSource } from "../gs/gs-source.js";
import { localSource } from "../local-source.js";
import { openSource } from "../open-source.js";
import type { FetchSettings, Source } from "../source.js";
import { findLocalFiles, isLocalMany, NO_LOG } from "./find-local-files.js";
import type { LeftOut } from "./left-out.js";
import { type Partition, partitionOf } from "./partition.js";

/** One of the files of a source of many. */
export interface FoundLog {
  source: Source;
  /** How it is called: its path from the folder, or from the fixed part of the pattern, on. */
  name: string;
  partition?: Partition;
  /** What tells whether it changed, where that is known without a look at it. */
  sign?: { bytes: number; mtimeMs: number } | { generation: string };
}

/** The files of a source of many, in an order that is the same on every machine: that of the list, and by name in each folder. */
export interface FoundLogs {
  logs: FoundLog[];
  leftOut: LeftOut[];
}

/** The texts of a source, each a file, a folder, a pattern or a URL. */
export function sourceTexts(source: string | readonly string[]): string[] {
  return typeof source === "string" ? [source] : [...source];
}

/** True for a source that stands for several files: a list of several, a folder, a pattern that is the name of no file. */
export async function isMany(source: string | readonly string[]): Promise<boolean> {
  const texts = sourceTexts(source);
  return texts.length > 1 || isManyText(texts[0]);
}

async function isManyText(text: string): Promise<boolean> {
  if (/^gs:/i.test(text)) return isGsMany(text);
  if (hasScheme(text)) return false;
  const found = await stat(text).catch(() => undefined);
  return isLocalMany(text, found);
}

/** One letter and a colon is a drive of Windows. */
const hasScheme = (text: string) => /^[a-z][a-z0-9+.-]+:/i.test(text);

/** True where every file of a source lies on this machine, so that looking for new ones asks no server. */
export function isLocal(source: string | readonly string[]): boolean {
  return sourceTexts(source).every((text) => !hasScheme(text) || /^file:/i.test(text));
}

/**
 * Finds the files of a source of many. Servers are asked for lists of objects, for nothing else.
 *
 * @throws ChurnError NOT_FOUND when a folder or a pattern has no log, and as `openSource` does
 */
export async function findLogs(
  texts: readonly string[],
  dataDir: string,
  settings: FetchSettings,
  context: StageContext,
): Promise<FoundLogs> {
  const logs = new Map<string, FoundLog>();
  const leftOut: LeftOut[] = [];
  const single = texts.length === 1;
  for (const text of texts) {
    const found = await findOfText(text, dataDir, settings, context);
    const named = (name: string) => (single || !found.isMany ? name : `${text.replace(/[\\/]$/, "")}/${name}`);
    for (const log of found.logs) {
      // a file that is named twice is one file
      if (!logs.has(log.source.file)) logs.set(log.source.file, { ...log, name: named(log.name) });
    }
    leftOut.push(...found.leftOut.map(({ name, why }) => ({ name: named(name), why })));
  }
  return { logs: [...logs.values()], leftOut };
}

async function findOfText(
  text: string,
  dataDir: string,
  settings: FetchSettings,
  context: StageContext,
): Promise<FoundLogs & { isMany: boolean }> {
  if (!(await isManyText(text))) {
    const source = openSource(text, dataDir);
    return { logs: [{ source, name: text }], leftOut: [], isMany: false };
  }
  if (/^gs:/i.test(text)) return { ...(await findObjects(text, dataDir, settings, context)), isMany: true };
  const { files, leftOut } = await findLocalFiles(text, dataDir);
  const logs = files.map(({ path, name, bytes, mtimeMs }): FoundLog => {
    const partition = partitionOf(name);
    return { source: localSource(path, dataDir), name, partition, sign: { bytes, mtimeMs } };
  });
  return { logs, leftOut, isMany: true };
}

async function findObjects(
  text: string,
  dataDir: string,
  settings: FetchSettings,
  context: StageContext,
): Promise<FoundLogs> {
  const bucket = /^gs:\/\/([^/]*)/i.exec(text)?.[1] ?? "";
  const logs: FoundLog[] = [];
  const leftOut: LeftOut[] = [];
  for (const { object, name, generation, bytes } of await listGs(text, settings, context)) {
    const aside = name.split("/").some((part) => part.startsWith(".") || (part.startsWith("_") && !part.includes("=")));
    if (aside) leftOut.push({ name, why: "its name begins with . or _" });
    else if (!typeOfName(name)) leftOut.push({ name, why: NO_LOG });
    else if (bytes === 0) leftOut.push({ name, why: "empty" });
    else {
      const source = gsSource(`gs://${bucket}/${object}`, dataDir);
      logs.push({ source, name, partition: partitionOf(name), sign: { generation } });
    }
  }
  if (logs.length === 0) {
    throw new ChurnError("NOT_FOUND", `no log fits ${text}: none of the ${leftOut.length} objects there is one`, {
      hint: "it takes .csv, .csv.gz and .parquet",
    });
  }
  return { logs, leftOut };
}

/** The folder that all of some files lie in. */
export function commonFolder(files: readonly string[]): string {
  const [first = [], ...others] = files.map((file) => dirname(resolve(file)).split(sep));
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, differs < 0 ? undefined : differs).join(sep) || sep;
}
