import { join } from "node:path";
import type { TypeScript } from "./tslab.js";

/**
 * Lets the compiler see the project's node_modules where a notebook lies outside of the project.
 *
 * They appear inside the notebook's own folder: the compiler has to write down the types of variables, and names for them
 * that lead out of the folder are errors (TS2742). Node finds the same packages by NODE_PATH.
 *
 * @returns finds the real path of a file that appears in the notebook's folder
 */
export function borrowModules(sys: TypeScript, project: string): (path: string) => string {
  const slashed = (path: string) => path.replace(/\\/g, "/");
  const seen = `${slashed(process.cwd())}/node_modules`;
  const real = slashed(join(project, "node_modules"));
  const { fileExists, directoryExists, readFile, realpath } = sys;
  // our package is a link to the project: what it imports is not looked up inside of it
  const isHidden = (path: string) => path.startsWith(`${seen}/churn-workbench/node_modules`);
  const lead = (path: string): string => {
    if (path !== seen && !path.startsWith(`${seen}/`)) return path;
    if (isHidden(path) || fileExists.call(sys, path)) return path;
    return real + path.slice(seen.length);
  };
  Object.assign(sys, {
    fileExists: (path: string) => !isHidden(path) && fileExists.call(sys, lead(path)),
    directoryExists: (path: string) => !isHidden(path) && directoryExists.call(sys, lead(path)),
    readFile: (path: string, encoding?: string) => readFile.call(sys, lead(path), encoding),
    realpath: (path: string) => (path.startsWith(`${seen}/`) ? path : realpath.call(sys, path)),
  });
  return (path) => (path.startsWith(`${seen}/`) ? realpath.call(sys, lead(path)) : path);
}
