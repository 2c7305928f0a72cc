import type { TypeScript } from "./tslab.js";

/** What becomes of a cell before its types are taken out: a transformer of TypeScript's, for `before`. */
export type Transformer = (context: TypeScript) => (file: TypeScript) => TypeScript;

/**
 * Reads names of earlier cells from where tslab keeps them: `a` becomes `exports.a`, `{ a }` becomes `{ a: exports.a }`.
 *
 * tslab does this itself, after TypeScript: names of properties in `const { a: b } = earlier` are then taken for variables,
 * and short properties are left alone; both are errors.
 */
export function readEarlierNames(ts: TypeScript, checker: TypeScript): Transformer {
  // what a cell declares in `declare global` is a global
  const isGlobal = (node: TypeScript): boolean => ts.findAncestor(node, ts.isGlobalScopeAugmentation) !== undefined;
  const isEarlier = (symbol: TypeScript): boolean =>
    (symbol?.declarations ?? []).some(
      (declaration: TypeScript) =>
        declaration.getSourceFile().fileName.endsWith("__prev__.d.ts") && !isGlobal(declaration),
    );
  const isValue = (node: TypeScript): boolean =>
    (ts.isExpressionNode(node) || ts.isExportAssignment(node.parent)) &&
    !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node);
  const isCalled = (node: TypeScript): boolean => {
    const { parent } = node;
    return (
      (ts.isCallExpression(parent) && parent.expression === node) ||
      (ts.isTaggedTemplateExpression(parent) && parent.tag === node)
    );
  };
  const isType = (node: TypeScript): boolean => ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node);
  return (context) => (file) => {
    const { factory } = context;
    // a cell may have an `exports` of its own in a function
    const exported = /\bexports\b/.test(file.text)
      ? factory.createPropertyAccessExpression(factory.createIdentifier("__tslab__"), "exports")
      : factory.createIdentifier("exports");
    const earlier = (name: string) => factory.createPropertyAccessExpression(exported, name);
    const read = (node: TypeScript): TypeScript => {
      const value = ts.setTextRange(earlier(node.text), node);
      if (!isCalled(node)) return value;
      // behind a comma a function is called without `this`; the place of the call is where its name begins
      ts.setEmitFlags(value, ts.EmitFlags.NoTrailingSourceMap);
      return factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), value));
    };
    const visit = (node: TypeScript): TypeScript => {
      if (isType(node)) return node;
      if (ts.isIdentifier(node))
        return isValue(node) && isEarlier(checker.getSymbolAtLocation(node)) ? read(node) : node;
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(checker.getShorthandAssignmentValueSymbol(node)))
        return ts.visitEachChild(node, visit, context);
      const value = earlier(node.name.text);
      const fallback = ts.visitNode(node.objectAssignmentInitializer, visit);
      const property = fallback ? factory.createAssignment(value, fallback) : value;
      return ts.setTextRange(factory.createPropertyAssignment(node.name.text, property), node);
    };
    return ts.visitNode(file, visit);
  };
}

/** Exports the value of the expression that ends a cell, under a name that the cell does not use; `onName` receives the name. */
export function keepLastExpression(
  ts: TypeScript,
  names: readonly string[],
  onName: (name: string) => void,
): Transformer {
  return (context) => (file) => {
    const { factory } = context;
    const at = file.statements.findLastIndex((statement: TypeScript) => !ts.isExportDeclaration(statement));
    const last = file.statements[at];
    if (!last || !ts.isExpressionStatement(last)) return file;
    let name = "tsLastExpr";
    for (let i = 0; names.includes(name); i++) name = `tsLastExpr${i}`;
    onName(name);
    // a function would be named for the variable that holds it, but not behind a comma
    const value = factory.createComma(factory.createNumericLiteral(0), last.expression);
    const variable = factory.createVariableDeclaration(name, undefined, undefined, value);
    const kept = factory.createVariableStatement(
      [factory.createModifier(ts.SyntaxKind.ExportKeyword)],
      factory.createVariableDeclarationList([variable], ts.NodeFlags.Const),
    );
    return factory.updateSourceFile(file, file.statements.toSpliced(at, 1, ts.setTextRange(kept, last)));
  };
}

/** Names that a cell declares at its top level, types and imports included, and those of them that it does not export itself. */
export function topLevelNames(ts: TypeScript, source: string): { names: string[]; local: string[] } {
  const file = ts.createSourceFile("cell.ts", `export {};\n${source}`, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  ts.bindSourceFile(file, { target: ts.ScriptTarget.ES2022 });
  // `declare global` stands among the names
  const symbols = [...(file.locals?.values() ?? [])].filter(({ escapedName }) => escapedName !== "__global");
  const nameOf = ({ escapedName }: TypeScript): string => ts.unescapeLeadingUnderscores(escapedName);
  return {
    names: symbols.map(nameOf),
    local: symbols.filter((symbol) => symbol.exportSymbol?.escapedName !== symbol.escapedName).map(nameOf),
  };
}

/** Names that a declaration binds: one, or those of a pattern. */
export function boundNames(ts: TypeScript, name: TypeScript): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element: TypeScript) => (element.name ? boundNames(ts, element.name) : []));
}

/** Names that a cell declares at its top level with `let` or `var`, whose values may change later. */
export function mutableNames(ts: TypeScript, source: string): string[] {
  if (!/\b(let|var)\b/.test(source)) return [];
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  return file.statements.flatMap((statement: TypeScript) => {
    if (!ts.isVariableStatement(statement)) return [];
    const isAmbient = statement.modifiers?.some(({ kind }: TypeScript) => kind === ts.SyntaxKind.DeclareKeyword);
    if (isAmbient || statement.declarationList.flags & ts.NodeFlags.Const) return [];
    return statement.declarationList.declarations.flatMap(({ name }: TypeScript) => boundNames(ts, name));
  });
}

/** tslab makes a cell async for `await`, but not for `for await` alone, which is then a syntax error. */
export function hasTopLevelForAwait(ts: TypeScript, source: string): boolean {
  if (!/\bfor\s+await\b/.test(source)) return false;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  const visit = (node: TypeScript): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(file);
}
