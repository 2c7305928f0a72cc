import type { Database } from "../store/database.js";

/** Bytes that DuckDB takes for a load, beyond which it works on the disk beside the store; and for the key of each row, which stays in memory. */
const LEAST = 1_200_000_000;
const KEY = 30;

/**
 * Works with no more memory than a load of this many rows needs: the rest lies in files beside the store. Without it DuckDB takes four
 * fifths of the machine's.
 */
export async function inLimitedMemory<T>(db: Database, rows: number, work: () => Promise<T>): Promise<T> {
  const { limit } = await db.oneRow<{ limit: string }>("SELECT current_setting('memory_limit') AS limit");
  const wanted = Math.max(LEAST, KEY * rows);
  if (bytesOf(limit) <= wanted) return work();
  await db.run(`SET memory_limit = '${Math.round(wanted / 1e6)}MB'`);
  try {
    return await work();
  } finally {
    await db.run("RESET memory_limit");
  }
}

/** Bytes of what DuckDB writes as `18.8 GiB`. */
function bytesOf(text: string): number {
  const [, number = "0", unit = ""] = /^([\d.]+) (\w*)/.exec(text) ?? [];
  const power = ["bytes", "KiB", "MiB", "GiB", "TiB"].indexOf(unit);
  return power < 0 ? Number.POSITIVE_INFINITY : Number(number) * 1024 ** power;
}
