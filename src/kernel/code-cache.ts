import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import vm from "node:vm";

const scripts = new Map<string, vm.Script>();

/**
 * Loads a CommonJS file as `require` does, with the bytecode that V8 kept of an earlier load, if there is any.
 *
 * V8 refuses code of another version of itself; the file is compiled anew then.
 *
 * @param code file that `codeOf` was written to; it need not be there
 */
export function requireWithCode(path: string, code: string): unknown {
  const module = new Module(path);
  module.filename = path;
  const require = createRequire(path);
  require.cache[path] = module;
  const script = new vm.Script(Module.wrap(readFileSync(path, "utf8")), { filename: path, cachedData: read(code) });
  scripts.set(path, script);
  script.runInThisContext()(module.exports, require, module, path, dirname(path));
  module.loaded = true;
  return module.exports;
}

function read(code: string): Buffer | undefined {
  try {
    return readFileSync(code);
  } catch {
    return undefined;
  }
}

/** The bytecode of a file that `requireWithCode` has loaded, of all that has run of it until now. */
export function codeOf(path: string): Buffer {
  const script = scripts.get(path);
  if (!script) throw new Error(`${path} was not loaded here`);
  return script.createCachedData();
}
