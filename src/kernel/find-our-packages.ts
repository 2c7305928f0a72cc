import Module from "node:module";
import { delimiter, join } from "node:path";
import { faultCode } from "../core/fault.js";
import { MODULES, OUR_NAME, PROJECT } from "./project.js";

type Resolve = (request: string, parent: Module, ...rest: unknown[]) => string;

/** The parts of Node's loader that have no public name. */
const loader = Module as unknown as { _initPaths(): void; _resolveFilename: Resolve };

/** Lets a notebook outside of the project find our package and what comes with it, after packages of its own. */
export function findOurPackages(): void {
  process.env.NODE_PATH = [process.env.NODE_PATH, MODULES].filter(Boolean).join(delimiter);
  loader._initPaths();
  const resolve = loader._resolveFilename;
  // a file of our package may import the package by its name
  const inside = new Module(join(PROJECT, "index.js"));
  inside.filename = inside.id;
  loader._resolveFilename = (request, parent, ...rest) => {
    try {
      return resolve.call(Module, request, parent, ...rest);
    } catch (error) {
      const isOurs = request === OUR_NAME || request.startsWith(`${OUR_NAME}/`);
      if (!isOurs || faultCode(error) !== "MODULE_NOT_FOUND") throw error;
      return resolve.call(Module, request, inside, ...rest);
    }
  };
}
