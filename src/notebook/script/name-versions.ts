import type { CellNames, ImportedName, NameUse } from "./cell-names.js";

/** What a name stands for from one cell on. */
export interface NameVersion {
  name: string;
  /** Number of the cell that declares it, from 0. */
  cell: number;
  /** The name in the script: that of the notebook, or one with a number where cells declare it again. */
  written: string;
  /** What it is imported as; an import that means the same is the same. */
  imported?: ImportedName;
}

/**
 * What names stand for in each cell.
 *
 * In the kernel a cell sees its own declarations, and of the earlier ones the last: each declaration becomes a name of its
 * own. A function that uses a name of another cell sees what that stands for when it is called.
 */
export class NameVersions {
  readonly #versions = new Map<string, NameVersion[]>();
  readonly #taken: Set<string>;

  /** @param taken names that the script may not use for others */
  constructor(cells: readonly CellNames[], taken: Iterable<string>) {
    this.#taken = new Set(taken);
    for (const [cell, { declared, imports }] of cells.entries()) {
      for (const name of declared)
        this.#declare(
          name,
          cell,
          imports.find(({ local }) => local === name),
        );
    }
  }

  #declare(name: string, cell: number, imported: ImportedName | undefined): void {
    const versions = this.#versions.get(name) ?? [];
    this.#versions.set(name, versions);
    const last = versions.at(-1);
    if (imported && last?.imported?.module === imported.module && last.imported.name === imported.name) {
      last.imported.isType &&= imported.isType;
      return;
    }
    const written = versions.length === 0 ? name : this.free(`${name}_${versions.length + 1}`);
    versions.push({ name, cell, written, ...(imported ? { imported: { ...imported } } : {}) });
  }

  /** A name that nothing else has. */
  free(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name += "_";
    this.#taken.add(name);
    return name;
  }

  get all(): NameVersion[] {
    return [...this.#versions.values()].flat();
  }

  /** What a name stands for in a cell; undefined for a global. */
  at(name: string, cell: number): NameVersion | undefined {
    return this.#versions.get(name)?.findLast((version) => version.cell <= cell);
  }

  /** Whether a use sees another thing when a later cell has declared its name again. */
  isMoving({ name, isDeferred, isType }: NameUse, cell: number): boolean {
    if (!isDeferred || isType) return false;
    const version = this.at(name, cell);
    return version !== undefined && version.cell < cell && this.#versions.get(name)?.at(-1) !== version;
  }
}
