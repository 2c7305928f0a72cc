import { ChurnError } from "../../core/errors.js";
import type { ChunkInfo, Measure, Series } from "../../monitoring/calculators/measure.js";
import type { CalculatorName } from "../../monitoring/engine/calculators.js";
import type { MonitoringResults } from "../../monitoring/engine/fit-monitor.js";
import type { MonitoringResult } from "../../monitoring/results/monitoring-result.js";
import { type AlertEvent, identified, type Unidentified } from "./alert-event.js";

/** When to raise an alert. What is left out matches everything. */
export interface AlertRule {
  readonly name: string;
  readonly part?: CalculatorName;
  readonly metric?: string;
  readonly column?: string;
  /** Chunks in a row that must alert; 1. */
  readonly chunksInARow?: number;
  /** Chunks in a row without an alert that end it; 1. */
  readonly clearAfter?: number;
  /** Chunks after an all-clear in which the same cause stays quiet; 0. */
  readonly coolDown?: number;
}

/** What is remembered of a cause from one run to the next. */
interface CauseState {
  /** Start of the last chunk that was looked at. */
  last: number;
  alerting: number;
  quiet: number;
  since: string;
  open: boolean;
  /** Chunks to go in which it stays quiet. */
  cooling: number;
}

/** What is remembered between runs: plain data, to be saved. */
export type AlertMemory = Record<string, CauseState>;

/** Rules by the limits of single chunks, for those who want chunks in a row in place of findings. */
export const DEFAULT_RULES: readonly AlertRule[] = [
  { name: "performance", part: "realized", chunksInARow: 2 },
  { name: "estimated performance", part: "cbpe", chunksInARow: 2 },
  { name: "drift", part: "univariate", chunksInARow: 3, clearAfter: 3 },
  { name: "data", part: "missing", chunksInARow: 1 },
];

/**
 * Finds what is new to tell: one alert for each cause, when it has lasted long enough, and one all-clear when it is over.
 *
 * Chunks that were looked at before are not looked at again, so that a run may hand over all chunks or the new ones only. A
 * chunk without a value neither alerts nor clears.
 */
export function alertEvents(
  results: MonitoringResults,
  rules: readonly AlertRule[],
  memory: AlertMemory,
  subject: string | null = null,
): { events: AlertEvent[]; memory: AlertMemory } {
  const next: AlertMemory = structuredClone(memory);
  const events: Unidentified[] = [];
  for (const rule of rules) {
    checkRule(rule);
    for (const result of Object.values(results)) {
      if (rule.part && result.calculator !== rule.part) continue;
      for (const [cause, series] of causesOf(result, rule)) events.push(...follow(result, rule, cause, series, next));
    }
  }
  return { events: bundled(events).map((event) => identified(event, subject)), memory: next };
}

function checkRule(rule: AlertRule): void {
  for (const key of ["chunksInARow", "clearAfter", "coolDown"] as const) {
    const value = rule[key];
    if (value !== undefined && (!Number.isInteger(value) || value < (key === "coolDown" ? 0 : 1))) {
      throw new ChurnError("BAD_OPTION", `alert rule "${rule.name}": ${key} cannot be ${JSON.stringify(value)}`);
    }
  }
}

/** Series by what they are about: the methods of one column are one cause. */
function causesOf(result: MonitoringResult, rule: AlertRule): Map<string, Series[]> {
  const causes = new Map<string, Series[]>();
  for (const series of result.series) {
    if (rule.metric && series.metric !== rule.metric) continue;
    if (rule.column && series.column !== rule.column) continue;
    const cause = series.column ?? series.metric;
    causes.set(cause, [...(causes.get(cause) ?? []), series]);
  }
  return causes;
}

function follow(
  result: MonitoringResult,
  rule: AlertRule,
  cause: string,
  series: readonly Series[],
  memory: AlertMemory,
): Unidentified[] {
  const { chunksInARow = 1, clearAfter = 1, coolDown = 0 } = rule;
  const key = `${rule.name}/${result.calculator}/${cause}`;
  memory[key] ??= { last: Number.NEGATIVE_INFINITY, alerting: 0, quiet: 0, since: "", open: false, cooling: 0 };
  const state = memory[key];
  const events: Unidentified[] = [];
  result.chunks.forEach((chunk, i) => {
    const place = chunk.startMs ?? chunk.chunkIndex;
    if (chunk.period === "reference" || place <= state.last) return;
    const measures = series.map((each) => each.measures[i]);
    // what has no value yet, such as a metric whose labels are late, is looked at again
    if (measures.every(({ value }) => value === null)) return;
    state.last = place;
    const loud = measures.findIndex(({ alert }) => alert === true);
    const event = (kind: AlertEvent["kind"], at: number) =>
      eventOf(
        { kind, rule: rule.name, cause, part: result.calculator, since: state.since },
        chunk,
        series[at],
        measures[at],
      );
    if (loud >= 0) {
      if (state.alerting === 0) state.since = state.open ? state.since : chunk.key;
      state.alerting++;
      state.quiet = 0;
      if (!state.open && state.alerting >= chunksInARow && state.cooling === 0) {
        state.open = true;
        events.push(event("alert", loud));
      }
    } else {
      state.alerting = 0;
      state.quiet++;
      if (state.open && state.quiet >= clearAfter) {
        state.open = false;
        events.push(event("all_clear", 0));
        state.cooling = coolDown + 1;
      }
    }
    if (state.cooling > 0) state.cooling--;
  });
  return events;
}

const FEW = 3;

/** One event for many columns of which the same is to be told of one chunk; the one that went farthest speaks. */
function bundled(events: readonly Unidentified[]): Unidentified[] {
  const groups = new Map<string, Unidentified[]>();
  for (const event of events) {
    const key = [event.rule, event.part, event.kind, event.chunk].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length <= FEW) return group;
    const sorted = [...group].sort((a, b) => farness(b) - farness(a));
    const [first, ...others] = sorted;
    const also = others.map(({ cause }) => cause);
    const names = `${others
      .slice(0, FEW)
      .map(({ title }) => title)
      .join("; ")}${also.length > FEW ? " …" : ""}`;
    return [{ ...first, also, message: `${first.message}; and ${also.length} more: ${names}` }];
  });
}

const farness = ({ value, upperThreshold }: Unidentified): number => (value ?? 0) / (upperThreshold || 1);

function eventOf(
  origin: Pick<AlertEvent, "kind" | "rule" | "cause" | "part" | "since">,
  chunk: ChunkInfo,
  series: Series,
  { value, lowerThreshold, upperThreshold }: Measure,
): Unidentified {
  const title = series.columnTitle ?? series.column ?? series.label;
  const what = series.column ? `${title}: ${series.label}` : title;
  const limits = `${lowerThreshold?.toPrecision(4) ?? "−∞"} … ${upperThreshold?.toPrecision(4) ?? "∞"}`;
  const message =
    origin.kind === "alert"
      ? `${what} is ${value?.toPrecision(4)} in chunk ${chunk.key}, outside ${limits}, since ${origin.since}`
      : `${what} is back within ${limits} in chunk ${chunk.key}; it was outside since ${origin.since}`;
  return { ...origin, title, chunk: chunk.key, message, value, lowerThreshold, upperThreshold };
}
