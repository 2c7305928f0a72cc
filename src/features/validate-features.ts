import { stat } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import type { StageContext } from "../core/progress.js";
import { type Database, name, text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import type { Store } from "../store/open-store.js";
import { checkPlan } from "./check-plan.js";
import { type ComparedFeature, type ComparedKeys, compareValues } from "./compare-values.js";
import { type FeaturePlan, planHash } from "./feature-plan.js";
import { featureRange } from "./feature-range.js";
import type { ValidationCheck } from "./validation-check.js";

/** A column of the file that is a feature of the plan. */
export interface ValidatedColumn {
  feature: string;
  /** As the file has it. */
  type: string;
  missing: number;
  min: number | null;
  max: number | null;
}

/** What a table of features of another tool is against a plan. */
export interface FeatureValidation {
  file: string;
  planHash: string;
  ok: boolean;
  rows: number;
  subscribers: number;
  days: string[];
  checks: ValidationCheck[];
  columns: ValidatedColumn[];
  /** Where a store was given: who and which days it has, and how many values differ, those that differ most first; else null. */
  keys: ComparedKeys | null;
  values: ComparedFeature[] | null;
}

/** What the values are compared with, and how. */
export interface ValidateOptions {
  /** Has the rows of the log; without it values are checked for their ranges alone. */
  store?: Store;
  /** Difference that counts as none, of the larger of 1 and the value. */
  tolerance?: number;
}

/**
 * Checks a file of features that another tool made, Parquet or CSV, against a plan: columns, types, keys, missing values, ranges, label; and, given the
 * store, who and which days it has, and each value.
 *
 * @param file a row a subscriber and snapshot day: `User`, `Date`, the features by their names; `M_TENURE_CHURN` and `plan_hash` where it has them
 * @throws ChurnError NOT_FOUND without the file; BAD_INPUT for a file that cannot be read, or has no keys
 * @example
 * const { ok, values } = await validateFeatures("spark.parquet", plan, { store });
 */
export async function validateFeatures(
  file: string,
  plan: FeaturePlan,
  { store, tolerance = 1e-9 }: ValidateOptions = {},
  context: StageContext = {},
): Promise<FeatureValidation> {
  checkPlan(plan, "that was given");
  await stat(file).catch((cause: unknown) => {
    if (faultCode(cause) !== "ENOENT") throw cause;
    throw new ChurnError("NOT_FOUND", `there is no file ${JSON.stringify(file)}`, { cause });
  });
  const work = async (db: Database): Promise<FeatureValidation> => {
    const read = await openTable(db, file, plan);
    const checked = await checkTable(db, plan, read);
    const compared = store ? await compareValues(db, plan, { table: TABLE, ...read, tolerance, context }) : undefined;
    const checks = [...checked.checks, ...(compared?.checks ?? [])].sort(
      (a, b) => Number(a.ok) - Number(b.ok) || b.faults - a.faults,
    );
    return {
      file,
      planHash: planHash(plan),
      ok: checks.every(({ ok }) => ok),
      ...checked,
      checks,
      keys: compared?.keys ?? null,
      values: compared?.values ?? null,
    };
  };
  return store ? store.lease(work, { signal: context.signal }) : inMemory(work);
}

const TABLE = "features_of_another_tool";

/** Names that the keys may have. */
const KEYS = { User: ["user", "dp_msisdn", "subscriber"], Date: ["date", "snapshot_day", "day"] };

interface ReadTable {
  /** Features that the file has, with their types. */
  types: Map<string, string>;
  absent: string[];
  others: string[];
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/;

/** Reads the file into a temporary table with the names of the plan. */
async function openTable(db: Database, file: string, plan: FeaturePlan): Promise<ReadTable> {
  const from = /\.(csv|tsv|txt)(\.gz)?$/i.test(file) ? `read_csv(${text(file)})` : `read_parquet(${text(file)})`;
  const described = await db
    .rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${from}`)
    .catch((cause: unknown) => {
      throw new ChurnError("BAD_INPUT", `${JSON.stringify(file)} is no table that can be read`, {
        cause,
        hint: "give a Parquet file, or a CSV file with a header",
      });
    });
  const find = (names: readonly string[]) =>
    described.find(({ column_name }) => names.includes(column_name.toLowerCase()))?.column_name;
  const keys = Object.entries(KEYS).map(([key, names]) => {
    const column = find(names);
    if (column) return { key, column };
    throw new ChurnError("BAD_INPUT", `${JSON.stringify(file)} has no column ${key}`, {
      hint: `it has ${described
        .map(({ column_name }) => column_name)
        .slice(0, 12)
        .join(", ")}; rename the one that is meant`,
    });
  });
  const types = new Map<string, string>();
  const absent: string[] = [];
  const columns: string[] = [];
  for (const feature of plan.features) {
    const found = described.find(({ column_name }) => column_name === feature.name);
    if (!found) absent.push(feature.name);
    else {
      types.set(feature.name, found.column_type);
      const value = NUMBER.test(found.column_type) ? `CAST(${name(feature.name)} AS DOUBLE)` : "CAST(NULL AS DOUBLE)";
      columns.push(`${value} AS ${name(feature.name)}`);
    }
  }
  for (const extra of ["M_TENURE_CHURN", "plan_hash"]) {
    const found = find([extra.toLowerCase()]);
    columns.push(
      `${found ? `CAST(${name(found)} AS ${extra === "plan_hash" ? "VARCHAR" : "DOUBLE"})` : "NULL"} AS ${name(extra)}`,
    );
  }
  const [user, day] = keys;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE ${TABLE} AS SELECT CAST(${name(user.column)} AS VARCHAR) AS "User", TRY_CAST(${name(day.column)} AS DATE) AS "Date", ${columns.join(", ")} FROM ${from}`,
  );
  const known = new Set([...types.keys(), ...keys.map(({ column }) => column), "M_TENURE_CHURN", "plan_hash"]);
  return { types, absent, others: described.map(({ column_name }) => column_name).filter((each) => !known.has(each)) };
}

type Checked = Pick<FeatureValidation, "rows" | "subscribers" | "days" | "checks" | "columns">;

async function checkTable(db: Database, plan: FeaturePlan, { types, absent, others }: ReadTable): Promise<Checked> {
  const size = await db.oneRow<Record<"rows" | "subscribers" | "keyless" | "twice" | "label" | "hashes", number>>(
    `SELECT count(*) AS rows, count(DISTINCT "User") AS subscribers, count(*) FILTER ("User" IS NULL OR "Date" IS NULL) AS keyless,
       count(*) - count(DISTINCT ("User", "Date")) AS twice, count(*) FILTER (M_TENURE_CHURN NOT IN (0, 1)) AS label,
       count(*) FILTER (plan_hash <> ${text(planHash(plan))}) AS hashes FROM ${TABLE}`,
  );
  const days = await db.rows<{ day: string }>(
    `SELECT DISTINCT CAST("Date" AS VARCHAR) AS day FROM ${TABLE} WHERE "Date" IS NOT NULL ORDER BY day`,
  );
  const columns: ValidatedColumn[] = [];
  const endless: string[] = [];
  const outside: string[] = [];
  let faulty = 0;
  for (const feature of plan.features) {
    const type = types.get(feature.name);
    if (type === undefined) continue;
    const column = name(feature.name);
    const { low, high } = featureRange(plan, feature);
    const beyond = [
      ...(low === null ? [] : [`${column} < ${low - SLACK}`]),
      ...(high === null ? [] : [`${column} > ${high + SLACK}`]),
    ];
    const found = await db.oneRow<
      Record<"missing" | "endless" | "beyond", number> & Record<"min" | "max", number | null>
    >(
      `SELECT count(*) FILTER (${column} IS NULL) AS missing, count(*) FILTER (NOT isfinite(${column})) AS endless,
         count(*) FILTER (isfinite(${column}) AND (${beyond.join(" OR ") || "false"})) AS beyond,
         min(${column}) FILTER (isfinite(${column})) AS min, max(${column}) FILTER (isfinite(${column})) AS max FROM ${TABLE}`,
    );
    columns.push({ feature: feature.name, type, missing: found.missing, min: found.min, max: found.max });
    if (found.endless) endless.push(`${feature.name}: ${found.endless} rows`);
    if (found.beyond) {
      outside.push(
        `${feature.name}: ${found.beyond} rows outside ${low ?? "−∞"} … ${high ?? "∞"} (${found.min} … ${found.max})`,
      );
      faulty += found.beyond;
    }
  }
  const texts = [...types].filter(([, type]) => !NUMBER.test(type)).map(([each, type]) => `${each} is ${type}`);
  const counted = (check: string, faults: number, example: string): ValidationCheck => ({
    ...{ check, ok: faults === 0, faults },
    examples: faults ? [example] : [],
  });
  const listed = (check: string, list: readonly string[], faults = list.length): ValidationCheck => ({
    ...{ check, ok: list.length === 0, faults },
    examples: list.slice(0, 5),
  });
  return {
    rows: size.rows,
    subscribers: size.subscribers,
    days: days.map(({ day }) => day),
    columns,
    checks: [
      listed("every feature of the plan is a column", absent),
      { ...listed("no column is something else", others), ok: true },
      listed("features are numbers", texts),
      counted("every row has a subscriber and a day", size.keyless, "User or Date is missing"),
      counted("no subscriber and day is there twice", size.twice, `${size.twice} rows too many`),
      counted("the label is 0, 1 or missing", size.label, `${size.label} rows`),
      counted("the rows were made by this plan", size.hashes, `plan_hash is another one in ${size.hashes} rows`),
      listed("values are finite", endless),
      listed("values lie in the range of their feature", outside, faulty),
    ],
  };
}

/** What a sum of doubles may be off. */
const SLACK = 1e-9;
