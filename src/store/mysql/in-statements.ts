import { ChurnError } from "../../core/errors.js";
import type { MysqlSession } from "./mysql-server.js";

/**
 * Groups of items that are short enough to stand in one statement each.
 *
 * @param length of an item as it stands in a statement, in characters
 * @param longest characters of a statement
 */
export function* inGroups<T>(items: Iterable<T>, length: (item: T) => number, longest: number): Generator<T[]> {
  let group: T[] = [];
  let size = 0;
  for (const item of items) {
    const own = length(item) + 1;
    if (size + own > longest && group.length) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(item);
    size += own;
  }
  if (group.length) yield group;
}

/** Characters that a text may take in a statement: each may need a backslash. */
export function lengthOfText(text: string): number {
  return 2 * text.length + 4;
}

/**
 * Inserts rows in as many statements as the server's `max_allowed_packet` makes of them.
 *
 * @param head what stands before the rows: `INSERT INTO … VALUES`
 * @param rows each as a statement has it: `(…)`
 * @param tail what stands behind them: `ON DUPLICATE KEY UPDATE …`
 */
export async function insertInStatements(
  session: MysqlSession,
  head: string,
  rows: Iterable<string>,
  tail = "",
): Promise<void> {
  for (const group of inGroups(rows, (row) => row.length, session.server.longestStatement)) {
    checkRow(session, group[0]);
    await session.run(`${head} ${group.join(",")} ${tail}`);
  }
}

/**
 * @throws ChurnError STORE_FAILED when one row is more than the server takes: it would end the connection without a word
 */
export function checkRow(session: MysqlSession, row: string): void {
  if (row.length <= session.server.longestStatement) return;
  throw new ChurnError(
    "STORE_FAILED",
    `${session.server.place}: a row of ${row.length.toLocaleString("en-US")} characters is more than the server takes in one statement`,
    {
      hint: "raise the server's max_allowed_packet (SET GLOBAL max_allowed_packet = 67108864), or permit it to take files: SET GLOBAL local_infile = 1",
    },
  );
}
