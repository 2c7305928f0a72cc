import { CDR_COLUMNS } from "../cdr/columns.js";
import type { Database } from "../store/database.js";
import {
  columnSql,
  isOneOf,
  type LeftOut,
  measureName,
  type ProposedMeasure,
  secondsSql,
  titleOf,
  valueSql,
} from "./measure.js";
import { wordsOf } from "./name-hints.js";
import { type ColumnProfile, isLength, isNumeric, numberCell } from "./profile-columns.js";
import { count } from "./words.js";

type Service = "call" | "sms" | "data";
type Direction = "out" | "in";

const SERVICES: Readonly<Record<Service, ReadonlySet<string>>> = {
  call: new Set(
    "call calls voice voce voix voz anruf anrufe gespraech telefonat chiamata chiamate appel appels llamada llamadas telephony moc mtc tel phone rufe v".split(
      " ",
    ),
  ),
  sms: new Set(
    "sms text texts smsmo smsmt mosms mtsms smo smt mms smsout smsin messaggio messaggi nachricht nachrichten mensaje".split(
      " ",
    ),
  ),
  data: new Set(
    "data dati daten datos donnees gprs internet packet web lte ps datasession volte5g gprsdata d".split(" "),
  ),
};
const DIRECTIONS: Readonly<Record<Direction, ReadonlySet<string>>> = {
  out: new Set(
    "out outgoing outbound mo moc originating originated orig aus ausgehend uscita uscente sortant emis saliente smsmo mosms smo smsout o made sent".split(
      " ",
    ),
  ),
  in: new Set(
    "in incoming inbound mt mtc terminating terminated term ein eingehend entrata entrante entrant recu smsmt mtsms smt smsin i received".split(
      " ",
    ),
  ),
};

const of = <Key extends string>(value: string, lists: Readonly<Record<Key, ReadonlySet<string>>>): Key | undefined =>
  (Object.keys(lists) as Key[]).find((key) => wordsOf(value).some((word) => lists[key].has(word)));

/** Columns and values of a log of calls, messages and data sessions. */
interface TelecomLog {
  type: ColumnProfile;
  direction: ColumnProfile | null;
  /** Values of the type column by service. */
  values: Map<Service, string[]>;
  /** Values that are none of the three. */
  others: { value: string; rows: number }[];
}

/** Share of the rows whose type must be known. */
const KNOWN = 0.5;

/** Finds the columns of service and direction of a telecom log by their values; undefined where it is none. */
export function findTelecom(profiles: readonly ColumnProfile[]): TelecomLog | undefined {
  const kinds = profiles.filter(({ distinct }) => distinct >= 2 && distinct <= 40);
  for (const type of kinds) {
    const values = new Map<Service, string[]>();
    let known = 0;
    for (const { value, rows } of type.top) {
      const service = of(value, SERVICES);
      if (!service) continue;
      values.set(service, [...(values.get(service) ?? []), value]);
      known += rows;
    }
    if (!values.has("call") || values.size < 2 || known < KNOWN * type.filled) continue;
    const others = type.top.filter(({ value }) => !of(value, SERVICES));
    const inType = values.get("call")?.some((value) => of(value, DIRECTIONS)) ?? false;
    const direction = inType ? null : (kinds.find((column) => column !== type && isDirection(column)) ?? null);
    return { type, direction, values, others };
  }
  return undefined;
}

function isDirection({ top, distinct }: ColumnProfile): boolean {
  const found = top.map(({ value }) => of(value, DIRECTIONS));
  return distinct <= 6 && found.includes("out") && found.includes("in");
}

/** The measures of a telecom log, and the columns that they use. */
export interface TelecomMeasures {
  measures: ProposedMeasure[];
  used: Set<string>;
  left: LeftOut[];
}

/**
 * Writes the eight measures of a call detail record as expressions over the values that are there: counts by type and direction, seconds of
 * calls, MB of data. Other types get a count each.
 */
