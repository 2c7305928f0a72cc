import { createHash } from "node:crypto";
import { dateOf, dayOf } from "../core/days.js";
import { type Database, name, text } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import { ATTRIBUTES } from "../store/subscriber-attributes.js";
import { tableExists } from "../store/table-exists.js";
import { compileCustom } from "./compile-custom.js";
import type { CoveredLog } from "./covered-log.js";
import { type FeaturePlan, planHash } from "./feature-plan.js";
import { historiesSql, needsHistories } from "./histories-sql.js";
import { leaversKnownUntil } from "./known-leavers.js";
import { isOfAttribute } from "./plan-attributes.js";
import { planSql } from "./plan-sql.js";

/** The table of what each snapshot day of `Processed_Data` was made of, and what it held then. */
const KEYS = "snapshot_keys";

/** A log that is no other than its like: the SQL of a plan over it changes with the program alone. */
const ANY_LOG = {
  first: "2000-01-01",
  last: "2000-03-01",
  loaded: "2000-03-01",
  missing: [],
} as const;

/**
 * Computes of each snapshot day a key of all that its rows depend on: the plan and its SQL, the rows of the log before the end of the horizon, which of
 * these days are covered, attributes, and the list of leavers. Days of equal keys have equal rows.
 *
 * @returns keys by day
 */
export async function snapshotKeys(
  db: Database,
  plan: FeaturePlan,
  log: CoveredLog,
  days: readonly string[],
): Promise<Map<string, string>> {
  const program = await programOf(db, plan);
  const beside = await besideTheLog(db, plan, log);
  const cells = ["DP_MSISDN", "PSEUDO_CHURNED", ...plan.measures.map(({ column }) => name(column))].join(", ");
  const prints = await db.rows<{ day: string; print: string }>(
    `SELECT CAST(DP_DATE AS VARCHAR) AS day, concat(count(*), ' ', sum(hash(${cells})), ' ', bit_xor(hash(${cells}, 1))) AS print
     FROM DP_CDR_Data GROUP BY DP_DATE ORDER BY DP_DATE`,
  );
  // each day stands for itself and all days before it
  let chain = "";
  const chained = prints.map(({ day, print }) => {
    chain = short(`${chain} ${day} ${print}`);
    return { day, chain };
  });
  const keys = new Map<string, string>();
  for (const day of days) {
    const end = dateOf(dayOf(day) + plan.horizon);
    const rows = chained.findLast((each) => each.day < end)?.chain ?? "";
    const covered = [log.first, end <= dateOf(dayOf(log.last) + 1), ...log.missing.filter((each) => each < end)];
    keys.set(day, short(JSON.stringify([program, beside, day, rows, covered])));
  }
  return keys;
}

const short = (value: string) => createHash("sha256").update(value).digest("hex").slice(0, 24);

/** What the program does with a plan, whatever the log. */
async function programOf(db: Database, plan: FeaturePlan): Promise<string> {
  const { version } = await db.oneRow<{ version: string }>("SELECT version() AS version");
  const log = { ...ANY_LOG, coverage: { first: ANY_LOG.first, last: ANY_LOG.last, uncovered: [], byHand: [] } };
  const custom = await compileCustom(db, plan);
  const histories = needsHistories(plan) ? historiesSql(plan, log, null, "2000-02-01") : [];
  return short([version, planHash(plan), planSql(plan, log, { knownUntil: null, custom }), ...histories].join("\n"));
}

/** Attributes and leavers, where the plan reads them. */
async function besideTheLog(db: Database, plan: FeaturePlan, log: CoveredLog): Promise<string[]> {
  const tables = [
    ...(plan.features.some(isOfAttribute) ? [ATTRIBUTES] : []),
    ...(plan.label === "leavers" ? ["leavers"] : []),
  ];
  const found: string[] = [(await leaversKnownUntil(db, plan, log)) ?? ""];
  for (const table of tables) found.push(await printOf(db, table));
  return found;
}

/** What a table holds, whatever the order of its rows. */
async function printOf(db: Database, table: string, where = "true"): Promise<string> {
  const { print } = await db.oneRow<{ print: string }>(
    `SELECT concat(count(*), ' ', sum(hash(t)), ' ', bit_xor(hash(t, 1))) AS print FROM ${table} t WHERE ${where}`,
  );
  return print;
}

/** Snapshot days in `Processed_Data` that would be made the same again, and were not changed since; none where there is no such table. */
export async function keptDays(db: Database, keys: ReadonlyMap<string, string>): Promise<Set<string>> {
  const kept = new Set<string>();
  if (!(await tableExists(db, KEYS)) || !(await tableExists(db, "Processed_Data"))) return kept;
  const stored = await db.rows<{ day: string; made_of: string; content: string }>(
    `SELECT CAST("Date" AS VARCHAR) AS day, made_of, content FROM ${KEYS}`,
  );
  for (const { day, made_of, content } of stored) {
    if (keys.get(day) !== made_of) continue;
    if ((await printOf(db, "Processed_Data", `"Date" = DATE '${day}'`)) === content) kept.add(day);
  }
  return kept;
}

/** Keeps what the days of `Processed_Data` were made of. */
export async function writeSnapshotKeys(
  db: Database,
  keys: ReadonlyMap<string, string>,
  kept: ReadonlySet<string>,
): Promise<void> {
  await db.run(
    `CREATE TABLE IF NOT EXISTS ${KEYS} ("Date" DATE PRIMARY KEY, made_of VARCHAR NOT NULL, content VARCHAR NOT NULL)`,
  );
  await db.run(`DELETE FROM ${KEYS} WHERE NOT ${isAmong('"Date"', kept)}`);
  for (const [day, key] of keys) {
    if (kept.has(day)) continue;
    const content = await printOf(db, "Processed_Data", `"Date" = DATE '${day}'`);
    await db.run(`INSERT INTO ${KEYS} VALUES (DATE '${day}', ${text(key)}, ${text(content)})`);
  }
}
