import { ChurnError } from "../core/errors.js";
import { loadCompiler } from "../kernel/tslab.js";
import { hasTag, joinLines, type Notebook, type NotebookCell } from "./notebook.js";
import { type CellNames, cellNames, type NameUse, type Node } from "./script/cell-names.js";
import { type NameVersion, NameVersions } from "./script/name-versions.js";
import { importLines } from "./script/script-imports.js";

/** A piece of source that is put in the place of another. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A cell with code, and what stands in it. */
interface ScriptCell {
  cell: NotebookCell;
  /** Number in the notebook, from 1. */
  number: number;
  file: Node;
  names: CellNames;
}

/**
 * Turns a notebook into one TypeScript module that does the same: `node script.ts` from Node 22.18, or `npx tsx script.ts`.
 *
 * Text becomes comments. What a cell shows as its last expression is displayed, which outside of a notebook prints it. A name
 * that a later cell declares again becomes a name of its own; imports stand at the head, once each. A cell that may fail
 * stands in a `try`.
 *
 * @throws ChurnError BAD_INPUT naming the cell, for what a module cannot do
 */
export function notebookToScript(notebook: Notebook): string {
  const ts: Node = loadCompiler();
  const cells = notebook.cells.flatMap((cell, i): ScriptCell[] => {
    if (cell.cell_type !== "code" || hasTag(cell, "skip-cell")) return [];
    const file = ts.createSourceFile("cell.ts", joinLines(cell.source), ts.ScriptTarget.ES2022, true);
    return [{ cell, number: i + 1, file, names: cellNames(ts, file) }];
  });
  return new ScriptWriter(ts, notebook, cells).write();
}

/** Line ends of JavaScript: a comment ends at each of them. */
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

function commented(text: string): string {
  return text
    .split(LINE_END)
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
}

function edited(text: string, edits: Edit[]): string {
  let result = text;
  // what is put in before a place comes before what is put in its place
  const sorted = [...edits].sort((a, b) => b.start - a.start || b.end - a.end);
  for (const { start, end, text: by } of sorted) result = result.slice(0, start) + by + result.slice(end);
  return result;
}

class ScriptWriter {
  readonly #ts: Node;
  readonly #notebook: Notebook;
  readonly #cells: ScriptCell[];
  readonly #versions: NameVersions;
  readonly #show: string;
  /** Names that functions look up when they are called: their written forms by their names. */
  readonly #moving = new Map<string, string>();
  #shows = false;

