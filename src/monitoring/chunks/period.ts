import { ChurnError } from "../../core/errors.js";

/** Calendar periods: hour, day, week from Monday, month, quarter, year. */
export type PeriodUnit = "H" | "D" | "W" | "M" | "Q" | "Y";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, PeriodUnit>> = {
  ...{ H: "H", D: "D", W: "W", M: "M", Q: "Q", Y: "Y" },
  ...{ h: "H", d: "D", w: "W", y: "Y", "W-SUN": "W", ME: "M", QE: "Q", A: "Y", YE: "Y" },
};

/** What pandas calls the periods. */
export const PERIOD_ALIASES: readonly string[] = Object.keys(UNITS);

/** Reads a pandas period alias: `D`, `W`, `M`, `Q`, `Y` (or `A`), `H`. */
export function periodUnit(alias: string): PeriodUnit {
  const unit = UNITS[alias];
  if (!unit) {
    throw new ChurnError("BAD_OPTION", `unknown chunk period ${JSON.stringify(alias)}`, {
      hint: "it takes H, D, W, M, Q or Y",
    });
  }
  return unit;
}

/** The number of the period that holds a time: whole periods since 1970 (weeks since Monday 1969-12-29). */
export function periodOf(ms: number, unit: PeriodUnit): number {
  if (unit === "H") return Math.floor(ms / HOUR);
  if (unit === "D") return Math.floor(ms / DAY);
  if (unit === "W") return Math.floor((Math.floor(ms / DAY) + 3) / 7);
  const date = new Date(ms);
  const year = date.getUTCFullYear() - 1970;
  if (unit === "Y") return year;
  const month = year * 12 + date.getUTCMonth();
  return unit === "M" ? month : Math.floor(month / 3);
}

/** The first millisecond of a period; its end is the start of the next. */
export function periodStart(period: number, unit: PeriodUnit): number {
  if (unit === "H") return period * HOUR;
  if (unit === "D") return period * DAY;
  if (unit === "W") return (period * 7 - 3) * DAY;
  const months = unit === "M" ? period : unit === "Q" ? period * 3 : period * 12;
  return Date.UTC(1970, months, 1);
}

/** The name of a period, as pandas writes it: `2018-01`, `2018Q1`, `2022-12-26/2023-01-01`. */
export function periodKey(period: number, unit: PeriodUnit): string {
  const start = periodStart(period, unit);
  const text = new Date(start).toISOString();
  if (unit === "H") return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
  if (unit === "D") return text.slice(0, 10);
  if (unit === "W") return `${text.slice(0, 10)}/${new Date(start + 6 * DAY).toISOString().slice(0, 10)}`;
  if (unit === "M") return text.slice(0, 7);
  return unit === "Y" ? text.slice(0, 4) : `${text.slice(0, 4)}Q${Math.ceil(Number(text.slice(5, 7)) / 3)}`;
}
