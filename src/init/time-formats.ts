import { DAY_FORM } from "../cdr/cell-rules.js";
import { dateOf } from "../core/days.js";
import { text } from "../store/database.js";

/** A way in which days and times are written: null is how the load reads them without being told. */
export type TimeFormat = string | null;

/** Numbers that stand for times: units since 1970-01-01 UTC, or days of a spreadsheet. */
export const NUMBER_FORMATS = ["epoch_s", "epoch_ms", "epoch_us", "excel"] as const;

const DATES = [
  ...[
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d %m %Y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d%m%Y",
    "%m.%d.%Y",
  ],
  ...["%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y%m%d", "%y-%m-%d", "%y/%m/%d"],
  ...[
    "%d %b %Y",
    "%b %d %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d/%b/%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%d. %B %Y",
    "%d%b%Y",
  ],
  ...["%a %d %b %Y", "%a, %d %b %Y", "%A, %d %B %Y", "%Y-%b-%d", "%Y/%m/%d", "%Y-%m-%d"],
];
const TIMES = [
  ...[
    "",
    " %H:%M:%S",
    " %H:%M",
    " %H:%M:%S.%f",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %I:%M%p",
    "T%H:%M:%S",
    "T%H:%M",
    ", %H:%M:%S",
    ", %H:%M",
  ],
  ...[
    " %H.%M.%S",
    " %H.%M",
    "-%H:%M:%S",
    ":%H:%M:%S",
    "%H%M%S",
    "T%H%M%S",
    "_%H%M%S",
    " %H%M%S",
    " %H%M",
    "%H%M",
    " %I.%M.%S.%f %p",
    ", %I:%M %p",
  ],
  ...[" %H:%M:%S %z", " %H:%M %z", ":%H:%M:%S %z", " %H:%M:%S%z", "T%H:%M:%S%z", "T%H%M%S%z"],
];
const WHOLE = [
  "%a %b %d %H:%M:%S %Y %z",
  "%a %b %d %H:%M:%S %Y",
  "%b %d %H:%M:%S %Y",
  "%a %b %d %Y %H:%M:%S",
  "%H:%M:%S %d.%m.%Y",
  "%H:%M %d/%m/%Y",
  "%H:%M:%S %d/%m/%Y",
];

/** Formats of strptime that are tried on texts. */
export const TEXT_FORMATS: readonly string[] = [...DATES.flatMap((date) => TIMES.map((time) => date + time)), ...WHOLE];

const DIGITS: Readonly<Record<string, string>> = {
  ...{
    Y: "\\d{4}",
    y: "\\d{2}",
    m: "\\d{1,2}",
    d: "\\d{1,2}",
    H: "\\d{1,2}",
    I: "\\d{1,2}",
    M: "\\d{2}",
    S: "\\d{2}",
    f: "\\d{1,9}",
  },
  ...{
    p: "[AaPp][Mm]",
    z: "(?:Z|[+-]\\d{2}(?::?\\d{2})?)",
    b: "[A-Za-z]{3}",
    B: "[A-Za-z]{3,9}",
    a: "[A-Za-z]{3}",
    A: "[A-Za-z]{6,9}",
  },
};

const FORMS = new Map<string, RegExp>();

/** What a text of a format looks like; without signs between its numbers each has two digits. */
function formOf(format: string): RegExp {
  let form = FORMS.get(format);
  if (!form) {
    const fixed = format.replace(/%([mdHI])(?=%)/g, "\\d{2}");
    const pattern = fixed.replace(/%(\w)|([.[\]()+*?^$|])/g, (_, letter: string, sign: string) =>
      sign ? `\\${sign}` : DIGITS[letter],
    );
    form = new RegExp(`^${pattern}$`);
    FORMS.set(format, form);
  }
  return form;
}

