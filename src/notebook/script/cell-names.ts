// biome-ignore lint/suspicious/noExplicitAny: the compiler's own types would drag TypeScript 5.0 into the build
export type Node = any;

/** One name of an import. */
export interface ImportedName {
  local: string;
  /** Module and name in it: what the local name means. */
  module: string;
  name: string;
  isType: boolean;
}

/** A place where a cell uses a name of its top level, or of another cell. */
export interface NameUse {
  name: string;
  node: Node;
  /** In a type, which is gone when the code runs. */
  isType: boolean;
  /** In a function, which may run when the name stands for another thing. */
  isDeferred: boolean;
  /** It is given a value. */
  isWrite: boolean;
}

/** What a cell declares at its top level, and which names it uses that are not of an inner scope. */
export interface CellNames {
  declared: string[];
  imports: ImportedName[];
  uses: NameUse[];
}

/** Reads the names of a cell. */
export function cellNames(ts: Node, file: Node): CellNames {
  ts.bindSourceFile(file, { target: ts.ScriptTarget.ES2022 });
  const symbols: Node[] = [...(file.locals?.values() ?? []), ...(file.symbol?.exports?.values() ?? [])];
  const declared = new Set<string>(
    symbols
      .map(({ escapedName }) => ts.unescapeLeadingUnderscores(escapedName))
      .filter((name) => /^[\p{ID_Start}$_]/u.test(name)),
  );
  for (const name of ["__global", "__export", "default"]) declared.delete(name);
  const uses: NameUse[] = [];
  const visit = (node: Node, isDeferred: boolean): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && isReference(ts, node) && !isInner(ts, node, file)) {
      uses.push({
        name: node.text,
        node,
        isType: ts.isPartOfTypeNode(node) || isTypeDeclaration(ts, node),
        isDeferred,
        isWrite: ts.isAssignmentTarget?.(node) ?? isAssigned(ts, node),
      });
    }
    const isFunction = ts.isFunctionLike(node) || (ts.isPropertyDeclaration(node) && !ts.hasStaticModifier?.(node));
    ts.forEachChild(node, (child: Node) => visit(child, isDeferred || (isFunction && child !== node.name)));
  };
  visit(file, false);
  return { declared: [...declared], imports: file.statements.flatMap((each: Node) => importedNames(ts, each)), uses };
}

function importedNames(ts: Node, statement: Node): ImportedName[] {
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return [];
  const { name, namedBindings, isTypeOnly } = statement.importClause;
  const module: string = statement.moduleSpecifier.text;
  const one = (local: string, of: string, isType: boolean): ImportedName => ({ local, module, name: of, isType });
  const names = name ? [one(name.text, "default", isTypeOnly)] : [];
  if (namedBindings && ts.isNamespaceImport(namedBindings)) names.push(one(namedBindings.name.text, "*", isTypeOnly));
  if (namedBindings && ts.isNamedImports(namedBindings)) {
    for (const element of namedBindings.elements) {
      names.push(one(element.name.text, (element.propertyName ?? element.name).text, isTypeOnly || element.isTypeOnly));
    }
  }
  return names;
}

/** Whether an identifier names a variable or a type, and no property, label or key. */
function isReference(ts: Node, node: Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isMetaProperty(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isBindingElement(parent) || ts.isExportSpecifier(parent))
    return parent.propertyName !== node || ts.isExportSpecifier(parent);
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isNamedTupleMember(parent) || ts.isJsxAttribute(parent) || ts.isTypePredicateNode(parent)) return false;
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isClassElement(parent) ||
    ts.isTypeElement(parent) ||
    ts.isEnumMember(parent) ||
    ts.isAccessor(parent);
  return !(isMember && parent.name === node);
}

/** Whether a name is declared between its use and the top of its cell. */
function isInner(ts: Node, node: Node, file: Node): boolean {
  for (let at = node.parent; at && at !== file; at = at.parent) {
    if (at.locals?.has(node.escapedText)) return true;
    const isNamed = ts.isFunctionExpression(at) || ts.isClassExpression(at);
    if (isNamed && at.name?.text === node.text) return true;
    const isModule = ts.isModuleDeclaration(at) || ts.isEnumDeclaration(at);
    if (isModule && at.name !== node && at.symbol?.exports?.has(node.escapedText)) return true;
  }
  return false;
}

const isTypeDeclaration = (ts: Node, { parent }: Node): boolean =>
  ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent);

function isAssigned(ts: Node, node: Node): boolean {
  let at = node;
  while (
    ts.isParenthesizedExpression(at.parent) ||
    ts.isArrayLiteralExpression(at.parent) ||
    ts.isObjectLiteralExpression(at.parent) ||
    ts.isShorthandPropertyAssignment(at.parent) ||
    ts.isSpreadElement(at.parent) ||
    (ts.isPropertyAssignment(at.parent) && at.parent.initializer === at)
  ) {
    at = at.parent;
  }
  const { parent } = at;
  if (ts.isBinaryExpression(parent) && parent.left === at) {
    const { kind } = parent.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
  }
  return (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && parent.initializer === at;
}
