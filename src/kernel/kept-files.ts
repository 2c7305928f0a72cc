import { readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { PROJECT } from "./project.js";
import type { KeptCompiler, KeptFile } from "./startup-snapshot.js";
import type { TypeScript } from "./tslab.js";

/** Gives the compiler files that the start-up snapshot holds, the same for every program. */
export function withKeptFiles(
  create: (...args: TypeScript[]) => TypeScript,
  kept: KeptCompiler,
  realPath: (path: string) => string,
): typeof create {
  const given = new Map<string, TypeScript>();
  const give = (path: string): TypeScript => {
    if (!given.has(path)) given.set(path, takeKeptFile(kept, realPath(path), path));
    return given.get(path);
  };
  let isGiving = false;
  return (roots, options, host, ...rest) => {
    if (!isGiving) {
      isGiving = true;
      for (const name of ["getSourceFile", "getSourceFileByPath"]) {
        const read = host[name];
        host[name] = (path: string, ...how: unknown[]) => give(path) ?? read.call(host, path, ...how);
      }
    }
    return create(roots, options, host, ...rest);
  };
}

/**
 * Takes a file out, if it is on disk what it was.
 *
 * @param path where it lies
 * @param seen where the compiler sees it: a module is known by that
 */
function takeKeptFile({ ts, files }: KeptCompiler, path: string, seen: string): TypeScript | undefined {
  // the project may have moved since the build
  const place = relative(PROJECT, path).replaceAll("\\", "/");
  const kept = files.get(place);
  // a second path to it gets a file of its own
  files.delete(place);
  if (!kept || !isUnchanged(kept, path)) return undefined;
  const { file } = kept;
  if (file.symbol) file.symbol.escapedName = `"${ts.removeFileExtension(seen)}"`;
  return file;
}

/** A copy of the project has other times: there the text tells. */
function isUnchanged({ file, size, seconds }: KeptFile, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.size !== size) return false;
  return Math.trunc(now.mtimeMs / 1000) === seconds || readFileSync(path, "utf8") === file.text;
}
