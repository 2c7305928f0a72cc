import type { Transformer } from "./cell-transforms.js";
import type { TypeScript } from "./tslab.js";

/** Imports `"./helper.ts"` as what it is compiled to, since Node wants the ending that tslab's executor does not know. */
export function importWithoutEnding(ts: TypeScript): Transformer {
  return (context) => (file) => {
    if (!/\.tsx?["']/.test(file.text)) return file;
    const { factory } = context;
    const isImport = ({ parent }: TypeScript): boolean =>
      ts.isImportDeclaration(parent) ||
      ts.isExportDeclaration(parent) ||
      ts.isExternalModuleReference(parent) ||
      (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);
    const visit = (node: TypeScript): TypeScript => {
      if (ts.isStringLiteral(node) && node.parent && isImport(node) && /^\.{1,2}\/.*\.tsx?$/.test(node.text)) {
        return ts.setTextRange(factory.createStringLiteral(node.text.replace(/\.tsx?$/, ".js")), node);
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitNode(file, visit);
  };
}
