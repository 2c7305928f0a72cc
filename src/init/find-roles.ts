import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import type { Database } from "../store/database.js";
import { chooseSubscriber, type SubscriberChoice } from "./choose-subscriber.js";
import { chooseTime, type FormatChoice, judgeFormats, type TimeChoice } from "./choose-time.js";
import { type ColumnTimes, findTimeFormats } from "./find-time-formats.js";
import type { Log } from "./open-log.js";
import type { InitSettings } from "./options.js";
import { type ColumnProfile, findDecimal, profileColumns } from "./profile-columns.js";
import { timeSql } from "./time-formats.js";

/** Who acts and when, as far as the rows tell. */
export interface FoundRoles {
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

/** Finds who acts and when, as far as the rows tell or it is given. */
export async function findRoles(db: Database, log: Log, settings: InitSettings): Promise<FoundRoles> {
  const { decimal, comma, point } = await findDecimal(db, log.columns, log.head.delimiter);
  const profiles = await profileColumns(db, log.columns, decimal, log.share);
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
    hint: "its values are several, and come again on other days; name it with --subscriber",
  });
}
