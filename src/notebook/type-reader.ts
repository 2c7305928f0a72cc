import type { ParameterType } from "./parameter-type.js";

// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
type Node = any;

/** What is not known: everything is taken. */
const ANY: ParameterType = { kind: "unknown", text: "any" };

function partial(type: ParameterType): ParameterType {
  if (type.kind !== "object") return type;
  return { kind: "object", fields: type.fields.map((field) => ({ ...field, optional: true })) };
}

/** `Record` of names that are listed has them all; of others, any. */
function record(keys: ParameterType, values: ParameterType): ParameterType {
  const listed = (keys.kind === "union" ? keys.of : [keys]).map((key) =>
    key.kind === "literal" || key.kind === "member" ? String(key.value) : undefined,
  );
  const names = listed.filter((name) => name !== undefined);
  if (names.length < listed.length) return { kind: "record", values };
  return { kind: "object", fields: names.map((name) => ({ name, type: values, optional: false })) };
}

/** Types and values as they are written; what would need the type checker stays unknown. */
export class TypeReader {
  readonly #ts: Node;
  readonly #file: Node;
  readonly #aliases = new Map<string, Node>();
  readonly #enums = new Map<string, Extract<ParameterType, { kind: "member" }>[]>();

  constructor(ts: Node, file: Node) {
    this.#ts = ts;
    this.#file = file;
    for (const statement of file.statements) {
      if (ts.isTypeAliasDeclaration(statement)) this.#aliases.set(statement.name.text, statement.type);
      if (ts.isInterfaceDeclaration(statement)) this.#aliases.set(statement.name.text, statement);
      if (ts.isEnumDeclaration(statement)) this.#enums.set(statement.name.text, this.#members(statement));
    }
  }

