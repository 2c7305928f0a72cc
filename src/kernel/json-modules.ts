import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";

/** A JSON file that was imported, as it was on disk then. */
interface Known {
  value: unknown;
  stamp: string;
}

/** JSON files that cells import, themselves or through other files. */
export class JsonModules {
  readonly #known = new Map<string, Known>();

  /**
   * Lets an import of a JSON file read it again: it may have been written since. Files of code tslab keeps itself.
   *
   * @returns paths of those that are another than they were
   */
  forget(): string[] {
    const { cache } = createRequire(import.meta.url);
    for (const [path, module] of Object.entries(cache)) {
      if (!path.endsWith(".json") || /[/\\]node_modules[/\\]/.test(path)) continue;
      delete cache[path];
      // it may have been written between its import and now: the first look is at its content
      this.#known.set(path, { value: module?.exports, stamp: "" });
    }
    return [...this.#known].flatMap(([path, known]) => {
      if (isUnchanged(path, known)) return [];
      this.#known.delete(path);
      return [path.replaceAll("\\", "/")];
    });
  }
}

function isUnchanged(path: string, known: Known): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file) return false;
  const stamp = `${file.mtimeMs} ${file.size}`;
  if (stamp === known.stamp) return true;
  known.stamp = stamp;
  try {
    return isDeepStrictEqual(JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, "")), known.value);
  } catch {
    return false;
  }
}
