import type { ImportedName } from "./cell-names.js";

/** An import of the script: a name under which it is written, and whether it is gone when the code runs. */
export interface ScriptImport extends ImportedName {
  written: string;
}

/** The imports of all cells, those of a module together, in the order in which the notebook has them. */
export function importLines(imports: readonly ScriptImport[], modules: readonly string[]): string[] {
  return [...new Set(modules)].flatMap((module) => {
    const of = imports.filter((each) => each.module === module);
    const from = `${JSON.stringify(module)}${/\.json$/.test(module) ? ' with { type: "json" }' : ""};`;
    if (of.length === 0) return [`import ${from}`];
    const whole = of
      .filter(({ name }) => name === "*")
      .map(({ written, isType }) => `import ${isType ? "type " : ""}* as ${written} from ${from}`);
    const parts = of
      .filter(({ name }) => name !== "*")
      .map(
        ({ name, written, isType }) => `${isType ? "type " : ""}${name === written ? name : `${name} as ${written}`}`,
      );
    return parts.length > 0 ? [`import { ${parts.join(", ")} } from ${from}`, ...whole] : whole;
  });
}