/** The text formats that look like most of some texts. */
export function formatsLike(texts: readonly string[]): string[] {
  if (texts.length === 0 || !texts.some((each) => /\d/.test(each))) return [];
  return TEXT_FORMATS.filter((format) => {
    const form = formOf(format);
    return texts.filter((each) => form.test(each)).length >= 0.85 * texts.length;
  });
}

const WITHIN = "BETWEEN TIMESTAMP '1970-01-02' AND CAST(current_date + 2 AS TIMESTAMP)";

/** Days of a spreadsheet before 1970-01-01. */
const EXCEL_EPOCH = 25_569;

/** SQL for the wall-clock time of a text cell, null where it is none or lies before 1970 or in the future. */
export function timeSql(cell: string, format: TimeFormat): string {
  const time = rawTimeSql(cell, format);
  return `CASE WHEN ${time} ${WITHIN} THEN ${time} END`;
}

/** The same with no look at the year. */
export function rawTimeSql(cell: string, format: TimeFormat): string {
  const number = `TRY_CAST(${cell} AS DOUBLE)`;
  const whole = `TRY_CAST(${cell} AS BIGINT)`;
  const within = (low: number, high: number, sql: string) =>
    `CASE WHEN ${number} BETWEEN ${low} AND ${high} THEN ${sql} END`;
  const [low, high] = [86_400, 4e9];
  if (format === "epoch_s") return within(low, high, `make_timestamp(CAST(${number} * 1000000 AS BIGINT))`);
  if (format === "epoch_ms") return within(low * 1e3, high * 1e3, `make_timestamp(${whole} * 1000)`);
  if (format === "epoch_us") return within(low * 1e6, high * 1e6, `make_timestamp(${whole})`);
  if (format === "excel") {
    return within(EXCEL_EPOCH, 80_000, `make_timestamp(CAST((${number} - ${EXCEL_EPOCH}) * 86400000000 AS BIGINT))`);
  }
  // the clock that wrote it, whatever its offset
  if (format?.endsWith("%z")) {
    const clock = `regexp_replace(${cell}, ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$', '')`;
    return `CAST(try_strptime(${clock}, ${text(format.replace(/ ?%z$/, ""))}) AS TIMESTAMP)`;
  }
  if (format !== null) return `CAST(try_strptime(${cell}, ${text(format)}) AS TIMESTAMP)`;
  const bare = `replace(regexp_replace(replace(${cell}, 'T', ' '), ' ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$', ''), ',', '.')`;
  // the offset of a day alone would be its day: -05
  const cut = `CASE WHEN contains(${cell}, ':') THEN ${bare} ELSE ${cell} END`;
  return `CASE WHEN regexp_matches(${cell}, ${text(DAY_FORM)}) THEN try_cast(${cut} AS TIMESTAMP) END`;
}

/** How a format looks when a time is written in it. */
export function exampleOf(format: TimeFormat, timed = false): string {
  if (format === null) return timed ? "YYYY-MM-DD hh:mm:ss" : "YYYY-MM-DD";
  const words: Record<string, string> = {
    ...{
      Y: "YYYY",
      y: "YY",
      m: "MM",
      d: "DD",
      H: "hh",
      I: "hh",
      M: "mm",
      S: "ss",
      f: "ffffff",
      p: "AM/PM",
      z: "±hhmm",
    },
    ...{ b: "Mon", B: "Month", a: "Day", A: "Weekday" },
  };
  const numbers: Record<string, string> = {
    epoch_s: "seconds since 1970 (UTC)",
    epoch_ms: "milliseconds since 1970 (UTC)",
    epoch_us: "microseconds since 1970 (UTC)",
    excel: "day numbers of a spreadsheet",
  };
  return numbers[format] ?? format.replace(/%(\w)/g, (all, letter: string) => words[letter] ?? all);
}

/** Tomorrow, `YYYY-MM-DD`: no log has later days. */
export const latestDay = (now = Date.now()): string => dateOf(Math.floor(now / 86_400_000) + 1);
