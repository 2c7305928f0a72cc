import type { Progress } from "./progress.js";

/** One line of progress: `load rows: 40,000 of 100,000 rows, 40 %, 20,000 a second, 3 s left`. */
export function describeProgress({ task, done, total, unit }: Progress, seconds: number, first = 0): string {
  const number = (value: number) => Math.round(value).toLocaleString("en-US");
  const parts = [`${number(done)}${total === undefined ? "" : ` of ${number(total)}`}${unit ? ` ${unit}` : ""}`];
  if (total) parts.push(`${Math.floor((100 * done) / total)} %`);
  const rate = seconds > 0.2 ? (done - first) / seconds : 0;
  if (rate > 0) parts.push(rate >= 1 ? `${number(rate)} a second` : `${number(1 / rate)} s each`);
  if (rate > 0 && total && total > done) parts.push(`${duration((total - done) / rate)} left`);
  return `${task}: ${parts.join(", ")}`;
}

/** A duration as people say it: `8 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  return `${Math.floor(whole / 3600)} h${Math.floor((whole % 3600) / 60) ? ` ${Math.floor((whole % 3600) / 60)} min` : ""}`;
}
