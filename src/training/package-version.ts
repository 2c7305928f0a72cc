import { readFile } from "node:fs/promises";

/** Version of the workbench, from its package.json. */
export async function packageVersion(): Promise<string> {
  const path = new URL("../../package.json", import.meta.url);
  return (JSON.parse(await readFile(path, "utf8")) as { version: string }).version;
}
