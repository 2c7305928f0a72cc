import { loadCompiler } from "../kernel/tslab.js";
import { hasTag, joinLines, type Notebook } from "./notebook.js";
import type { ParameterType } from "./parameter-type.js";
import { isSecretName } from "./secrets.js";

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
        isSecret: annotation === "Secret" || (isSecretName(name) && mayBeText(type)),
        keyword,
      });
    }
  }
  return parameters;
}

function mayBeText(type: ParameterType): boolean {
  if (type.kind === "union") return type.of.some(mayBeText);
  if (type.kind === "array") return mayBeText(type.items);
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

/** Types and values as they are written; what would need the type checker stays unknown. */
class TypeReader {
  readonly #ts: Node;
  readonly #file: Node;
  readonly #aliases = new Map<string, Node>();

  constructor(ts: Node, file: Node) {
    this.#ts = ts;
    this.#file = file;
    for (const statement of file.statements) {
      if (ts.isTypeAliasDeclaration(statement)) this.#aliases.set(statement.name.text, statement.type);
      if (ts.isInterfaceDeclaration(statement)) this.#aliases.set(statement.name.text, statement);
    }
  }

  type(node: Node, depth = 0): ParameterType {
    const ts = this.#ts;
    const unknown: ParameterType = { kind: "unknown", text: node.getText(this.#file) };
    if (depth > 10) return unknown;
    const inner = (child: Node) => this.type(child, depth + 1);
    switch (node.kind) {
      case ts.SyntaxKind.NumberKeyword:
        return { kind: "number" };
      case ts.SyntaxKind.StringKeyword:
        return { kind: "string" };
      case ts.SyntaxKind.BooleanKeyword:
        return { kind: "boolean" };
      case ts.SyntaxKind.UndefinedKeyword:
        return { kind: "undefined" };
    }
    if (ts.isParenthesizedTypeNode(node)) return inner(node.type);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) return inner(node.type);
    if (ts.isArrayTypeNode(node)) return { kind: "array", items: inner(node.elementType) };
    if (ts.isUnionTypeNode(node)) return { kind: "union", of: node.types.map(inner) };
    if (ts.isLiteralTypeNode(node)) {
      if (node.literal.kind === ts.SyntaxKind.NullKeyword) return { kind: "null" };
      const literal = this.value(node.literal);
      return literal ? { kind: "literal", value: literal.value as string } : unknown;
    }
    if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node)) {
      const isPlain = node.members.every((member: Node) => ts.isPropertySignature(member) && member.type);
      if (!isPlain || node.heritageClauses) return unknown;
      return {
        kind: "object",
        fields: node.members.map((member: Node) => ({
          name: member.name.text,
          type: inner(member.type),
          optional: member.questionToken !== undefined,
        })),
      };
    }
    if (ts.isTypeReferenceNode(node)) return this.#reference(node, inner) ?? unknown;
    return unknown;
  }

  #reference(node: Node, inner: (child: Node) => ParameterType): ParameterType | undefined {
    const name = node.typeName.getText(this.#file);
    const [first] = node.typeArguments ?? [];
    if (name === "Date") return { kind: "date" };
    if (name === "Secret") return { kind: "string" };
    if ((name === "Array" || name === "ReadonlyArray") && first) return { kind: "array", items: inner(first) };
    const alias = this.#aliases.get(name);
    return alias && !node.typeArguments ? inner(alias) : undefined;
  }

  /** The type that the compiler gives to a constant without one, widened as for a variable. */
  typeOfValue(node: Node): ParameterType {
    const ts = this.#ts;
    if (!node) return { kind: "unknown", text: "any" };
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression?.(node)) {
      return ts.isConstTypeReference?.(node.type) ? this.typeOfValue(node.expression) : this.type(node.type);
    }
    if (ts.isNewExpression(node) && node.expression.getText(this.#file) === "Date") return { kind: "date" };
    const value = this.value(node);
    return value ? this.#widened(value.value) : { kind: "unknown", text: "any" };
  }

  #widened(value: unknown): ParameterType {
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
      return { kind: typeof value as "number" };
    }
    if (Array.isArray(value) && value.length > 0) {
      const kinds = value.map((item) => this.#widened(item));
      const distinct = kinds.filter((type, i) => kinds.findIndex((other) => same(other, type)) === i);
      return { kind: "array", items: distinct.length === 1 ? distinct[0] : { kind: "union", of: distinct } };
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const fields = Object.entries(value).map(([name, field]) => ({
        name,
        type: this.#widened(field),
        optional: true,
      }));
      return { kind: "object", fields };
    }
    return { kind: "unknown", text: Array.isArray(value) ? "a list" : "any" };
  }

  /** The value of a literal expression; undefined for everything that would have to be run. */
  value(node: Node): { value: unknown } | undefined {
    const ts = this.#ts;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression?.(node)) {
      return this.value(node.expression);
    }
    if (ts.isStringLiteralLike(node)) return { value: node.text };
    if (ts.isNumericLiteral(node)) return { value: Number(node.text) };
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { value: true };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { value: false };
    if (node.kind === ts.SyntaxKind.NullKeyword) return { value: null };
    if (ts.isIdentifier(node) && node.text === "undefined") return { value: undefined };
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const inner = this.value(node.operand);
      return typeof inner?.value === "number" ? { value: -inner.value } : undefined;
    }
    if (ts.isArrayLiteralExpression(node)) {
      const items: unknown[] = [];
      for (const element of node.elements) {
        const item = this.value(element);
        if (!item) return undefined;
        items.push(item.value);
      }
      return { value: items };
    }
    if (ts.isObjectLiteralExpression(node)) {
      const entries: [string, unknown][] = [];
      for (const property of node.properties) {
        if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) return undefined;
        const field = this.value(property.initializer);
        if (!field) return undefined;
        entries.push([property.name.text, field.value]);
      }
      return { value: Object.fromEntries(entries) };
    }
    if (ts.isNewExpression(node) && node.expression.getText(this.#file) === "Date" && node.arguments?.length === 1) {
      const inner = this.value(node.arguments[0]);
      return inner ? { value: new Date(inner.value as string) } : undefined;
    }
    return undefined;
  }
}

function same(a: ParameterType, b: ParameterType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
