import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "../../src/store/open-store.js";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
export const CHURN = join(PROJECT, "bin", "churn.js");

/** Makes an empty project below this one, so that its cells find the package; it uses this project's notebooks. */
export function makeProject(config: Record<string, unknown>): string {
  const folder = join(PROJECT, ".workbench", "projects");
  mkdirSync(folder, { recursive: true });
  const root = mkdtempSync(join(folder, "run-"));
  cpSync(join(PROJECT, "notebooks"), join(root, "notebooks"), { recursive: true });
  writeFileSync(join(root, "churn.config.json"), JSON.stringify(config));
  return root;
}

/** The content of every table, without the columns that hold the time of writing. */
export async function tablesOf(root: string): Promise<Record<string, string>> {
  const store = openStore({ path: join(root, "data", "churn.duckdb"), wait_seconds: 120 }, () => {});
  return store.lease(async (db) => {
    const digests: Record<string, string> = {};
    const tables = await db.rows<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' ORDER BY table_name",
    );
    for (const { table_name } of tables) {
      // paths differ from project to project, and times from run to run
      const excluded = {
        batches: "name, committed_at",
        models: "artifact",
        model_predictions: "scored_at",
        rejects: "file",
        monitoring_results: "computed_at",
      }[table_name];
      const columns = excluded ? `* EXCLUDE (${excluded})` : "*";
      const row = await db.row<{ digest: string; rows: number }>(
        `SELECT count(*) AS rows, md5(string_agg(line, chr(10) ORDER BY line)) AS digest FROM (SELECT CAST(t AS VARCHAR) AS line FROM (SELECT ${columns} FROM "${table_name}") t)`,
      );
      digests[table_name] = `${row?.rows} rows, ${row?.digest}`;
    }
    return digests;
  });
}
