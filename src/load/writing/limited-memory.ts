import { messageOf } from "../../core/fault.js";
import type { Database } from "../../store/database.js";

/** Bytes that DuckDB takes for a load, and for the key of each row, which stays in memory. */
const LEAST = 1_200_000_000;
const KEY = 30;

const OUT_OF_MEMORY = /out of memory error|failed to pin block|could not allocate block/i;

/**
 * Works with no more memory than a load of this many rows usually needs: the rest lies in files beside the store. Without a limit
 * DuckDB takes four fifths of the machine's.
 *
 * @param work done again, without a limit, where this is too little, as for keys that have little in common: it must have left nothing
 *   behind. It ends the limit before a commit, which writes the key of all rows at a time
 */
export async function inLimitedMemory<T>(
  db: Database,
  rows: number,
  work: (endLimit: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const { limit } = await db.oneRow<{ limit: string }>("SELECT current_setting('memory_limit') AS limit");
  const wanted = Math.max(LEAST, KEY * rows);
  if (bytesOf(limit) <= wanted) return work(async () => {});
  // RESET would change what the setting says, and nothing else; what it says is cut off, and must not become less each time
  const endLimit = () => db.run(`SET memory_limit = '${bytesOf(limit) / 1024}KiB'`);
  await db.run(`SET memory_limit = '${Math.round(wanted / 1e6)}MB'`);
  try {
    return await work(endLimit);
  } catch (error) {
    if (!OUT_OF_MEMORY.test(messageOf(error))) throw error;
    await endLimit();
    return await work(endLimit);
  } finally {
    await endLimit();
  }
}

/** Bytes of what DuckDB writes as `18.8 GiB`, cut off: as many as are written so again, and not fewer than it was. */
function bytesOf(text: string): number {
  const [, whole = "0", hundreds = "0", unit = ""] = /^(\d+)(?:\.(\d+))? (\w*)/.exec(text) ?? [];
  const power = ["bytes", "KiB", "MiB", "GiB", "TiB"].indexOf(unit);
  if (power < 1) return power < 0 ? Number.POSITIVE_INFINITY : Number(whole);
  return (Number(whole) * 1024 + Math.min(Number(hundreds) * 100 + 99, 1023)) * 1024 ** (power - 1);
}
