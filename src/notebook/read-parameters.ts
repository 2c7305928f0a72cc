import { loadCompiler } from "../kernel/tslab.js";
import { hasTag, joinLines, type Notebook } from "./notebook.js";
import type { ParameterType } from "./parameter-type.js";
import { isSecretName } from "./secret-names.js";
import { TypeReader } from "./type-reader.js";

/** One constant of the cell tagged `parameters`. */
export interface NotebookParameter {
  name: string;
  type: ParameterType;
  /** The type as it is written, when it is. */
  annotation?: string;
  /** The value that it has when none is given, as far as it can be read without running it. */
  default?: unknown;
  /** Source of the default. */
  defaultText?: string;
  /** The comment before it or at the end of its line. */
  help: string;
  isSecret: boolean;
  /** Names that the cell computes from it, or the line of another use. */
  usedBy: string[];
  keyword: "const" | "let" | "var";
}

// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
type Node = any;

let compiler: Node;
function typescript(): Node {
  compiler ??= loadCompiler();
  return compiler;
}

/** Reads the parameters that a notebook declares; undefined when it has no cell tagged `parameters`. */
export function readParameters(notebook: Notebook): NotebookParameter[] | undefined {
  const cell = notebook.cells.find((candidate) => hasTag(candidate, "parameters"));
  if (!cell) return undefined;
  const ts = typescript();
  const file = ts.createSourceFile("parameters.ts", joinLines(cell.source), ts.ScriptTarget.ES2022, true);
  const reader = new TypeReader(ts, file);
  const parameters: NotebookParameter[] = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const list = statement.declarationList;
    const keyword = list.flags & ts.NodeFlags.Const ? "const" : list.flags & ts.NodeFlags.Let ? "let" : "var";
    for (const declaration of list.declarations) {
      if (!ts.isIdentifier(declaration.name)) continue;
      const name = declaration.name.text;
      const { initializer } = declaration;
      const value = initializer && reader.value(initializer);
      const type = declaration.type ? reader.type(declaration.type) : reader.typeOfValue(initializer);
      const annotation: string | undefined = declaration.type?.getText(file);
      parameters.push({
        name,
        type,
        annotation,
        ...(value ? { default: value.value } : {}),
        defaultText: initializer?.getText(file),
        help: findHelp(ts, file, list.declarations.length === 1 ? statement : declaration, statement),
        isSecret: annotation === "Secret" || (annotation !== "NotSecret" && isSecretName(name) && mayBeText(type)),
        usedBy: usesOf(ts, file, name),
        keyword,
      });
    }
  }
  return parameters;
}

/** What else of the cell reads a name: a value that is given comes too late for it. */
function usesOf(ts: Node, file: Node, name: string): string[] {
  const found = new Set<string>();
  for (const statement of file.statements) {
    const parts: Node[] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    for (const part of parts) {
      let isUsed = false;
      const visit = (node: Node): void => {
        if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
        const { parent } = node;
        const isName =
          (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
        if (ts.isIdentifier(node) && node.text === name && !isName && node !== part.name) isUsed = true;
        ts.forEachChild(node, visit);
      };
      ts.forEachChild(part, visit);
      if (!isUsed) continue;
      const line: number = file.getLineAndCharacterOfPosition(part.getStart(file)).line + 1;
      found.add(part.name ? JSON.stringify(part.name.getText(file)) : `line ${line}`);
    }
  }
  return [...found];
}

function mayBeText(type: ParameterType): boolean {
  if (type.kind === "union") return type.of.some(mayBeText);
  if (type.kind === "array") return mayBeText(type.items);
  if (type.kind === "tuple") return type.items.some(mayBeText) || (type.rest !== undefined && mayBeText(type.rest));
  if (type.kind === "record") return mayBeText(type.values);
  if (type.kind === "object") return type.fields.some((field) => mayBeText(field.type));
  return type.kind === "string" || type.kind === "unknown";
}

/** Comments right before a declaration, or after it on its last line. */
function findHelp(ts: Node, file: Node, node: Node, statement: Node): string {
  const text: string = file.text;
  const clean = ({ pos, end }: { pos: number; end: number }) =>
    text
      .slice(pos, end)
      .replace(/^\/\*+|\*+\/$|^\/\//g, "")
      .replace(/^\s*\*\s?/gm, "")
      .replace(/\s+/g, " ")
      .trim();
  const after = ts.getTrailingCommentRanges(text, statement.end) ?? [];
  const before: { pos: number; end: number }[] = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  // a blank line parts a comment from what it does not belong to
  const near: { pos: number; end: number }[] = [];
  let start: number = node.getStart(file);
  for (const comment of [...before].reverse()) {
    if (/\n\s*\n/.test(text.slice(comment.end, start))) break;
    near.unshift(comment);
    start = comment.pos;
  }
  return [...near, ...after].map(clean).filter(Boolean).join(" ");
}
