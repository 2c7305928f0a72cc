import { fileImporters, type Imports, noteImports } from "./file-importers.js";
import { mapPosition, type PositionFinder } from "./source-position.js";
import type { Converted, TypeScript } from "./tslab.js";

type SideOutputs = NonNullable<Converted["sideOutputs"]>;

/** A compiled file keeps its place, with another ending. */
const compiledPath = (path: string): string => path.replace(/\.(tsx?|jsx?)$/, ".js");

/** Files of the user that cells import: how they were compiled, and which must run again. */
export class SideFiles {
  readonly #outputs = new Map<string, string>();
  readonly #imports: Imports = new Map();
  readonly #finders = new Map<string, { path: string; find: PositionFinder }>();

  /** Notes the source map of a file. */
  onMap(path: string, map: string): void {
    this.#finders.set(compiledPath(path), { path, find: mapPosition(map) });
  }

  /** Finds the source of a place in a compiled file. */
  find(compiled: string, line: number, column: number): { path: string; line: number; column: number } | undefined {
    const file = this.#finders.get(compiled.replaceAll("\\", "/"));
    const at = file?.find(line, column);
    return file && at && { path: file.path, ...at };
  }

  /**
   * The files that tslab's executor has to run again: those that were compiled now, and all that import one of them, whose
   * values came from the old one.
   *
   * @param program in which they were compiled
   * @param compiled now
   * @param changed files that are not compiled, as JSON, and are another than before
   */
  withImporters(program: TypeScript, compiled: SideOutputs, changed: readonly string[]): SideOutputs {
    if (compiled.length === 0 && changed.length === 0) return compiled;
    if (compiled.length > 0) noteImports(this.#imports, program);
    const isNew = new Set(compiled.map(({ path }) => path));
    for (const { path, data } of compiled) this.#outputs.set(path, data);
    const targets = [...this.#imports.keys()].filter((path) => isNew.has(compiledPath(path)));
    const importers = fileImporters(this.#imports, [...targets, ...changed]);
    const again = [...importers].map(compiledPath).filter((path) => !isNew.has(path));
    return [
      ...compiled,
      ...again.flatMap((path) => {
        const data = this.#outputs.get(path);
        return data === undefined ? [] : [{ path, data }];
      }),
    ];
  }
}