  constructor(ts: Node, notebook: Notebook, cells: ScriptCell[]) {
    this.#ts = ts;
    this.#notebook = notebook;
    this.#cells = cells;
    const words = cells.flatMap(({ file }) =>
      [...file.text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)].map(String),
    );
    this.#versions = new NameVersions(
      cells.map(({ names }) => names),
      words,
    );
    this.#show = this.#versions.free("show");
    for (const [i, { names, ...cell }] of cells.entries()) {
      for (const use of names.uses) this.#check(use, i, cell.number);
    }
  }

  /** Refuses what would do something else; notes the names that move. */
  #check(use: NameUse, index: number, number: number): void {
    const version = this.#versions.at(use.name, index);
    if (!version) return;
    const from = this.#cells[version.cell];
    if (version.cell < index && hasTag(from.cell, "raises-exception") && !version.imported) {
      throw refused(number, use.name, `cell ${from.number}, which may fail, declares`);
    }
    if (!this.#versions.isMoving(use, index)) return;
    if (use.isWrite) throw refused(number, use.name, "a later cell declares again, and a function sets");
    if (!this.#moving.has(use.name)) this.#moving.set(use.name, this.#versions.free(`${use.name}_now`));
  }

  write(): string {
    const parts: string[] = [];
    let next = 0;
    for (const cell of this.#notebook.cells) {
      const text = joinLines(cell.source);
      if (cell.cell_type === "markdown") parts.push(commented(text));
      else if (cell.cell_type === "raw") parts.push(`// (raw)\n${commented(text)}`);
      else if (hasTag(cell, "skip-cell")) parts.push(`// (skipped)\n${commented(text)}`);
      else parts.push(this.#cell(next++));
    }
    return `${this.#head()}${parts.filter((part) => part.trim() !== "").join("\n\n")}\n\nexport {};\n`;
  }

  #head(): string {
    const lines = this.#imports();
    const needsRequire =
      this.#versions.at("require", this.#cells.length) === undefined &&
      this.#cells.some(({ names }) => names.uses.some(({ name }) => name === "require"));
    if (needsRequire) {
      lines.push('import { createRequire } from "node:module";', 'const require = createRequire(process.cwd() + "/");');
    }
    if (this.#shows) {
      const own = this.#versions.at("display", this.#cells.length);
      const isOurs =
        own?.written === "display" && own.imported?.name === "display" && own.imported.module === "churn-workbench";
      const display = isOurs ? "display" : this.#versions.free("display");
      if (!isOurs) {
        lines.push(`import { ${display === "display" ? display : `display as ${display}`} } from "churn-workbench";`);
      }
      lines.push(
        "\n// a notebook shows the last value of a cell",
        `async function ${this.#show}(value: unknown): Promise<void> {`,
        "  const settled = await value;",
        `  if (settled !== undefined && settled !== null) await ${display}(settled);`,
        "}",
      );
    }
    if (this.#moving.size > 0) lines.push("\n// names that cells declare again, for functions that are called later");
    for (const [name, now] of this.#moving) lines.push(`let ${now} = (): any => ${name};`);
    return lines.length > 0 ? `${lines.join("\n")}\n\n` : "";
  }

  #imports(): string[] {
    const isValue = (version: NameVersion) =>
      this.#cells.some(({ names }, i) =>
        names.uses.some(({ name, isType }) => !isType && name === version.name && this.#reaches(version, i)),
      );
    const imports = this.#versions.all.flatMap((version) => {
      const { imported, written } = version;
      // what is used in types alone is gone when the code runs, as in the kernel
      return imported ? [{ ...imported, written, isType: imported.isType || !isValue(version) }] : [];
    });
    const modules = this.#cells.flatMap(({ file }) =>
      file.statements.filter(this.#ts.isImportDeclaration).map((each: Node) => each.moduleSpecifier.text as string),
    );
    return importLines(imports, modules);
  }

  /** Whether a use in a cell may mean a version; one that moves may mean any. */
  #reaches(version: NameVersion, cell: number): boolean {
    return this.#moving.has(version.name) || this.#versions.at(version.name, cell) === version;
  }

  #cell(index: number): string {
    const ts = this.#ts;
    const { cell, file, names } = this.#cells[index];
    const text: string = file.text;
    if (/^\s*\/\*\*[\s\S]*?@(module|browser)\b/.test(text)) {
      throw refused(this.#cells[index].number, "@module", "tslab alone knows");
    }
    const edits: Edit[] = names.uses.flatMap((use) => this.#use(use, index));
    const before: string[] = [];
    for (const statement of file.statements) {
      if (ts.isImportDeclaration(statement)) {
        edits.push({ start: statement.getStart(file), end: statement.end, text: "" });
      } else {
        const after = this.#declaration(statement, index, before);
        if (after) edits.push({ start: statement.end, end: statement.end, text: after });
      }
    }
    for (const { local } of names.imports) before.push(...this.#moved(local, index));
    const last = file.statements.at(-1);
    if (last && ts.isExpressionStatement(last)) {
      this.#shows = true;
      const start = last.expression.getStart(file);
      edits.push({ start, end: start, text: `await ${this.#show}(` });
      edits.push({ start: last.expression.end, end: last.end, text: ");" });
    } else if (last && needsSemicolon(ts, last) && !text.slice(0, last.end).endsWith(";")) {
      // the next cell may begin with a bracket
      edits.push({ start: last.end, end: last.end, text: ";" });
    }
    const body = [...before, edited(text, edits).trim()].filter(Boolean).join("\n");
    if (!hasTag(cell, "raises-exception")) return `// %%\n${body}`;
    return `// %% (may fail)\ntry {\n${body}\n} catch (error) {\n  console.error(error);\n}`;
  }

  /** A use of a name, as the script writes it. */
  #use(use: NameUse, index: number): Edit[] {
    const ts = this.#ts;
    const { node, name } = use;
    const version = this.#versions.at(name, index);
    const now = this.#versions.isMoving(use, index) ? this.#moving.get(name) : undefined;
    if (!version || (version.written === name && now === undefined)) return [];
    const { parent } = node;
    const value = now === undefined ? version.written : ts.isNewExpression(parent) ? `(${now}())` : `${now}()`;
    const isShort =
      ts.isShorthandPropertyAssignment(parent) ||
      (ts.isBindingElement(parent) &&
        parent.name === node &&
        !parent.propertyName &&
        ts.isObjectBindingPattern(parent.parent));
    const isRest = ts.isBindingElement(parent) && parent.dotDotDotToken;
    const isExported = ts.isExportSpecifier(parent);
    const text = isShort && !isRest ? `${name}: ${value}` : isExported ? `${value} as ${name}` : value;
    return [{ start: node.getStart(), end: node.end, text }];
  }

  /** What follows a declaration: functions keep their names, and names that move are set. */
  #declaration(statement: Node, index: number, before: string[]): string {
    const ts = this.#ts;
    const lines: string[] = [];
    const isHoisted = ts.isFunctionDeclaration(statement);
    const bind = (name: Node, value?: Node): void => {
      if (!ts.isIdentifier(name)) {
        for (const element of name.elements) if (element.name) bind(element.name);
        return;
      }
      const version = this.#versions.at(name.text, index);
      if (version && version.written !== name.text && value && isNamedByPlace(ts, value)) {
        lines.push(`Object.defineProperty(${version.written}, "name", { value: ${JSON.stringify(name.text)} });`);
      }
      lines.push(...this.#moved(name.text, index));
    };
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) bind(name, initializer);
    } else if ((isHoisted && statement.body) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      if (statement.name) bind(statement.name, ts.isEnumDeclaration(statement) ? undefined : statement);
    }
    if (isHoisted) before.push(...lines.splice(0));
    return lines.length > 0 ? `\n${lines.join("\n")}` : "";
  }

  #moved(name: string, index: number): string[] {
    const now = this.#moving.get(name);
    const version = this.#versions.at(name, index);
    return now && version?.cell === index && version.written !== name ? [`${now} = () => ${version.written};`] : [];
  }
}

/** Functions and classes that have the name of what holds them. */
function isNamedByPlace(ts: Node, value: Node): boolean {
  if (ts.isFunctionDeclaration(value) || ts.isClassDeclaration(value) || ts.isArrowFunction(value)) return true;
  return (ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name;
}

function needsSemicolon(ts: Node, statement: Node): boolean {
  return (
    ts.isVariableStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isExportAssignment(statement) ||
    ts.isDoStatement(statement) ||
    ts.isImportEqualsDeclaration(statement)
  );
}

function refused(number: number, name: string, why: string): ChurnError {
  return new ChurnError(
    "BAD_INPUT",
    `cell ${number} cannot be part of a script: it uses ${JSON.stringify(name)}, which ${why}`,
    {
      hint: "give it another name, or put what belongs together into one cell",
    },
  );
}
