import { relative } from "node:path";
import { MODULES, OUR_NAME, PROJECT } from "./project.js";
import type { TypeScript } from "./tslab.js";

const slashed = (path: string) => path.replace(/\\/g, "/");
const isIn = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

/**
 * Lets the compiler see our package by its name, and where a notebook lies outside of the project its packages, too.
 *
 * A package is not in its own node_modules. The others appear inside the notebook's own folder: the compiler has to write down
 * the types of variables, and names for them that lead out of the folder are errors (TS2742). Node finds the same packages, see
 * `findOurPackages`.
 *
 * @returns finds the real path of a file that appears in the notebook's folder
 */
export function borrowModules(sys: TypeScript): (path: string) => string {
  const isOutside = relative(PROJECT, process.cwd()).startsWith("..");
  const seen = `${slashed(isOutside ? process.cwd() : PROJECT)}/node_modules`;
  const [project, modules] = [slashed(PROJECT), slashed(MODULES)];
  const ours = `${seen}/${OUR_NAME}`;
  const { fileExists, directoryExists, readFile, realpath } = sys;
  const isInstalled = fileExists.call(sys, `${ours}/package.json`);
  // what our package imports is not looked up inside of it
  const isHidden = (path: string) => !isInstalled && isIn(`${ours}/node_modules`, path);
  const lead = (path: string): string => {
    if (!isInstalled && isIn(ours, path)) return project + path.slice(ours.length);
    if (!isOutside || !isIn(seen, path) || fileExists.call(sys, path)) return path;
    return modules + path.slice(seen.length);
  };
  const isBorrowed = (path: string) => isOutside && path.startsWith(`${seen}/`);
  Object.assign(sys, {
    fileExists: (path: string) => !isHidden(path) && fileExists.call(sys, lead(path)),
    directoryExists: (path: string) => !isHidden(path) && directoryExists.call(sys, lead(path)),
    readFile: (path: string, encoding?: string) => readFile.call(sys, lead(path), encoding),
    realpath: (path: string) => (isBorrowed(path) ? path : realpath.call(sys, lead(path))),
  });
  return (path) => (isBorrowed(path) ? realpath.call(sys, lead(path)) : path);
}
