import { loadCompiler } from "../kernel/tslab.js";
import { hasTag, joinLines, type Notebook } from "./notebook.js";

// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
type Node = any;

/** A piece of source that is put in the place of another. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Turns a notebook into one TypeScript module that does the same: `node script.ts` from Node 22.18, or `npx tsx script.ts`.
 *
 * Text becomes comments. What a cell shows as its last expression is displayed, which outside of a notebook prints it.
 * A name that a later cell declares again becomes one variable.
 */
export function notebookToScript(notebook: Notebook): string {
  const ts: Node = loadCompiler();
  const sources = notebook.cells
    .filter((cell) => cell.cell_type === "code" && !hasTag(cell, "skip-cell"))
    .map((cell) => ts.createSourceFile("cell.ts", joinLines(cell.source), ts.ScriptTarget.ES2022, true));
  const again = declaredAgain(ts, sources);
  const seen = new Set<string>();
  const imported = new Set<string>();
  let shows = false;
  let next = 0;
  const parts: string[] = [];
  for (const cell of notebook.cells) {
    const text = joinLines(cell.source);
    if (cell.cell_type === "markdown") parts.push(commented(text));
    if (cell.cell_type !== "code") continue;
    if (hasTag(cell, "skip-cell")) {
      parts.push(`// (skipped)\n${commented(text)}`);
      continue;
    }
    const file = sources[next++];
    const edits = [...redeclarations(ts, file, again, seen), ...repeatedImports(ts, file, imported)];
    const last = file.statements.at(-1);
    if (last && ts.isExpressionStatement(last)) {
      shows = true;
      const expression = text.slice(last.expression.getStart(file), last.expression.end);
      edits.push({ start: last.getStart(file), end: last.end, text: `await show(${expression});` });
    }
    parts.push(`// %%\n${edited(text, edits).trim()}`);
  }
  const head = shows
    ? [
        'import { display } from "churn-workbench";',
        "\n// a notebook shows the last value of a cell",
        "async function show(value: unknown): Promise<void> {",
        "  const settled = await value;",
        "  if (settled !== undefined && settled !== null) await display(settled);",
        "}\n\n",
      ].join("\n")
    : "";
  return `${head}${parts.filter((part) => part.trim() !== "").join("\n\n")}\n\nexport {};\n`;
}

function commented(text: string): string {
  return text
    .split("\n")
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
}

function edited(text: string, edits: Edit[]): string {
  let result = text;
  for (const { start, end, text: by } of [...edits].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + by + result.slice(end);
  }
  return result;
}

/** Names of variables that more than one cell declares at its top level. */
function declaredAgain(ts: Node, files: Node[]): Set<string> {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const file of files) {
    for (const statement of file.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name } of statement.declarationList.declarations) {
        if (!ts.isIdentifier(name)) continue;
        if (seen.has(name.text)) again.add(name.text);
        seen.add(name.text);
      }
    }
  }
  return again;
}

/** The first declaration of a name becomes a `let`, the later ones become assignments. */
function redeclarations(ts: Node, file: Node, again: Set<string>, seen: Set<string>): Edit[] {
  const edits: Edit[] = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { declarations } = statement.declarationList;
    const names: string[] = declarations.map(({ name }: Node) => (ts.isIdentifier(name) ? name.text : ""));
    if (!names.some((name: string) => again.has(name))) continue;
    const lines = declarations.map((declaration: Node, i: number) => {
      const value: string = declaration.initializer?.getText(file) ?? "undefined";
      const name = names[i];
      if (!again.has(name)) return `const ${declaration.getText(file)};`;
      if (seen.has(name)) return `${name} = ${value};`;
      seen.add(name);
      return `let ${name}: any = ${value};`;
    });
    edits.push({ start: statement.getStart(file), end: statement.end, text: lines.join("\n") });
  }
  return edits;
}

/** A second import of the same name would be an error in one module. */
function repeatedImports(ts: Node, file: Node, imported: Set<string>): Edit[] {
  const edits: Edit[] = [];
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !statement.importClause) continue;
    const { name, namedBindings } = statement.importClause;
    const fresh = (text: string) => {
      if (imported.has(text)) return false;
      imported.add(text);
      return true;
    };
    const parts: string[] = [];
    if (name && fresh(name.text)) parts.push(name.text);
    if (namedBindings && ts.isNamespaceImport(namedBindings) && fresh(namedBindings.name.text)) {
      parts.push(namedBindings.getText(file));
    }
    if (namedBindings && ts.isNamedImports(namedBindings)) {
      const kept = namedBindings.elements.filter((element: Node) => fresh(element.name.text));
      if (kept.length > 0) parts.push(`{ ${kept.map((element: Node) => element.getText(file)).join(", ")} }`);
    }
    const from = statement.moduleSpecifier.getText(file);
    const type = statement.importClause.isTypeOnly ? "type " : "";
    const text = parts.length > 0 ? `import ${type}${parts.join(", ")} from ${from};` : "";
    edits.push({ start: statement.getStart(file), end: statement.end, text });
  }
  return edits;
}
