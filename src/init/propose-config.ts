import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import type { Database } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import { composeConfig, fromConfig, nameOf } from "./compose-config.js";
import { besideFindings, coverageOf, doubtsOf, findingsOf, lookedAt, rejectNote } from "./describe-findings.js";
import { besideConfig, findBeside } from "./find-beside.js";
import { type FileGroup, findGroups } from "./find-files.js";
import { findAttributes, findGrain, type GrainChoice } from "./find-grain.js";
import { findRoles } from "./find-roles.js";
import { type LogColumn, openLog } from "./open-log.js";
import { type InitOptions, type InitSettings, initOptions } from "./options.js";
import { planDays } from "./plan-days.js";
import { preview } from "./preview.js";
import { type ColumnProfile, isNumeric, numberCell } from "./profile-columns.js";
import type { Proposal } from "./proposal.js";
import { type MeasuresProposal, proposeMeasures } from "./propose-measures.js";
import { readRhythm } from "./read-silences.js";
import { timeSql } from "./time-formats.js";
import { count } from "./words.js";

/**
 * Looks at the data of a log and proposes a config: how it is read, who acts and when, what is measured, horizon, windows and the days that
 * are left for the stream, each with the evidence for it. Nothing is written.
 *
 * @param source a file, a folder, a pattern, or several of these
 * @param options what the data do not tell, or tell wrong; `output` is where the config will lie, which its paths start from
 * @throws ChurnError NOT_FOUND; BAD_INPUT for a file that cannot be read, and where no column says who acted, or when
 * @example
 * const { config, doubts } = await proposeConfig("calls.csv.gz");
 */
export async function proposeConfig(
  source: string | readonly string[],
  options: InitOptions & { output?: string } = {},
  context: StageContext = {},
): Promise<Proposal> {
  const { output, ...given } = options;
  const settings = initOptions.parse(given);
  const texts = typeof source === "string" ? [source] : source;
  const groups = await findGroups(texts);
  const name = nameOf(
    output
      ? output.replace(/(\.config)?\.json$/i, "")
      : placeOf(texts.length === 1 ? texts[0] : [groups[0].source].flat()[0]),
  );
  const config = resolve(output ?? `${name}.config.json`);
  return inMemory((db) => propose({ db, groups, settings, name, config, context }), {
    signal: context.signal,
    what: "nothing was written",
  });
}

/** The measures of the rows; where days have nothing to measure, they are counted as events are. */
async function measureRows(
  seen: GrainChoice,
  given: "day" | "event" | null,
  propose: (grain: "day" | "event") => Promise<MeasuresProposal>,
): Promise<{ grain: GrainChoice; measures: MeasuresProposal }> {
  const measures = await propose(seen.grain);
  const isEmpty =
    measures.measures.length === 0 && Object.keys(measures.columns).every((our) => our === "PSEUDO_CHURNED");
  if (seen.grain === "event" || given !== null || !isEmpty) return { grain: seen, measures };
  const evidence = `${seen.evidence}; no column measures anything, so that its rows are counted`;
  return { grain: { ...seen, grain: "event", evidence }, measures: await propose("event") };
}

