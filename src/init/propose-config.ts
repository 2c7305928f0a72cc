import { resolve } from "node:path";
import { closestMatch } from "../core/closest-match.js";
import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { coverageNote } from "../store/coverage/coverage.js";
import type { Database } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import { chooseSubscriber, type SubscriberChoice } from "./choose-subscriber.js";
import { chooseTime, type FormatChoice, judgeFormats, type TimeChoice } from "./choose-time.js";
import { composeConfig, fromConfig, nameOf } from "./compose-config.js";
import { type FileGroup, findGroups } from "./find-files.js";
import { findAttributes, findGrain, type GrainChoice } from "./find-grain.js";
import { type ColumnTimes, findTimeFormats } from "./find-time-formats.js";
import { type Log, type LogColumn, openLog } from "./open-log.js";
import { type InitOptions, type InitSettings, initOptions } from "./options.js";
import { planDays } from "./plan-days.js";
import { preview } from "./preview.js";
import { type ColumnProfile, findDecimal, isNumeric, numberCell, profileColumns } from "./profile-columns.js";
import type { Doubt, Finding, Proposal } from "./proposal.js";
import { type MeasuresProposal, proposeMeasures } from "./propose-measures.js";
import { type Rhythm, readRhythm } from "./read-silences.js";
import { exampleOf, timeSql } from "./time-formats.js";
import { count, percent } from "./words.js";

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
    output ? output.replace(/(\.config)?\.json$/i, "") : texts.length === 1 ? texts[0] : groups[0].files[0].path,
  );
  const config = resolve(output ?? `${name}.config.json`);
  return inMemory(async (db) => {
    const stop = () => db.interrupt();
    context.signal?.addEventListener("abort", stop);
    try {
      return await propose({ db, groups, settings, name, config, context });
    } finally {
      context.signal?.removeEventListener("abort", stop);
    }
  });
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
  const tell = (task: string) => context.onProgress?.({ task, done: 0 });
  tell("read the log");
  const bounds = { rows: settings.rows, bytes: settings.megabytes * 1e6 };
  const [group] = groups;
  const log = await openLog(db, group, bounds, async (first) => (await findRoles(db, first, settings)).who);
  tell("look at its columns");
  const roles = await findRoles(db, log, settings);
  const { profiles, decimal, subscriber, time, format, who, when } = roles;
  await makeActs(db, who, timeSql(when.own, format.format));
  const grain = await findGrain(
    { db, profiles, subscriber: who, time: when, timed: time.times.best.timed / Math.max(time.times.best.cells, 1) },
    settings.grain,
  );
  const taken = new Map(time.others.map(({ name, reason }) => [ownOf(profiles, name), reason]));
  if (grain.recordId) taken.set(grain.recordId.column.own, "names the record");
  const attributes = await findAttributes(
    db,
    profiles.filter(({ own }) => own !== who.own && own !== when.own && own !== grain.recordId?.column.own),
  );
  for (const [own, { column }] of attributes)
    taken.set(own, `the same in all rows of a subscriber, ${count(column.distinct, "value")}: it describes him`);
  const measures = await proposeMeasures({
    db,
    profiles,
    decimal,
    roles: { subscriber: who, time: when, taken, grain: grain.grain },
  });
  if (grain.grain === "day") await markActive(db, profiles, measures, decimal);
  tell("measure its silences");
  const rhythm = await readRhythm(db);
  const days = planDays(rhythm);
  const rejected = 1 - (await db.oneRow<{ rows: number }>("SELECT count(*) AS rows FROM acts")).rows / log.rows;
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
    beside: {},
  });
  tell("load the first rows");
  const shown = await preview(group, composed);
  return {
    config: composed,
    name,
    looked: lookedAt(log),
    doubts: doubtsOf(subscriber, time, format, settings),
    findings: findingsOf(log, roles, grain),
    measures: measures.measures,
    leftOut: measures.leftOut,
    attributes: [...attributes.values()].map(({ column }) => column.name),
    time: { column: when.name, format: format.format, first: time.times.best.first, last: time.times.best.last },
    grain: grain.grain,
    days,
    preview: shown,
    notes: [
      ...(rejected > 0.08 ? [rejectNote(rejected, profiles, who, when)] : []),
      ...(log.head.format === "csv" && roles.mixed ? [roles.mixed] : []),
      ...grain.notes,
      ...measures.notes,
      ...days.notes,
      ...coverageOf(rhythm),
    ],
  };
}

const ownOf = (profiles: readonly ColumnProfile[], name: string): string =>
  profiles.find((each) => each.name === name)?.own ?? "";

