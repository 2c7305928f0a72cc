import { boundNames } from "./cell-transforms.js";
import { HEAD } from "./source-position.js";
import type { Diagnostic, TypeScript } from "./tslab.js";

/**
 * Names of a cell whose types cannot be written down for the cells after it; `const fs = await import("node:fs")` has one.
 *
 * @param faults what the compiler found wrong when it wrote the declarations
 */
export function findUnnameable(ts: TypeScript, source: string, faults: readonly TypeScript[]): string[] {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022);
  return faults.flatMap(({ start }) => {
    const holds = (node: TypeScript): boolean => node.pos <= start - HEAD.length && start - HEAD.length < node.end;
    const statement = file.statements.find(holds);
    const declaration = statement?.declarationList?.declarations.find(holds) ?? statement;
    return declaration?.name ? boundNames(ts, declaration.name) : [];
  });
}

/** A fault in the words that tslab uses for its own. */
export function describeFault(ts: TypeScript, fault: TypeScript): Diagnostic {
  const { start, length, messageText, category, code } = fault;
  const at = (offset: number) => {
    const { line, character } = ts.getLineAndCharacterOfPosition(fault.file, offset);
    return { offset: offset - HEAD.length, line: line - 1, character };
  };
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  return { start: at(start), end: at(start + length), messageText: text, category, code };
}
