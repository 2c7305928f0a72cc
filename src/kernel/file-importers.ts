import type { TypeScript } from "./tslab.js";

/** Which files import which, by any form of import that the compiler resolves; paths are the compiler's. */
export type Imports = Map<string, ReadonlySet<string>>;

/** Notes what the files of a program import now; those of earlier programs stay, as their modules do. */
export function noteImports(imports: Imports, program: TypeScript): void {
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || /[/\\]node_modules[/\\]/.test(file.fileName)) continue;
    const paths = new Set<string>();
    file.resolvedModules?.forEach(({ resolvedModule }: { resolvedModule?: { resolvedFileName: string } }) => {
      if (resolvedModule) paths.add(resolvedModule.resolvedFileName);
    });
    imports.set(file.fileName, paths);
  }
}

/** The files that import one of others, at any depth. */
export function fileImporters(imports: Imports, targets: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const waiting = [...targets];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const [importer, paths] of imports) {
      if (found.has(importer) || !paths.has(path)) continue;
      found.add(importer);
      waiting.push(importer);
    }
  }
  return found;
}