/** Who acts and when, as far as the rows tell. */
interface FoundRoles {
  profiles: ColumnProfile[];
  decimal: "." | ",";
  /** What speaks against the sign before the decimals; null where nothing does. */
  mixed: string | null;
  subscriber: SubscriberChoice | null;
  time: TimeChoice;
  format: FormatChoice;
  who: ColumnProfile;
  when: ColumnProfile;
}

async function findRoles(db: Database, log: Log, settings: InitSettings): Promise<FoundRoles> {
  const { decimal, comma, point } = await findDecimal(db, log.columns);
  const profiles = await profileColumns(db, log.columns, decimal);
  const mixed =
    comma.length && point.length
      ? `decimals are written with a comma in ${comma.join(", ")} and with a point in ${point.join(", ")}: one of them is read wrong or not at all`
      : null;
  const known = settings.subscriber === null ? undefined : columnCalled(profiles, settings.subscriber, "subscriber");
  const candidates =
    settings.time === null
      ? profiles.filter((each) => each !== known)
      : [columnCalled(profiles, settings.time, "time")];
  let times = await findTimeFormats(db, candidates, settings.time_format);
  for (;;) {
    if (times.length === 0) throw noTime(profiles, settings);
    const time = await chooseTime(db, times, log.rows);
    const format = judgeFormats(time.times);
    const when = time.times.column;
    const day = `CAST(${timeSql(when.own, format.format)} AS DATE)`;
    const not = new Set(times.map(({ column }) => column.own));
    const subscriber = known ? null : await chooseSubscriber(db, profiles, day, not);
    const who = known ?? subscriber?.chosen.column;
    if (!who) throw noSubscriber(profiles);
    const others = await lasting(db, times, who, when);
    if (others.length === times.length || settings.time !== null) {
      return { profiles, decimal, mixed, subscriber: subscriber ?? null, time, format, who, when };
    }
    // a date of birth or of joining is no time of a record
    times = others;
  }
}

/** The times that are not the same in all rows of a subscriber, if there are others. */
async function lasting(
  db: Database,
  times: readonly ColumnTimes[],
  who: ColumnProfile,
  when: ColumnProfile,
): Promise<ColumnTimes[]> {
  if (times.length < 2) return [...times];
  const found = await db.oneRow<{ constant: number | null }>(
    `SELECT avg(CASE WHEN n = 1 THEN 1.0 ELSE 0 END) AS constant FROM (
       SELECT count(DISTINCT ${when.own}) AS n FROM log GROUP BY ${who.own} HAVING count(*) > 2)`,
  );
  return (found.constant ?? 0) > 0.97 ? times.filter(({ column }) => column !== when) : [...times];
}

function columnCalled(profiles: readonly ColumnProfile[], name: string, option: string): ColumnProfile {
  const found = profiles.find((column) => column.name === name);
  if (found) return found;
  const near = closestMatch(
    name,
    profiles.map((column) => column.name),
  );
  throw new ChurnError(
    "BAD_OPTION",
    `option "init.${option}" names a column ${JSON.stringify(name)} that does not exist`,
    {
      hint: near
        ? `did you mean ${JSON.stringify(near)}?`
        : `the log has ${profiles.map((column) => column.name).join(", ")}`,
    },
  );
}

function noTime(profiles: readonly ColumnProfile[], { time, time_format }: InitSettings): ChurnError {
  const shown = profiles.slice(0, 8).map(({ name, top }) => `${name} (${top[0]?.value ?? "empty"})`);
  const what = time ? `column ${JSON.stringify(time)} holds no days or times` : "no column holds days or times";
  return new ChurnError(
    "BAD_INPUT",
    `${what}${time_format ? ` of the form ${time_format}` : " that are known here"}: ${shown.join(", ")}`,
    {
      hint: "a log says when something happened; name the column with --time, and how it is written with --time-format %d.%m.%Y",
    },
  );
}

