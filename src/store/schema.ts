import { ADDED_RECORDS } from "./added-records.js";
import { CAMPAIGN_MEMBERS, CAMPAIGNS } from "./campaigns.js";
import { COVERED_DAYS } from "./coverage/coverage.js";
import type { Database } from "./database.js";
import { ERASED_ROWS, FORGOTTEN } from "./erase/forgotten.js";
import { LEAVERS } from "./leavers.js";
import { ADD_DEFAULT_MEASURES, MEASURES_TABLE } from "./log-columns.js";
import { MONITORING_RESULTS } from "./monitoring-results.js";
import { RECORD_IDS } from "./record-ids.js";
import { ATTRIBUTES } from "./subscriber-attributes.js";
import { SUBSCRIBER_FILES } from "./subscriber-files.js";

/** Version of the tables; a file of another version is refused, never half read. */
export const SCHEMA_VERSION = 9;

/** The tables that do not depend on a feature plan; `Processed_Data` is made by the feature stage from its plan. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS workbench_schema (version INTEGER PRIMARY KEY)`,
  `CREATE TABLE IF NOT EXISTS batches (
    batch_id INTEGER PRIMARY KEY,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    options_hash VARCHAR NOT NULL,
    lines BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    merged BIGINT NOT NULL,
    stored_before BIGINT NOT NULL,
    held_back BIGINT NOT NULL,
    first_day DATE,
    last_day DATE,
    notes VARCHAR NOT NULL,
    committed_at TIMESTAMP NOT NULL,
    UNIQUE (kind, name, number)
  )`,
  `CREATE TABLE IF NOT EXISTS DP_CDR_Data (
    id BIGINT NOT NULL,
    DP_DATE DATE NOT NULL,
    DP_MSISDN VARCHAR NOT NULL,
    DP_MOC_COUNT BIGINT,
    DP_MOC_DURATION DOUBLE,
    DP_MTC_COUNT BIGINT,
    DP_MTC_DURATION DOUBLE,
    DP_MOSMS_COUNT BIGINT,
    DP_MTSMS_COUNT BIGINT,
    DP_DATA_COUNT BIGINT,
    DP_DATA_VOLUME DOUBLE,
    PSEUDO_CHURNED TINYINT,
    batch_id INTEGER NOT NULL,
    PRIMARY KEY (DP_MSISDN, DP_DATE)
  )`,
  `CREATE TABLE IF NOT EXISTS rejects (
    batch_id INTEGER NOT NULL,
    file VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    column_name VARCHAR,
    reason VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    PRIMARY KEY (batch_id, line)
  )`,
  `CREATE TABLE IF NOT EXISTS DailySummary (
    "Date" DATE PRIMARY KEY,
    Total_Outgoing_Calls HUGEINT,
    Total_Outgoing_Call_Time DOUBLE,
    Total_Data_Purchases HUGEINT,
    Total_Data_Volume DOUBLE
  )`,
  `CREATE TABLE IF NOT EXISTS feature_plans (
    plan_hash VARCHAR PRIMARY KEY,
    plan VARCHAR NOT NULL,
    snapshots BIGINT NOT NULL,
    is_current BOOLEAN NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS models (
    model_version VARCHAR PRIMARY KEY,
    artifact VARCHAR NOT NULL,
    plan_hash VARCHAR NOT NULL,
    first_test_day DATE,
    trained_until DATE,
    in_service BOOLEAN NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS model_predictions (
    model_version VARCHAR NOT NULL,
    "User" VARCHAR NOT NULL,
    "Date" DATE NOT NULL,
    period VARCHAR NOT NULL,
    label TINYINT,
    prediction TINYINT NOT NULL,
    probability_0 DOUBLE NOT NULL,
    probability_1 DOUBLE NOT NULL,
    rawPrediction_0 DOUBLE NOT NULL,
    rawPrediction_1 DOUBLE NOT NULL,
    features_str VARCHAR NOT NULL,
    scored_at TIMESTAMP NOT NULL,
    PRIMARY KEY (model_version, "User", "Date")
  )`,
  MONITORING_RESULTS,
  COVERED_DAYS,
  ADDED_RECORDS,
  MEASURES_TABLE,
  SUBSCRIBER_FILES,
  LEAVERS,
  FORGOTTEN,
  RECORD_IDS,
  ERASED_ROWS,
  CAMPAIGNS,
  CAMPAIGN_MEMBERS,
];

/** The rows that new tables have. */
const FIRST_ROWS = [ADD_DEFAULT_MEASURES];

/** What each version brought, for files of the version before. MySQL's tables follow those of a new DuckDB file. */
const MIGRATIONS: Record<number, readonly string[]> = {
  2: [MONITORING_RESULTS],
  3: [ADDED_RECORDS],
  4: [COVERED_DAYS],
  5: [MEASURES_TABLE, ADD_DEFAULT_MEASURES],
  6: [SUBSCRIBER_FILES, LEAVERS],
  7: [FORGOTTEN, ERASED_ROWS],
  8: [RECORD_IDS],
  9: [CAMPAIGNS, CAMPAIGN_MEMBERS],
};

/** Whether a database has our tables. */
export async function hasTables(db: Database): Promise<boolean> {
  const found = await db.row("SELECT 1 FROM information_schema.tables WHERE table_name = 'workbench_schema'");
  return found !== undefined;
}

/** Makes the tables that are missing, and brings those of an older version up to date; a newer version fails. */
export async function createTables(db: Database): Promise<void> {
  const version = (await hasTables(db))
    ? (await db.row<{ version: number | null }>("SELECT max(version) AS version FROM workbench_schema"))?.version
    : null;
  if (version === SCHEMA_VERSION) return;
  if (version && version > SCHEMA_VERSION) {
    throw new Error(
      `its tables are of version ${version}, a newer version than ${SCHEMA_VERSION}, which this program knows`,
    );
  }
  await db.transaction(async () => {
    if (version) {
      for (let next = version + 1; next <= SCHEMA_VERSION; next++) {
        for (const sql of MIGRATIONS[next] ?? []) await db.run(sql);
      }
    } else for (const sql of [...TABLES, ...FIRST_ROWS]) await db.run(sql);
    await db.run(`INSERT OR IGNORE INTO workbench_schema VALUES (${SCHEMA_VERSION})`);
  });
}

/** Tables that stay when a store is emptied: who is forgotten stays so. */
const KEPT = new Set(["workbench_schema", "forgotten"]);

/** Empties the store; to be called in a transaction. Tables are made again, since a deleted key still blocks its own return. */
export async function emptyTables(db: Database): Promise<void> {
  for (const sql of TABLES) {
    const [, table] = /EXISTS (\w+)/.exec(sql) ?? [];
    if (!table || KEPT.has(table)) continue;
    await db.run(`DROP TABLE IF EXISTS ${table}`);
    await db.run(sql);
  }
  for (const sql of FIRST_ROWS) await db.run(sql);
  for (const made of ["Processed_Data", ATTRIBUTES]) await db.run(`DROP TABLE IF EXISTS ${made}`);
}
