import { basename } from "node:path";
import { dateOf } from "../core/days.js";
import { coverageNote } from "../store/coverage/coverage.js";
import type { BesideTable } from "./beside-tables.js";
import type { SubscriberChoice } from "./choose-subscriber.js";
import type { FormatChoice, TimeChoice } from "./choose-time.js";
import type { GrainChoice } from "./find-grain.js";
import type { FoundRoles } from "./find-roles.js";
import type { Log } from "./open-log.js";
import type { InitSettings } from "./options.js";
import type { ColumnProfile } from "./profile-columns.js";
import type { Doubt, Finding } from "./proposal.js";
import type { Rhythm } from "./read-silences.js";
import { exampleOf } from "./time-formats.js";
import { count, percent } from "./words.js";

/** What was looked at, in words. */
export function lookedAt({ rows, rowsSeen, rowsInAll, share, files, filesRead }: Log): string {
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

/** Why so many rows cannot be used. */
export function rejectNote(
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

/** The days that the log does not cover. */
export function coverageOf({ covered }: Rhythm): string[] {
  if (!covered) return [];
  const note = coverageNote({
    first: dateOf(covered.first),
    last: dateOf(covered.last),
    uncovered: covered.uncovered.map((each) => ({ ...each, day: dateOf(each.day) })),
    byHand: [],
  });
  return note ? [note] : [];
}

/** What the data leave open. */
export function doubtsOf(
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

/** How the log is read, who acts and when, each with the evidence. */
export function findingsOf(
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
          { "utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1", "windows-1252": "Windows-1252" }[head.encoding],
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
/** What a table beside the log is. */
export function besideFindings({ source, evidence, attributes, churned, leftOut }: BesideTable): Finding[] {
  const out = leftOut.map(({ name, reason }) => `${name} is left out: ${reason}`);
  const columns = attributes ? [String((attributes.columns as string[]).join(", "))] : [];
  return [
    ...(churned
      ? [
          {
            what: "leavers",
            value: `${basename(source)}, ${churned.day}`,
            evidence: [evidence, "after this day hardly any of them is seen again", ...(attributes ? [] : out)],
          },
        ]
      : []),
    ...(attributes
      ? [
          {
            what: "attributes",
            value: `${basename(source)}: ${columns.join("")}`,
            evidence: [
              evidence,
              ...(attributes.valid_from ? [`a row is valid from ${attributes.valid_from} on`] : []),
              ...out,
            ],
          },
        ]
      : []),
  ];
}