function noSubscriber(profiles: readonly ColumnProfile[]): ChurnError {
  return new ChurnError("BAD_INPUT", `no column names who acted among ${profiles.map(({ name }) => name).join(", ")}`, {
    hint: "its values must come again on other days; name it with --subscriber",
  });
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
  const names = new Set([...measures.map(({ sql }) => sql.replace(/^"|"$/g, "")), ...Object.values(columns)]);
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

/** Whether a measure that is a column of ours has cells without a value: that is no fault of the row. */
const measuresHaveGaps = (profiles: readonly ColumnProfile[], { columns }: MeasuresProposal): boolean =>
  Object.entries(columns).some(
    ([our, name]) => our !== "PSEUDO_CHURNED" && profiles.some((column) => column.name === name && column.missing > 0),
  );

function lookedAt({ rows, rowsSeen, rowsInAll, share, files, filesRead }: Log): string {
  const of = files.length === 1 ? "1 file" : `${count(files.length, "file")}`;
  const part = share > 1 ? `, those of one subscriber in ${share}` : "";
  const read =
    rowsSeen < rowsInAll
      ? ` of the first ${count(rowsSeen, "row")} of about ${rowsInAll.toLocaleString("en-US")}`
      : share > 1
        ? ` of about ${rowsInAll.toLocaleString("en-US")}`
        : "";
  const some = filesRead < files.length ? ` (${filesRead} read)` : "";
  return `${count(rows, "row")}${read}${part}, ${of}${some}${read ? "" : ", all of it"}`;
}

function rejectNote(
  rejected: number,
  profiles: readonly ColumnProfile[],
  who: ColumnProfile,
  when: ColumnProfile,
): string {
  const rows = profiles[0].filled + profiles[0].missing;
  const nobody = who.missing / Math.max(rows, 1);
  const why =
    nobody > 0.5 * rejected
      ? `${percent(nobody)} of the rows name no subscriber in ${who.name}`
      : `${percent(rejected)} of the rows have no day that can be read in ${when.name}`;
  return `${why}, and cannot be used: max_rejects is set so that the rest is loaded`;
}

function coverageOf({ covered }: Rhythm): string[] {
  if (!covered) return [];
  const note = coverageNote({
    first: dateOf(covered.first),
    last: dateOf(covered.last),
    uncovered: covered.uncovered.map((each) => ({ ...each, day: dateOf(each.day) })),
    byHand: [],
  });
  return note ? [note] : [];
}

function doubtsOf(
  subscriber: SubscriberChoice | null,
  time: TimeChoice,
  format: FormatChoice,
  given: InitSettings,
): Doubt[] {
  const doubts: Doubt[] = [];
  if (format.doubt && given.time_format === null) {
    doubts.push({
      option: "time_format",
      question: format.doubt.words,
      choices: format.doubt.formats.map((each) => ({ value: each ?? "", title: exampleOf(each) })),
    });
  }
  if (subscriber?.rival && given.subscriber === null) {
    const { chosen, evidence, rival } = subscriber;
    doubts.push({
      option: "subscriber",
      question: `two columns may name the subscriber: ${chosen.column.name} (${evidence.join(", ")}) and ${rival.name} (${rival.why})`,
      choices: [chosen.column.name, rival.name].map((value) => ({ value, title: value })),
    });
  }
  if (time.doubt && given.time === null) {
    const own = time.times.column.name;
    doubts.push({
      option: "time",
      question: `two columns may say when it happened: ${own} (${time.evidence.join(", ")}) and ${time.doubt}`,
      choices: [own, time.doubt].map((value) => ({ value, title: value })),
    });
  }
  return doubts;
}

function findingsOf(
  log: Log,
  { who, subscriber, time, format, decimal, when }: FoundRoles,
  grain: GrainChoice,
): Finding[] {
  const { head } = log;
  const cells = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" }[head.delimiter] ?? head.delimiter;
  const reading =
    head.format === "parquet"
      ? ["Parquet"]
      : [
          `cells between ${cells}`,
          head.encoding === "utf-8" ? "UTF-8" : "Windows-1252",
          head.header
            ? "a header"
            : `no header: the columns are ${head.columns[0].name} … ${head.columns.at(-1)?.name}`,
          ...(head.skip ? [`${count(head.skip, "line")} above it`] : []),
          ...(decimal === "," ? ["decimal comma"] : []),
        ];
  const { best } = time.times;
  const evidence = [
    ...(format.evidence ? [format.evidence] : []),
    ...time.evidence,
    ...time.others.map(({ name, reason }) => `${name} is ${reason}`),
  ];
  const instants = time.times.instants > 0 ? ["with an offset: the day is that of the clock that wrote it"] : [];
  const utc = best.format?.startsWith("epoch")
    ? ['days in UTC: "time": { "zone": "Europe/Rome" } names another zone']
    : [];
  return [
    { what: "text", value: reading.join(", "), evidence: [] },
    { what: "subscriber", value: who.name, evidence: subscriber?.evidence ?? ["as you say"] },
    {
      what: "time",
      value: `${when.name}, ${exampleOf(format.format, best.timed > 0)}`,
      evidence: [...evidence, ...instants, ...utc],
    },
    { what: "grain", value: grain.grain, evidence: [grain.evidence] },
    ...(grain.recordId
      ? [
          {
            what: "record id",
            value: grain.recordId.column.name,
            evidence: [
              grain.recordId.again
                ? `${count(grain.recordId.again, "record comes", "records come")} again, equal in every cell: each counts once`
                : "another value in each row",
            ],
          },
        ]
      : []),
  ];
}
