import type { Progress } from "./progress.js";

/**
 * One line of progress: `load rows: 40,000 of 100,000 rows, 40 %, 20,000 a second, 3 s left`; bytes are shown in the unit that
 * suits them all: `download: 120.0 of 900.0 MB, 13 %, 40.0 MB a second, 20 s left`.
 */
export function describeProgress(progress: Progress, seconds: number, first = 0): string {
  if (progress.unit === "bytes") return describeBytes(progress, seconds, first);
  const { task, done, total, unit } = progress;
  // what is only waited for
  if (done === 0 && total === undefined && !unit) return task;
  const number = (value: number) => Math.round(value).toLocaleString("en-US");
  const parts = [`${number(done)}${total === undefined ? "" : ` of ${number(total)}`}${unit ? ` ${unit}` : ""}`];
  if (total) parts.push(`${Math.floor((100 * done) / total)} %`);
  const rate = seconds > 0.2 ? (done - first) / seconds : 0;
  if (rate > 0) parts.push(rate >= 1 ? `${number(rate)} a second` : `${number(1 / rate)} s each`);
  if (rate > 0 && total && total > done) parts.push(`${duration((total - done) / rate)} left`);
  return `${task}: ${parts.join(", ")}`;
}

function describeBytes({ task, done, total }: Progress, seconds: number, first: number): string {
  const unitOf = (bytes: number) => UNITS.find(([, size]) => bytes >= size) ?? (["bytes", 1] as const);
  const number = (bytes: number, size: number) => (size === 1 ? String(Math.round(bytes)) : (bytes / size).toFixed(1));
  const [unit, size] = unitOf(total ?? done);
  const parts = [`${number(done, size)}${total === undefined ? "" : ` of ${number(total, size)}`} ${unit}`];
  if (total) parts.push(`${Math.floor((100 * done) / total)} %`);
  const rate = seconds > 0.2 ? (done - first) / seconds : 0;
  const [rateUnit, rateSize] = unitOf(rate);
  if (rate > 0) parts.push(`${number(rate, rateSize)} ${rateUnit} a second`);
  if (rate > 0 && total && total > done) parts.push(`${duration((total - done) / rate)} left`);
  return `${task}: ${parts.join(", ")}`;
}

const UNITS: readonly (readonly [name: string, bytes: number])[] = [
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
];

/** A duration as people say it: `8 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  return `${Math.floor(whole / 3600)} h${Math.floor((whole % 3600) / 60) ? ` ${Math.floor((whole % 3600) / 60)} min` : ""}`;
}
