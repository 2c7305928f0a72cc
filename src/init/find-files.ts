import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { ChurnError } from "../core/errors.js";
import { findLocalFiles, isLocalMany } from "../download/many/find-local-files.js";
import { type Partition, partitionOf } from "../download/many/partition.js";
import { noSuchFile } from "../download/no-such-file.js";
import { type FileHead, readHead } from "./read-head.js";
import { spread } from "./spread.js";

/** A file of a log. */
export interface LogFile {
  path: string;
  /** Its path from the folder, or from the fixed part of the pattern, on. */
  name: string;
  /** Columns that its folders `key=value` give to each of its rows. */
  partition: Partition;
  bytes: number;
}

/** Files that have the same columns: a log, or a table beside it. */
export interface FileGroup {
  head: FileHead;
  files: LogFile[];
  /** What a source is that means these files: one text, or a list; absolute. */
  source: string | string[];
}

/** Bytes of text that a packed byte stands for, about. */
export const PACKED = 5;

/** Bytes of a file as it would be as text, about. */
export const textBytes = ({ path, bytes }: Pick<LogFile, "path" | "bytes">): number =>
  bytes * (/\.(gz|parquet|pq)$/i.test(path) ? PACKED : 1);

/**
 * Finds the files of a source and parts them by their columns, the largest group first.
 *
 * @param texts files, folders, patterns
 * @throws ChurnError NOT_FOUND when there is none; BAD_OPTION for an address, which is to be downloaded first
 */
export async function findGroups(texts: readonly string[]): Promise<FileGroup[]> {
  const files: LogFile[] = [];
  for (const text of texts) files.push(...(await filesOf(text)));
  const groups = new Map<string, Omit<FileGroup, "source">>();
  for (const same of alike(files)) {
    const heads = await headsOf(same, files.length);
    for (const { head, of } of heads) {
      const key = `${head.format} ${head.columns.map(({ name }) => name).join("\n")}`;
      const group = groups.get(key) ?? { head, files: [] };
      group.files.push(...of);
      groups.set(key, group);
    }
  }
  const size = (group: { files: LogFile[] }) => group.files.reduce((sum, file) => sum + textBytes(file), 0);
  const sorted = [...groups.values()].sort((a, b) => size(b) - size(a));
  return Promise.all(
    sorted.map(async (group) => {
      group.files.sort((a, b) => (a.name < b.name ? -1 : 1));
      const isAll = group.files.length === files.length;
      if (isAll && texts.length === 1) return { ...group, source: resolve(texts[0]) };
      const source = await sourceOf(group.files);
      if (source !== undefined) return { ...group, source };
      // a shell makes a list of a pattern
      if (isAll) return { ...group, source: texts.map((text) => resolve(text)) };
      throw noPattern(texts, group.files.length);
    }),
  );
}

async function filesOf(text: string): Promise<LogFile[]> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(text) && !/^file:/i.test(text)) {
    throw new ChurnError("BAD_OPTION", `${text} is an address: init looks at files on this machine`, {
      hint: `churn download --source ${text}, then churn init on the file that it names; "source" may be the address again afterwards`,
    });
  }
  const path = resolve(text);
  const found = await stat(path).catch(() => undefined);
  if (isLocalMany(path, found)) {
    const { files } = await findLocalFiles(path);
    return files
      .filter(({ name }) => !name.split("/").some((part) => part.endsWith(".churn")))
      .map(({ path, name, bytes }) => ({ path, name, bytes, partition: partitionOf(name) ?? {} }));
  }
  if (!found) throw noSuchFile(path);
  return [{ path, name: basename(path), bytes: found.size, partition: {} }];
}

/** Files whose names differ in their digits and in the values of partitions only. */
function alike(files: readonly LogFile[]): LogFile[][] {
  const found = new Map<string, LogFile[]>();
  for (const file of files) {
    const shape = file.name.replace(/=[^/]*/g, "=").replace(/\d+/g, "#");
    found.set(shape, [...(found.get(shape) ?? []), file]);
  }
  return [...found.values()];
}

/** Files that are looked into in a folder of few, and in each set of alike names of one of many. */
const FEW = 50;
const SOME = 3;

/** The beginnings of files of alike names: of each, or of some where there are many, which stand for the others. */
async function headsOf(files: readonly LogFile[], all: number): Promise<{ head: FileHead; of: LogFile[] }[]> {
  if (all <= FEW) return Promise.all(files.map(async (file) => ({ head: await readHead(file.path), of: [file] })));
  const heads = await Promise.all(spread(files, SOME).map((file) => readHead(file.path)));
  return [{ head: heads[0], of: [...files] }];
}

/** Files that a list may name. */
const LISTED = 30;

/** A source that means some of the files: a pattern where one does, else a list, of which there may be few. */
async function sourceOf(files: readonly LogFile[]): Promise<string | string[] | undefined> {
  if (files.length === 1) return files[0].path;
  const folder = commonFolder(files.map(({ path }) => path));
  const names = files.map(({ path }) => basename(path));
  const stem = commonStart(names).replace(/\d+$/, "");
  const ends = new Set(names.map((name) => /(\.[a-z]+)(\.gz)?$/i.exec(name)?.[0] ?? extname(name)));
  const end = ends.size === 1 ? [...ends][0] : "";
  const patterns = [
    ...(stem ? [`${stem}*${end}`, `${stem}*`] : []),
    ...(end ? [`*${end}`] : []),
    ...(stem ? [`**/${stem}*${end}`] : []),
    ...(end ? [`**/*${end}`] : []),
  ].map((pattern) => join(folder, pattern));
  const wanted = new Set(files.map(({ path }) => path));
  for (const pattern of [folder, ...patterns]) {
    const found = await findLocalFiles(pattern).catch(() => undefined);
    if (found && found.files.length === wanted.size && found.files.every(({ path }) => wanted.has(path)))
      return pattern;
  }
  return files.length <= LISTED ? files.map(({ path }) => path) : undefined;
}

const noPattern = (texts: readonly string[], files: number) =>
  new ChurnError("BAD_INPUT", `no pattern names the ${files} files of the log and no other of ${texts.join(", ")}`, {
    hint: "give the log a folder of its own, or name its files with a pattern in quotes: churn init 'logs/calls-*.csv'",
  });

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]);
  while (paths.some((path) => relative(folder, path).startsWith(`..${sep}`))) folder = dirname(folder);
  return folder;
}

function commonStart(names: readonly string[]): string {
  let start = names[0];
  for (const name of names) while (!name.startsWith(start)) start = start.slice(0, -1);
  return start;
}