/** The file or folder that a source names, or the folder in which a pattern begins. */
function placeOf(text: string): string {
  let path = resolve(text);
  while (/[*?[]/.test(basename(path)) && !existsSync(path)) path = dirname(path);
  return path;
}

interface Task {
  db: Database;
  /** The files by their columns, the log first. */
  groups: FileGroup[];
  settings: InitSettings;
  name: string;
  config: string;
  context: StageContext;
}

async function propose({ db, groups, settings, name, config, context }: Task): Promise<Proposal> {
  const tell = (task: string) => {
    throwIfInterrupted(context.signal, "nothing was written");
    context.onProgress?.({ task, done: 0 });
  };
  tell("read the log");
  const bounds = { rows: settings.rows, bytes: settings.megabytes * 1e6 };
  const [group] = groups;
  const log = await openLog(db, group, bounds, async (first) => (await findRoles(db, first, settings)).who);
  tell("look at its columns");
  const roles = await findRoles(db, log, settings);
  const { profiles, decimal, subscriber, time, format, who, when } = roles;
  await makeActs(db, who, timeSql(when.own, format.format));
  const seen = await findGrain(
    { db, profiles, subscriber: who, time: when, timed: time.times.best.timed / Math.max(time.times.best.cells, 1) },
    settings.grain,
  );
  const taken = new Map(
    time.others.flatMap(({ name, reason }) =>
      profiles.filter((each) => each.name === name).map(({ own }) => [own, reason] as const),
    ),
  );
  if (seen.recordId) taken.set(seen.recordId.column.own, "names the record");
  const attributes = await findAttributes(
    db,
    profiles.filter(({ own }) => own !== who.own && own !== when.own && own !== seen.recordId?.column.own),
  );
  for (const [own, { column }] of attributes)
    taken.set(own, `the same in all rows of a subscriber, ${count(column.distinct, "value")}: it describes him`);
  const { grain, measures } = await measureRows(seen, settings.grain, (each) =>
    proposeMeasures({ db, profiles, decimal, roles: { subscriber: who, time: when, taken, grain: each } }),
  );
  if (grain.grain === "day") await markActive(db, profiles, measures, decimal);
  tell("measure its silences");
  const rhythm = await readRhythm(db);
  const days = planDays(rhythm, log.share);
  const rejected = 1 - (await db.oneRow<{ rows: number }>("SELECT count(*) AS rows FROM acts")).rows / log.rows;
  tell("look at the files beside it");
  const beside = await findBeside(db, groups.slice(1), log.share, rhythm);
  const composed = composeConfig({
    source:
      typeof group.source === "string"
        ? fromConfig(group.source, config)
        : group.source.map((each) => fromConfig(each, config)),
    name,
    log,
    decimal,
    subscriber: who.name,
    time: when.name,
    format: format.format,
    grain,
    measures,
    days,
    heldBack: await heldBack(db, days.until, log.share),
    maxRejects: rejected > 0.08 ? Math.min(0.95, Math.ceil(rejected * 20 + 1) / 20) : null,
    emptyCells: measuresHaveGaps(profiles, measures),
    beside: besideConfig(beside, config),
  });
  tell("load the first rows");
  const shown = await preview(group, composed);
  return {
    config: composed,
    name,
    looked: lookedAt(log),
    doubts: doubtsOf(subscriber, time, format, settings),
    findings: [...findingsOf(log, roles, grain), ...beside.tables.flatMap(besideFindings)],
    measures: measures.measures,
    leftOut: measures.leftOut,
    attributes: [...attributes.values()].map(({ column }) => column.name),
    time: { column: when.name, format: format.format, first: time.times.best.first, last: time.times.best.last },
    grain: grain.grain,
    recordId: grain.recordId?.column.name ?? null,
    days,
    preview: shown,
    notes: [
      ...(rejected > 0.08 ? [rejectNote(rejected, profiles, who, when)] : []),
      ...(log.head.format === "csv" && roles.mixed ? [roles.mixed] : []),
      ...beside.notes,
      ...grain.notes,
      ...measures.notes,
      ...days.notes,
      ...coverageOf(rhythm),
    ],
  };
}

/** Makes the table `acts` of the rows whose subscriber and day can be read: who, day, active, and their place in `log`. */
async function makeActs(db: Database, who: LogColumn, time: string): Promise<void> {
  await db.run(`CREATE OR REPLACE TABLE acts AS SELECT * FROM (
    SELECT ${who.own} AS who, CAST(${time} AS DATE) AS day, true AS active, rowid AS row FROM log)
    WHERE who IS NOT NULL AND day IS NOT NULL AND lower(who) NOT IN ('unknown', 'anonymous', 'undefined')`);
}

/** In a log of days a row in which nothing happened is no activity. */
async function markActive(
  db: Database,
  profiles: readonly ColumnProfile[],
  { measures, columns }: MeasuresProposal,
  decimal: "." | ",",
): Promise<void> {
  const names = new Set([...measures.map(({ column }) => column), ...Object.values(columns)]);
  const numeric = profiles.filter(
    (column) => names.has(column.name) && isNumeric(column) && !column.hints.has("churn"),
  );
  if (numeric.length === 0) return;
  const some = numeric.map(({ own }) => `coalesce(${numberCell(`log.${own}`, decimal)}, 0) <> 0`).join(" OR ");
  await db.run(`UPDATE acts SET active = (${some}) FROM log WHERE log.rowid = acts.row`);
}

async function heldBack(db: Database, until: string | null, share: number): Promise<number> {
  if (!until) return 0;
  const { rows } = await db.oneRow<{ rows: number }>(
    `SELECT count(*) AS rows FROM (SELECT DISTINCT who, day FROM acts WHERE day > DATE '${until}')`,
  );
  return rows * share;
}

/** Whether a measure that is a column of the file has cells without a value: that is no fault of the row. */
function measuresHaveGaps(profiles: readonly ColumnProfile[], { columns, measures }: MeasuresProposal): boolean {
  const own = Object.entries(columns).flatMap(([our, name]) => (our === "PSEUDO_CHURNED" ? [] : [name]));
  const names = new Set([...own, ...measures.map(({ column }) => column)]);
  return profiles.some(({ name, missing }) => missing > 0 && names.has(name));
}
