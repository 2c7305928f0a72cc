import { readFile } from "node:fs/promises";

/** Version of the workbench, from its package.json. */
export async function packageVersion(): Promise<string> {
  const path = new URL("../../package.json", import.meta.url);
  const { version }: { version: string } = JSON.parse(await readFile(path, "utf8"));
  return version;
}