export async function telecomMeasures(
  db: Database,
  log: TelecomLog,
  profiles: readonly ColumnProfile[],
  decimal: "." | ",",
): Promise<TelecomMeasures> {
  const { type, direction, values } = log;
  const numeric = profiles.filter((column) => isNumeric(column) && column !== type && column !== direction);
  const use = await useByService(db, log, numeric, decimal);
  const used = new Set([type.own, ...(direction ? [direction.own] : [])]);
  const measures: ProposedMeasure[] = [];
  const length = profiles.find(isLength);
  const duration =
    length ?? pick(numeric, "duration", (own) => (use.get(`call ${own}`) ?? 0) - (use.get(`sms ${own}`) ?? 0));
  const volumes = numeric.filter((column) => column !== duration && isVolume(column, use));
  const isTotal = volumes.length > 2 ? volumes.find(({ hints }) => hints.has("money")) : undefined;
  const volume = isTotal ? [isTotal] : volumes;

  const add = (name: string, sql: string, kind: "count" | "amount", note?: string) => {
    const known = CDR_COLUMNS.find((column) => column.name === name);
    measures.push({
      name,
      sql,
      kind,
      ...(known ? {} : { title: titleOf(name) }),
      ...(known?.unit ? { unit: known.unit } : {}),
      ...(note ? { note } : {}),
    });
  };
  const names: Record<Service, Record<Direction | "all", string>> = {
    call: { out: "DP_MOC", in: "DP_MTC", all: "calls" },
    sms: { out: "DP_MOSMS", in: "DP_MTSMS", all: "sms" },
    data: { out: "DP_DATA", in: "DP_DATA", all: "DP_DATA" },
  };
  for (const service of ["call", "sms", "data"] as const) {
    if (!values.has(service)) continue;
    for (const [way, condition] of conditionsOf(log, service)) {
      const name = names[service][way];
      add(name.startsWith("DP") ? `${name}_COUNT` : name, `count(*) FILTER (${condition})`, "count");
      if (service === "call" && duration) {
        const { factor, note } = secondsOf(duration);
        const seconds = length ? secondsSql(length.name) : scaled(columnSql(duration.name), factor);
        const sum = sumOf(seconds, condition);
        add(name.startsWith("DP") ? `${name}_DURATION` : "call_seconds", sum, "amount", note);
        used.add(duration.own);
      }
      if (service === "data" && volume.length) {
        const { factor, note } = megabytesOf(volume[0]);
        const cells = volume.map(({ name }) => columnSql(name));
        const cell = cells.length === 1 ? cells[0] : `(${cells.map((each) => `coalesce(${each}, 0)`).join(" + ")})`;
        add("DP_DATA_VOLUME", sumOf(scaled(cell, factor), condition), "amount", note);
        for (const { own } of volumes) used.add(own);
      }
    }
  }
  const taken = new Set(measures.map(({ name }) => name.toLowerCase()));
  for (const { value } of log.others.slice(0, 6)) {
    const name = measureName(value.toLowerCase(), taken);
    taken.add(name.toLowerCase());
    add(name, `count(*) FILTER (${isOneOf(type.name, [value])})`, "count");
  }
  return { measures, used, left: [...leftValues(log), ...(await undirected(db, log))] };
}

/** The rows of a service by direction, or all of them where it has none: data has none. */
function conditionsOf(log: TelecomLog, service: Service): [way: Direction | "all", condition: string][] {
  const ways = service === "data" ? [] : (["out", "in"] as const);
  const found = ways.flatMap((way): [Direction, string][] => {
    const condition = conditionOf(log, service, way);
    return condition ? [[way, condition]] : [];
  });
  const all = conditionOf(log, service, "all");
  return found.length || !all ? found : [["all", all]];
}

/** Calls and messages whose direction is neither out nor in: the eight measures have no place for them. */
async function undirected(db: Database, { type, direction, values }: TelecomLog): Promise<LeftOut[]> {
  if (!direction) return [];
  const known = direction.top.map(({ value }) => value).filter((value) => of(value, DIRECTIONS));
  const list = (all: readonly string[]) => all.map(valueSql).join(", ");
  const { n } = await db.oneRow<{ n: number }>(
    `SELECT count(*) AS n FROM log WHERE ${type.own} IN (${list(["call", "sms"].flatMap((each) => values.get(each as Service) ?? []))})
      AND (${direction.own} IS NULL OR ${direction.own} NOT IN (${list(known)}))`,
  );
  if (n === 0) return [];
  return [
    {
      name: direction.name,
      reason: `neither out nor in for ${count(n, "call and message", "calls and messages")}: these are not counted`,
    },
  ];
}

/** SQL for the rows of a service and a direction; undefined where there are none. */
function conditionOf(
  { type, direction, values }: TelecomLog,
  service: Service,
  way: Direction | "all",
): string | undefined {
  const own = values.get(service) ?? [];
  if (way === "all") return isOneOf(type.name, own);
  if (direction) {
    const ways = direction.top.map(({ value }) => value).filter((value) => of(value, DIRECTIONS) === way);
    return ways.length ? `${isOneOf(type.name, own)} AND ${isOneOf(direction.name, ways)}` : undefined;
  }
  const some = own.filter((value) => of(value, DIRECTIONS) === way);
  return some.length ? isOneOf(type.name, some) : undefined;
}

