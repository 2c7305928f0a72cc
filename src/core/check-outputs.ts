import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ChurnError } from "./errors.js";

/**
 * Refuses outputs that would destroy an input, or one another: paths are compared by what they are, links and `..` followed.
 *
 * @param outputs without those that the user has not asked for
 * @throws ChurnError BAD_USAGE naming the path
 */
export function checkOutputs(inputs: readonly string[], outputs: readonly (string | undefined)[]): void {
  const taken = new Map(inputs.map((path) => [identity(path), { path, isInput: true }]));
  for (const path of outputs) {
    // to a device or a pipe anything may go
    if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isFile() === false) continue;
    const before = taken.get(identity(path));
    if (before) {
      const fault = before.isInput ? "the output is the input" : "two outputs are one file";
      const paths = before.path === path ? path : `${path} is ${before.path}`;
      throw new ChurnError("BAD_USAGE", `${fault}: ${paths}`, { hint: "give the output a path of its own" });
    }
    taken.set(identity(path), { path, isInput: false });
  }
}

/** What a path is: the file itself where there is one, so that hard links count, else its place. */
function identity(path: string): string {
  // a folder that is not there yet is made, and then `..` leads out of it
  const file = statSync(path, { throwIfNoEntry: false }) ?? statSync(resolve(path), { throwIfNoEntry: false });
  return file ? `${file.dev} ${file.ino}` : place(resolve(path));
}

/** A path whose folders are real, as far as they are there. */
function place(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  try {
    return join(realpathSync(folder), basename(path));
  } catch {
    return join(place(folder), basename(path));
  }
}
