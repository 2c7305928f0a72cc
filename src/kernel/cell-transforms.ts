import type { TypeScript } from "./tslab.js";

/**
 * Mends `{ a }` where `a` belongs to an earlier cell.
 *
 * tslab turns names of earlier cells into `exports.a`, but leaves the short form of a property alone, which is then a
 * ReferenceError. This makes `{ a: exports.a }` of it, also in a destructuring assignment.
 */
export function expandShorthands(ts: TypeScript, builder: TypeScript): (context: TypeScript) => TypeScript {
  const checker = builder.getProgram().getTypeChecker();
  const isEarlier = (node: TypeScript): boolean =>
    (checker.getShorthandAssignmentValueSymbol(node)?.declarations ?? []).some((declaration: TypeScript) =>
      declaration.getSourceFile().fileName.endsWith("__prev__.d.ts"),
    );
  return (context) => (file: TypeScript) => {
    const { factory } = context;
    const visit = (node: TypeScript): TypeScript => {
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(node)) return ts.visitEachChild(node, visit, context);
      const name = node.name.text;
      const value = factory.createPropertyAccessExpression(factory.createIdentifier("exports"), name);
      const fallback = node.objectAssignmentInitializer;
      return ts.setTextRange(
        factory.createPropertyAssignment(
          name,
          fallback ? factory.createAssignment(value, ts.visitNode(fallback, visit)) : value,
        ),
        node,
      );
    };
    return ts.visitNode(file, visit);
  };
}

/** Names that a cell declares at its top level, types and imports included. */
export function topLevelNames(ts: TypeScript, source: string): string[] {
  const file = ts.createSourceFile("cell.ts", `export {};\n${source}`, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  ts.bindSourceFile(file, { target: ts.ScriptTarget.ES2022 });
  return [...(file.locals?.keys() ?? [])].map((name) => ts.unescapeLeadingUnderscores(name));
}

/** Names that a cell declares at its top level with `let` or `var`, whose values may change later. */
export function mutableNames(ts: TypeScript, source: string): string[] {
  if (!/\b(let|var)\b/.test(source)) return [];
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  const names: string[] = [];
  const bind = (name: TypeScript): void => {
    if (ts.isIdentifier(name)) names.push(name.text);
    else for (const element of name.elements) if (element.name) bind(element.name);
  };
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const isAmbient = statement.modifiers?.some(({ kind }: TypeScript) => kind === ts.SyntaxKind.DeclareKeyword);
    if (isAmbient || statement.declarationList.flags & ts.NodeFlags.Const) continue;
    for (const { name } of statement.declarationList.declarations) bind(name);
  }
  return names;
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
