import { joinLines, readNotebook } from "./notebook.js";

/**
 * Our package's entries that a notebook imports: a kernel that warms up has the time to read them.
 *
 * None for a notebook that cannot be read: its run will say why.
 */
export async function importedEntries(path: string): Promise<string[]> {
  const notebook = await readNotebook(path).catch(() => undefined);
  const code = notebook?.cells.map(({ source }) => joinLines(source)).join("\n") ?? "";
  const found = code.matchAll(/\b(?:from|import)\s*["'](churn-workbench(?:\/[a-z]+)?)["']/g);
  return [...new Set(Array.from(found, ([, entry]) => entry))];
}
