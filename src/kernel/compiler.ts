import { carriedModules } from "./carried-modules.js";
import {
  hasTopLevelForAwait,
  keepLastExpression,
  mutableNames,
  readEarlierNames,
  topLevelNames,
} from "./cell-transforms.js";
import { type CompiledCell, cellName } from "./compiled-cell.js";
import type { EmittedCell } from "./intercept-builder.js";
import { registration } from "./live-names.js";
import { patchTslab } from "./patched-tslab.js";
import { SideFiles } from "./side-files.js";
import { positionFinder } from "./source-position.js";
import type { Converted, Converter, Tslab } from "./tslab.js";
import { describeFault, findUnnameable } from "./unnameable.js";

/** What is known of one compilation while it runs. */
interface Pass {
  /** Names that the cell declares. */
  names: string[];
  /** tslab is about to ask for them, and is to see none: they are exported already. */
  hidesLocals: boolean;
  lastExpressionVar: string | undefined;
  emitted: EmittedCell;
}

const newPass = (names: string[]): Pass => ({
  names,
  hidesLocals: true,
  lastExpressionVar: undefined,
  emitted: { map: "", faults: [], program: undefined },
});

/** tslab's converter, with source maps, names for the cells, and `for await` at top level. */
export class Compiler {
  readonly tslab: Tslab;
  readonly converters: { node: Converter; browser: Converter; close(): void };
  /** Files of the user that cells import. */
  readonly files = new SideFiles();
  readonly #node: Converter;
  readonly #cells = new Map<string, CompiledCell>();
  readonly #changed: string[] = [];
  #current = cellName(0);
  #pass: Pass = { ...newPass([]), hidesLocals: false };

  /**
   * Starts the compiler in the current folder.
   *
   * It reads declarations for most of a second, but for those that the start-up snapshot holds.
   *
   * @param packages whose declarations are read at once, as the cells will import them
   */
  constructor(packages: readonly string[] = []) {
    this.tslab = patchTslab(packages, (ts) => ({
      onCell: (emitted) => {
        this.#pass.emitted = emitted;
      },
      onFileMap: (path, map) => this.files.onMap(path, map),
      transformers: (checker) => [
        readEarlierNames(ts, checker),
        keepLastExpression(ts, this.#pass.names, (name) => {
          this.#pass.lastExpressionVar = name;
        }),
      ],
      takeHidesLocals: () => {
        const hides = this.#pass.hidesLocals;
        this.#pass.hidesLocals = false;
        return hides;
      },
    }));
    this.#node = this.tslab.createConverter();
    const converter = { ...this.#node, convert: (previous: string, source: string) => this.#convert(previous, source) };
    this.converters = { node: converter, browser: converter, close: () => this.#node.close() };
  }

  /** Names the cell that is compiled next. */
  name(cell: string): void {
    this.#current = cell;
  }

  /** Says that files which are not compiled have changed: what imports them runs again. */
  onChanged(paths: readonly string[]): void {
    this.#changed.push(...paths);
  }

  /** The cell that was compiled under a name. */
  cell(name: string): CompiledCell | undefined {
    return this.#cells.get(name);
  }

  #convert(previous: string, source: string): Converted {
    const { ts } = this.tslab;
    const { names, local } = topLevelNames(ts, source);
    const { converted, unnameable } = this.#convertNameable(previous, source, names, local);
    if (converted.output === undefined) return converted;
    const hasToplevelAwait = converted.hasToplevelAwait || hasTopLevelForAwait(ts, source);
    const output = named(converted.output, this.#current);
    const sideOutputs = this.files.withImporters(
      this.#pass.emitted.program,
      converted.sideOutputs ?? [],
      this.#changed.splice(0),
    );
    const find = positionFinder(this.#pass.emitted.map, output.split("\n").length, hasToplevelAwait);
    this.#cells.set(this.#current, { source, names, find });
    // what a cell exports itself lives among the exports alone
    const mutable = mutableNames(ts, source).filter((name) => local.includes(name));
    const isAny = (name: string) => `declare ${mutable.includes(name) ? "let" : "const"} ${name}: any;\n`;
    return {
      ...converted,
      sideOutputs,
      hasToplevelAwait,
      lastExpressionVar: this.#pass.lastExpressionVar,
      output: output + registration([...new Set([...mutable, ...unnameable])]),
      declOutput: [converted.declOutput, carriedModules(ts, previous, names), ...unnameable.map(isAny)].join(""),
    };
  }

  /** Compiles a cell with its names exported, and again without those whose types cannot be written down. */
  #convertNameable(
    previous: string,
    source: string,
    names: string[],
    local: readonly string[],
  ): { converted: Converted; unnameable: string[] } {
    const { ts } = this.tslab;
    const unnameable: string[] = [];
    let sideOutputs: Converted["sideOutputs"];
    for (;;) {
      this.#pass = newPass(names);
      const exported = local.filter((name) => !unnameable.includes(name));
      const code = exported.length ? `${source}\nexport {${exported.join(", ")}}` : source;
      const converted = this.#node.convert(previous, code);
      const { faults } = this.#pass.emitted;
      if (converted.output === undefined) return { converted, unnameable };
      // files that the cell imports are compiled but once
      sideOutputs ??= converted.sideOutputs;
      if (faults.length === 0)
        return { converted: { ...converted, ...(sideOutputs ? { sideOutputs } : {}) }, unnameable };
      const found = findUnnameable(ts, source, faults).filter((name) => exported.includes(name));
      if (found.length === 0)
        return { converted: { diagnostics: faults.map((each) => describeFault(ts, each)) }, unnameable };
      unnameable.push(...found);
    }
  }
}

function named(output: string, name: string): string {
  // the compiler writes it as the last line; one above may stand in a text
  return `${output.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/, "\n")}\n//# sourceURL=${name}`;
}