  /** Members of an enum, as far as their values are written. */
  #members(declaration: Node): Extract<ParameterType, { kind: "member" }>[] {
    let next: unknown = 0;
    return declaration.members.flatMap((member: Node) => {
      const value = member.initializer ? this.value(member.initializer)?.value : next;
      next = typeof value === "number" ? value + 1 : undefined;
      const name = `${declaration.name.text}.${member.name.text}`;
      return typeof value === "number" || typeof value === "string" ? [{ kind: "member", name, value }] : [];
    });
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
      case ts.SyntaxKind.BigIntKeyword:
        return { kind: "bigint" };
      case ts.SyntaxKind.UndefinedKeyword:
        return { kind: "undefined" };
      case ts.SyntaxKind.ObjectKeyword:
        return { kind: "record", values: ANY };
    }
    if (ts.isParenthesizedTypeNode(node)) return inner(node.type);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) return inner(node.type);
    if (ts.isArrayTypeNode(node)) return { kind: "array", items: inner(node.elementType) };
    if (ts.isTupleTypeNode(node)) return this.#tuple(node, inner);
    if (ts.isUnionTypeNode(node)) return { kind: "union", of: node.types.map(inner) };
    if (ts.isLiteralTypeNode(node)) {
      if (node.literal.kind === ts.SyntaxKind.NullKeyword) return { kind: "null" };
      const literal = this.value(node.literal);
      return literal ? { kind: "literal", value: literal.value as string } : unknown;
    }
    if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node)) {
      const [only] = node.members;
      if (node.members.length === 1 && ts.isIndexSignatureDeclaration(only) && !node.heritageClauses)
        return { kind: "record", values: inner(only.type) };
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

  #tuple(node: Node, inner: (child: Node) => ParameterType): ParameterType {
    const ts = this.#ts;
    const items: ParameterType[] = [];
    let required = 0;
    let rest: ParameterType | undefined;
    for (const element of node.elements) {
      const type = ts.isNamedTupleMember(element) ? element.type : element;
      if (element.dotDotDotToken || ts.isRestTypeNode(type)) {
        const list = inner(type.type ?? type);
        rest = list.kind === "array" ? list.items : ANY;
        continue;
      }
      const isOptional = element.questionToken !== undefined || ts.isOptionalTypeNode(type);
      items.push(inner(ts.isOptionalTypeNode(type) ? type.type : type));
      if (!isOptional) required = items.length;
    }
    return { kind: "tuple", items, required, ...(rest ? { rest } : {}) };
  }

  #reference(node: Node, inner: (child: Node) => ParameterType): ParameterType | undefined {
    const name = node.typeName.getText(this.#file);
    const [first, second] = node.typeArguments ?? [];
    const members = this.#enums.get(name.split(".")[0]);
    if (members) {
      const meant = members.filter((member) => name === member.name || !name.includes("."));
      return { kind: "union", of: meant };
    }
    if (name === "Date") return { kind: "date" };
    if (name === "Readonly" && first) return inner(first);
    if (name === "Partial" && first) return partial(inner(first));
    if (name === "Record" && second) return record(inner(first), inner(second));
    if (name === "Secret" || name === "NotSecret") return { kind: "string" };
    if ((name === "Array" || name === "ReadonlyArray") && first) return { kind: "array", items: inner(first) };
    const alias = this.#aliases.get(name);
    return alias && !node.typeArguments ? inner(alias) : undefined;
  }

  /** The type that the compiler gives to a constant without one, widened as for a variable. */
  typeOfValue(node: Node): ParameterType {
    const ts = this.#ts;
    if (!node) return ANY;
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression?.(node)) {
      return ts.isConstTypeReference?.(node.type) ? this.typeOfValue(node.expression) : this.type(node.type);
    }
    if (ts.isNewExpression(node) && node.expression.getText(this.#file) === "Date") return { kind: "date" };
    if (ts.isPropertyAccessExpression(node)) {
      const members = this.#enums.get(node.expression.getText(this.#file));
      if (members) return { kind: "union", of: members };
    }
    const value = this.value(node);
    return value ? this.#widened(value.value) : ANY;
  }

  #widened(value: unknown): ParameterType {
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
      return { kind: typeof value as "number" };
    }
    if (typeof value === "bigint") return { kind: "bigint" };
    if (value instanceof Date) return { kind: "date" };
    if (Array.isArray(value)) {
      if (value.length === 0) return { kind: "array", items: ANY };
      const kinds = value.map((item) => this.#widened(item));
      const distinct = kinds.filter((type, i) => kinds.findIndex((other) => same(other, type)) === i);
      return { kind: "array", items: distinct.length === 1 ? distinct[0] : { kind: "union", of: distinct } };
    }
    if (typeof value === "object" && value !== null) {
      if (Object.keys(value).length === 0) return { kind: "record", values: ANY };
      const fields = Object.entries(value).map(([name, field]) => ({
        name,
        type: this.#widened(field),
        optional: true,
      }));
      return { kind: "object", fields };
    }
    return ANY;
  }

  /** The value of a literal expression; undefined for everything that would have to be run. */
  value(node: Node): { value: unknown } | undefined {
    const ts = this.#ts;
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression?.(node)) {
      return this.value(node.expression);
    }
    if (ts.isStringLiteralLike(node)) return { value: node.text };
    if (ts.isNumericLiteral(node)) return { value: Number(node.text) };
    if (ts.isBigIntLiteral(node)) return { value: BigInt(node.text.slice(0, -1)) };
    if (ts.isPropertyAccessExpression(node)) {
      const member = this.#enums
        .get(node.expression.getText(this.#file))
        ?.find(({ name }) => name === node.getText(this.#file));
      return member && { value: member.value };
    }
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { value: true };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { value: false };
    if (node.kind === ts.SyntaxKind.NullKeyword) return { value: null };
    if (ts.isIdentifier(node) && node.text === "undefined") return { value: undefined };
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const inner = this.value(node.operand);
      return typeof inner?.value === "number" || typeof inner?.value === "bigint" ? { value: -inner.value } : undefined;
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
