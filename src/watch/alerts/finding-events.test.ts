import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { fitMonitor } from "../../monitoring/engine/fit-monitor.js";
import { handleAlerts } from "./alert-desk.js";
import type { AlertEvent } from "./alert-event.js";
import { findingEvents } from "./finding-events.js";

const folder = mkdtempSync(join(tmpdir(), "finding-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;
const FEATURES = ["a", "b", "c", "d", "e"];

type Change = (value: number, column: string, day: number, k: number) => number;

/** Two hundred rows a day from 1970-01-01 on; one more row at `odd`, where a wrong date is wanted. */
function world(seed: string, firstDay: number, days: number, change: Change = (value) => value, odd: number[] = []) {
  const { normal, next } = random(seed);
  const rows = days * 200 + odd.length;
  const dayOf = (i: number) => (i < days * 200 ? firstDay + Math.floor(i / 200) : odd[i - days * 200]);
  const columns = Object.fromEntries(
    FEATURES.map((name) => [name, Array.from({ length: rows }, (_, i) => change(normal(), name, dayOf(i), i % 200))]),
  );
  const score = columns.a.map((x) => 1 / (1 + Math.exp(1 - (Number.isNaN(x) ? 0 : Math.max(-3, Math.min(3, x))))));
  return {
    timestamp: score.map((_, i) => dayOf(i) * DAY + (i % 200) * 1000),
    yPredProba: score,
    yTrue: score.map((p) => (next() < p ? 1 : 0)),
    columns,
  };
}

const config = { chunking: { period: "D" }, realized: {}, cbpe: {}, univariate: {}, missing: {}, range: {} };
const monitor = await fitMonitor(world("reference", 0, 10), config);
const outputs = ["y_pred_proba", "y_pred", "y_true"];
const measure = (days: number, change?: Change, odd?: number[], first = 10) =>
  monitor.measure(world("analysis", first, days, change, odd));
const said = (events: readonly AlertEvent[]) =>
  events.map(({ kind, rule, cause, chunk }) => `${kind} ${rule} ${cause} ${chunk}`);

it("tells what broke in the first new day at once, and that it is over", async () => {
  const broken: Change = (value, column, day) => (column === "b" && day === 12 ? value * 1000 : value);
  const first = findingEvents(await measure(2), { outputs });
  expect(first.events).toEqual([]);
  const second = findingEvents(await measure(3, broken), { outputs }, first.memory);
  expect(said(second.events)).toEqual(["alert data b 1970-01-13"]);
  expect(second.events[0].message).toMatch(/^b: its values are [\d,]+ times as large/);
  const again = findingEvents(await measure(3, broken), { outputs }, second.memory);
  expect(again).toEqual({ events: [], memory: second.memory });
  const third = findingEvents(await measure(4, broken), { outputs }, again.memory);
  expect(said(third.events)).toEqual(["all_clear data b 1970-01-14"]);
});

it("says nothing of one empty cell", async () => {
  const one: Change = (value, column, day, k) => (column === "b" && day === 12 && k === 5 ? Number.NaN : value);
  expect(findingEvents(await measure(3, one), { outputs }).events).toEqual([]);
});

it("clears as one what it told as one, when the last of it is over", async () => {
  const gone =
    (until: Record<string, number>): Change =>
    (value, column, day) =>
      day >= 12 && day < (until[column] ?? 0) ? Number.NaN : value;
  const all = { b: 13, c: 13, d: 13, e: 14 };
  const before = findingEvents(await measure(2), { outputs });
  const told = findingEvents(await measure(3, gone(all)), { outputs }, before.memory);
  expect(told.events).toMatchObject([{ kind: "alert", cause: "b", also: ["c", "d", "e"] }]);
  const some = findingEvents(await measure(4, gone(all)), { outputs }, told.memory);
  expect(some.events).toEqual([]);
  const none = findingEvents(await measure(5, gone(all)), { outputs }, some.memory);
  expect(none.events).toMatchObject([{ kind: "all_clear", also: ["c", "d", "e"] }]);
});

it("is not deaf after a row with a date of another century", async () => {
  const odd = findingEvents(await measure(3, undefined, [80_000]), { outputs });
  expect(odd.memory.last).toBe(12 * DAY);
  const gone: Change = (value, column, day) => (column === "b" && day >= 13 ? Number.NaN : value);
  const later = findingEvents(await measure(4, gone, [80_000]), { outputs }, odd.memory);
  expect(said(later.events)).toEqual(["alert data b 1970-01-14"]);
});

it("counts what was taken, and gives a corrected address what the wrong one owes", async () => {
  const gone: Change = (value, column, day) => (column === "b" && day >= 12 ? Number.NaN : value);
  const path = join(folder, "desk.json");
  const results = await measure(3, gone);
  const taken: AlertEvent[] = [];
  const wrong = { name: "webhook http://a", send: () => Promise.reject(new Error("status 400")) };
  const right = { name: "webhook http://b", send: async (event: AlertEvent) => void taken.push(event) };
  expect(await handleAlerts(results, { path, sinks: [wrong] })).toMatchObject({ taken: 0, failures: [{}] });
  expect(await handleAlerts(results, { path, sinks: [right] })).toMatchObject({ taken: 1, events: [], failures: [] });
  expect(taken).toHaveLength(1);
});
