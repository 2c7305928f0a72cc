import { boundNames } from "./cell-transforms.js";
import type { Diagnostic, TypeScript } from "./tslab.js";

/** Whether a type could not be written down: "... has or is using name 'X' from external module but cannot be named". */
export function isAboutNaming({ code, fileName }: Diagnostic): boolean {
  return (
    !fileName && (code === 2527 || code === 2742 || code === 7056 || (code >= 4016 && code <= 4103 && code !== 4090))
  );
}

/** Names of a cell whose types cannot be written down for the cells after it; `const fs = await import("node:fs")` has one. */
export function findUnnameable(ts: TypeScript, source: string, diagnostics: readonly Diagnostic[]): string[] {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  return diagnostics.flatMap(({ start: { offset } }) => {
    const holds = (node: TypeScript): boolean => node.pos <= offset && offset < node.end;
    const statement = file.statements.find(holds);
    const declaration = statement?.declarationList?.declarations.find(holds) ?? statement;
    return declaration?.name ? boundNames(ts, declaration.name) : [];
  });
}
