import { ChurnError } from "../core/errors.js";
import { loadCompiler } from "../kernel/tslab.js";
import { firstLine, hasTag, joinLines, type Notebook, type NotebookCell } from "./notebook.js";

/** Tag of a cell that may run again when a run is taken up later: it costs little and changes nothing. */
const RERUNNABLE = "rerunnable";

// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
type Node = any;

/**
 * Finds the cells that need not run when a notebook is taken up again, and gives them their outputs of before.
 *
 * The memory of the kernel is gone. So cells before the start run again when they say that they can (tag `rerunnable`, or
 * parameters, or nothing but imports and types); the others keep their outputs, and nothing that runs may use what they
 * declared.
 *
 * @param notebook as it will run, parameters in place
 * @param before as the run before has left it
 * @param fromCell number of the first cell to run, from 1; without it, the first that did not run to its end
 * @param mask what the run before has done to the sources that it saved: secrets are masked there
 * @returns the cells that are kept
 * @throws ChurnError BAD_USAGE that says why it cannot be done
 */
export function planResume(
  notebook: Notebook,
  before: Notebook,
  fromCell: number | undefined,
  mask: (text: string) => string,
): Set<NotebookCell> {
  const old = before.cells.filter((cell) => !hasTag(cell, "papermill-error-cell-tag"));
  const { cells } = notebook;
  const start = fromCell === undefined ? firstUnfinished(old) : fromCell - 1;
  if (start >= cells.length) {
    const fault =
      fromCell === undefined ? "nothing to resume: every cell ran to its end" : `there is no cell ${fromCell}`;
    throw new ChurnError("BAD_USAGE", fault);
  }
  const kept = new Set<NotebookCell>();
  const analysis = new Analysis();
  for (let i = 0; i < start; i++) {
    const cell = cells[i];
    const last = old[i];
    if (cell.cell_type !== "code" || isIdle(cell)) continue;
    if (!last || mask(joinLines(last.source)) !== mask(joinLines(cell.source))) {
      throw cannot(
        start,
        `cell ${i + 1} is not what it was: ${firstLine(cell)}`,
        "run the notebook from its beginning",
      );
    }
    if (hasTag(cell, RERUNNABLE) || isParameters(cell) || analysis.isDeclarative(cell)) continue;
    if (last.metadata.papermill?.status !== "completed") {
      throw cannot(start, `cell ${i + 1} did not run to its end before: ${firstLine(cell)}`, `start at cell ${i + 1}`);
    }
    kept.add(cell);
  }
  analysis.checkNeeds(cells, kept, start);
  for (const [i, cell] of cells.entries()) {
    const last = old[i];
    if (!kept.has(cell)) continue;
    cell.outputs = last.outputs ?? [];
    cell.execution_count = last.execution_count ?? null;
    if (last.metadata.papermill) cell.metadata.papermill = last.metadata.papermill;
  }
  return kept;
}

function cannot(start: number, why: string, hint: string): ChurnError {
  return new ChurnError("BAD_USAGE", `cannot start at cell ${start + 1}: ${why}`, { hint });
}

function isIdle(cell: NotebookCell): boolean {
  return hasTag(cell, "skip-cell") || joinLines(cell.source).trim() === "";
}

function isParameters(cell: NotebookCell): boolean {
  return hasTag(cell, "parameters") || hasTag(cell, "injected-parameters");
}

function firstUnfinished(cells: NotebookCell[]): number {
  const index = cells.findIndex(
    (cell) => cell.cell_type === "code" && !isIdle(cell) && cell.metadata.papermill?.status !== "completed",
  );
  return index < 0 ? cells.length : index;
}

/** What cells declare and what they use, as far as their syntax shows. */
class Analysis {
  readonly #ts: Node = loadCompiler();

  #parse(cell: NotebookCell): Node {
    return this.#ts.createSourceFile("cell.ts", joinLines(cell.source), this.#ts.ScriptTarget.ES2022, true);
  }

  /** Says whether a cell holds imports and types only. */
  isDeclarative(cell: NotebookCell): boolean {
    const ts = this.#ts;
    return this.#parse(cell).statements.every(
      (s: Node) => ts.isImportDeclaration(s) || ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s),
    );
  }

  /** Checks that no cell that runs uses a name that only a kept cell declares. */
  checkNeeds(cells: NotebookCell[], kept: Set<NotebookCell>, start: number): void {
    const owner = new Map<string, { index: number; isKept: boolean }>();
    for (const [index, cell] of cells.entries()) {
      if (cell.cell_type !== "code" || isIdle(cell)) continue;
      const file = this.#parse(cell);
      const declared = this.#declared(file);
      if (!kept.has(cell)) {
        for (const name of this.#used(file)) {
          const of = owner.get(name);
          if (!of?.isKept || declared.has(name)) continue;
          const why = `cell ${index + 1} needs ${JSON.stringify(name)}, which cell ${of.index + 1} declares, and that cell does not say that it can run again`;
          throw cannot(start, why, `tag cell ${of.index + 1} "${RERUNNABLE}", or start at cell ${of.index + 1}`);
        }
      }
      for (const name of declared) owner.set(name, { index, isKept: kept.has(cell) });
    }
  }

  #declared(file: Node): Set<string> {
    const ts = this.#ts;
    const names = new Set<string>();
    const bind = (name: Node): void => {
      if (ts.isIdentifier(name)) names.add(name.text);
      else for (const element of name.elements) if (element.name) bind(element.name);
    };
    for (const statement of file.statements) {
      if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) bind(name);
      else if (ts.isImportDeclaration(statement)) {
        const { name, namedBindings } = statement.importClause ?? {};
        if (name) names.add(name.text);
        if (namedBindings)
          for (const { name: inner } of namedBindings.elements ?? [namedBindings]) names.add(inner.text);
      } else if (statement.name && ts.isIdentifier(statement.name)) names.add(statement.name.text);
    }
    return names;
  }

  #used(file: Node): Set<string> {
    const ts = this.#ts;
    const names = new Set<string>();
    const visit = (node: Node): void => {
      if (ts.isIdentifier(node)) {
        const { parent } = node;
        const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
        const isKey = ts.isPropertyAssignment(parent) && parent.name === node;
        if (!isMember && !isKey) names.add(node.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return names;
  }
}