/** Share of the rows of each service in which a column is above 0, under "service own". */
async function useByService(
  db: Database,
  { type, values }: TelecomLog,
  numeric: readonly ColumnProfile[],
  decimal: "." | ",",
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (numeric.length === 0) return found;
  for (const [service, own] of values) {
    const shares = numeric.map(
      ({ own }) => `avg(CASE WHEN ${numberCell(own, decimal)} > 0 THEN 1.0 ELSE 0 END) AS ${own}`,
    );
    const list = own.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
    const row = await db.oneRow<Record<string, number | null>>(
      `SELECT ${shares.join(", ")} FROM log WHERE ${type.own} IN (${list})`,
    );
    for (const column of numeric) found.set(`${service} ${column.own}`, row[column.own] ?? 0);
  }
  return found;
}

/** The column with a hint in its name, or else one that rows of the service have and others do not. */
function pick(
  columns: readonly ColumnProfile[],
  hint: "duration",
  more: (own: string) => number,
): ColumnProfile | undefined {
  const named = columns.filter(({ hints }) => hints.has(hint) && !hints.has("money"));
  const all = named.length
    ? named
    : columns.filter(
        ({ own, hints }) => more(own) > 0.5 && !hints.has("money") && !hints.has("volume") && !hints.has("code"),
      );
  return [...all].sort((a, b) => more(b.own) - more(a.own))[0];
}

function isVolume({ own, hints }: ColumnProfile, use: ReadonlyMap<string, number>): boolean {
  if (hints.has("money") && !hints.has("volume")) return false;
  const more = (use.get(`data ${own}`) ?? 0) - (use.get(`call ${own}`) ?? 0);
  return hints.has("volume") ? more > -0.2 : more > 0.5 && !hints.has("code") && !hints.has("duration");
}

/** A sum over some of the records of a day; where there are none of them it is 0, and not unknown. */
const sumOf = (cell: string, condition: string) => `coalesce(sum(${cell}) FILTER (${condition}), 0)`;

const scaled = (cell: string, factor: number) =>
  factor === 1 ? cell : factor < 1 ? `${cell} / ${1 / factor}.0` : `${cell} * ${factor}`;

function secondsOf(column: ColumnProfile): { factor: number; note: string } {
  const { name, hints, whole, numbers, max } = column;
  if (isLength(column)) return { factor: 1, note: `${name} is written hh:mm:ss: in seconds` };
  const words = wordsOf(name);
  const has = (...any: string[]) => words.some((word) => any.includes(word));
  if (has("ms", "msec", "msecs", "millis", "milliseconds"))
    return { factor: 0.001, note: `${name} is in milliseconds: divided by 1,000` };
  if (has("min", "mins", "minutes", "minuten", "minuti"))
    return { factor: 60, note: `${name} is in minutes: times 60` };
  const said = has("s", "sec", "secs", "seconds", "sekunden", "secondi", "billsec");
  const odd = !said && whole < 0.9 * numbers && (max ?? 0) < 300;
  return {
    factor: 1,
    note: `${name} is taken as seconds${said || !hints.has("duration") ? "" : ", which its name does not say"}${odd ? ": it has decimals; are they minutes?" : ""}`,
  };
}

function megabytesOf({ name, median, max }: ColumnProfile): { factor: number; note: string } {
  const words = wordsOf(name);
  const has = (...any: string[]) => words.some((word) => any.includes(word));
  if (has("bytes", "byte", "octets")) return { factor: 1e-6, note: `${name} is in bytes: divided by 1,000,000 to MB` };
  if (has("kb", "kib", "kilobytes")) return { factor: 1e-3, note: `${name} is in kB: divided by 1,000 to MB` };
  if (has("gb", "gib", "gigabytes")) return { factor: 1000, note: `${name} is in GB: times 1,000 to MB` };
  if (has("mb", "mib", "megabytes")) return { factor: 1, note: `${name} is in MB` };
  const large = Math.max(median ?? 0, (max ?? 0) / 100);
  const [factor, unit] = large > 50_000 ? [1e-6, "bytes"] : large > 5000 ? [1e-3, "kB"] : [1, "MB"];
  const how = factor === 1 ? "" : `: divided by ${count(1 / factor, "").trim()} to MB`;
  return { factor, note: `${name} is taken as ${unit} by its size, since its name does not say it${how}` };
}

function leftValues({ others }: TelecomLog): LeftOut[] {
  return others.slice(6).map(({ value }) => ({ name: value, reason: "a type of its own, not counted" }));
}
