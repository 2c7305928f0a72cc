import type { TypeScript } from "./tslab.js";

/**
 * Declarations of namespaces, of modules and of what is global among those of earlier cells; tslab leaves them out of what it
 * hands on, so that they would be gone after one cell.
 *
 * @param declared names that the cell declares again
 */
export function carriedModules(ts: TypeScript, declarations: string, declared: readonly string[]): string {
  if (!/\b(namespace|module|global)\b/.test(declarations)) return "";
  const file = ts.createSourceFile("earlier.d.ts", declarations, ts.ScriptTarget.ES2022);
  const isCarried = (node: TypeScript): boolean =>
    ts.isModuleDeclaration(node) &&
    (ts.isGlobalScopeAugmentation(node) || ts.isStringLiteral(node.name) || !declared.includes(node.name.text));
  return file.statements
    .filter(isCarried)
    .map(({ pos, end }: TypeScript) => `${declarations.slice(pos, end)}\n`)
    .join("");
}
