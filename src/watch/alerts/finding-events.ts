import type { ChunkInfo } from "../../monitoring/calculators/measure.js";
import type { MonitoringResults } from "../../monitoring/engine/fit-monitor.js";
import { MonitoringResult } from "../../monitoring/results/monitoring-result.js";
import { usualRows } from "../../report/alert-runs.js";
import { textOf } from "../../report/column-changes.js";
import { type Finding, findingsOf } from "../../report/findings.js";
import { type AlertEvent, identified, type Unidentified } from "./alert-event.js";

/** A cause that was told and is not over. */
interface OpenCause {
  readonly title: string;
  readonly rule: string;
  readonly part: string;
  readonly since: string;
  /** What was told in one event is cleared in one. */
  readonly bundle: string;
}

/** What is remembered of findings from one run to the next: plain data. */
export interface FindingMemory {
  /** Start of the last chunk that was looked at; null before the first. */
  readonly last: number | null;
  readonly open: Readonly<Record<string, OpenCause>>;
  /** Causes that are over and stay quiet for so many chunks. */
  readonly cooling: Readonly<Record<string, number>>;
}

export const NO_FINDINGS: FindingMemory = { last: null, open: {}, cooling: {} };

/** How findings are told. */
export interface FindingEventOptions {
  readonly outputs: readonly string[];
  readonly falseAlarms?: number | undefined;
  /** Chunks after an all-clear in which the same cause stays quiet; 0. */
  readonly coolDown?: number | undefined;
  readonly subject?: string | null | undefined;
}

const FEW = 3;

/**
 * What is new to tell, by the findings that the page shows: an alert when a cause is found, an all-clear when it is not any more.
 *
 * A first run tells what is present at its end. A later one looks at the chunks that are new one after the other, as if each had
 * been run for by itself. Chunks with next to no rows, as of a wrong date, are neither looked at nor remembered.
 */
export function findingEvents(
  results: MonitoringResults,
  { outputs, falseAlarms, coolDown = 0, subject = null }: FindingEventOptions,
  memory: FindingMemory = NO_FINDINGS,
): { events: AlertEvent[]; memory: FindingMemory } {
  const chunks = judgedChunks(results);
  const end = chunks.at(-1);
  if (!end) return { events: [], memory };
  const fresh = chunks.filter((chunk) => memory.last !== null && placeOf(chunk) > memory.last);
  // labels that came in since may tell more of chunks that were looked at
  const steps = fresh.length > 0 ? fresh : [end];
  const events: Unidentified[] = [];
  let state = memory;
  for (const chunk of steps) {
    const part = chunk === end ? results : upTo(results, placeOf(chunk));
    const present = causesOf(findingsOf(part, { outputs, falseAlarms }));
    const step = follow(present, part, chunk, state, { coolDown, isNew: fresh.length > 0 || memory.last === null });
    events.push(...step.events);
    state = step.memory;
  }
  return { events: events.map((event) => identified(event, subject)), memory: state };
}

// no name of a column has it
const OF = "\u0000";

const nameOf = (cause: string): string => cause.split(OF).at(-1) ?? cause;

/** The gravest finding of each cause that is present and no change for the better. */
function causesOf(findings: readonly Finding[]): Map<string, Finding> {
  const causes = new Map<string, Finding>();
  for (const finding of findings) {
    const key = finding.column ?? `${finding.part}${OF}${finding.metric}`;
    if (finding.present && finding.better !== true && !causes.has(key)) causes.set(key, finding);
  }
  return causes;
}

function follow(
  present: ReadonlyMap<string, Finding>,
  results: MonitoringResults,
  chunk: ChunkInfo,
  { open, cooling, last }: FindingMemory,
  { coolDown, isNew }: { coolDown: number; isNew: boolean },
): { events: Unidentified[]; memory: FindingMemory } {
  const quiet = Object.fromEntries(
    Object.entries(cooling).flatMap(([cause, left]) => (isNew && left <= 1 ? [] : [[cause, left - (isNew ? 1 : 0)]])),
  );
  const begun = [...present].filter(([cause]) => !Object.hasOwn(open, cause) && !Object.hasOwn(quiet, cause));
  const { told, kept: opened } = tell(begun, results, chunk);
  const all = Object.entries({ ...open, ...opened });
  const isOver = (bundle: string) => all.every(([cause, each]) => each.bundle !== bundle || !present.has(cause));
  const over = all.filter(([, each]) => isOver(each.bundle));
  const left = all.filter(([, each]) => !isOver(each.bundle));
  const cooled = coolDown > 0 ? Object.fromEntries(over.map(([cause]) => [cause, coolDown + 1])) : {};
  return {
    events: [...told, ...cleared(over, chunk)],
    memory: {
      last: Math.max(last ?? Number.NEGATIVE_INFINITY, placeOf(chunk)),
      open: Object.fromEntries(left),
      cooling: { ...quiet, ...cooled },
    },
  };
}

/** Alerts of what has begun: one each, or one for many of a kind, of which the gravest speaks. */
function tell(begun: readonly [string, Finding][], results: MonitoringResults, chunk: ChunkInfo) {
  const groups = new Map<string, [string, Finding][]>();
  for (const each of begun) groups.set(ruleOf(each[1]), [...(groups.get(ruleOf(each[1])) ?? []), each]);
  const told: Unidentified[] = [];
  const kept: Record<string, OpenCause> = {};
  for (const [rule, group] of groups) {
    const bundles = group.length > FEW ? [group] : group.map((each) => [each]);
    for (const bundle of bundles) {
      const [[lead, finding], ...others] = bundle;
      const id = `${rule}/${lead}/${chunk.key}`;
      for (const [cause, each] of bundle) {
        kept[cause] = { title: each.title, rule, part: each.part, since: each.since, bundle: id };
      }
      told.push({
        ...factsOf("alert", lead, kept[lead], chunk),
        ...(others.length > 0 ? { also: others.map(([cause]) => nameOf(cause)) } : {}),
        message: `${messageOf(finding, results)}, since ${finding.since}${moreOf(others.map(([, each]) => each.title))}`,
        value: finding.worst.value,
        lowerThreshold: finding.worst.lowerThreshold,
        upperThreshold: finding.worst.upperThreshold,
      });
    }
  }
  return { told, kept };
}

function cleared(over: readonly [string, OpenCause][], chunk: ChunkInfo): Unidentified[] {
  const bundles = new Map<string, [string, OpenCause][]>();
  for (const each of over) bundles.set(each[1].bundle, [...(bundles.get(each[1].bundle) ?? []), each]);
  return [...bundles.values()].map(([[lead, cause], ...others]) => ({
    ...factsOf("all_clear", lead, cause, chunk),
    ...(others.length > 0 ? { also: others.map(([name]) => nameOf(name)) } : {}),
    message: `${cause.title} is as it was again in chunk ${chunk.key}; it was not since ${cause.since}${moreOf(others.map(([, each]) => each.title))}`,
    value: null,
    lowerThreshold: null,
    upperThreshold: null,
  }));
}

const factsOf = (
  kind: AlertEvent["kind"],
  cause: string,
  { rule, title, part, since }: OpenCause,
  chunk: ChunkInfo,
) => ({
  kind,
  rule,
  // realized and estimated performance are parts of one metric
  cause: nameOf(cause),
  title,
  part,
  since,
  chunk: chunk.key,
});

const moreOf = (titles: readonly string[]): string =>
  titles.length === 0
    ? ""
    : `; and ${titles.length} more: ${titles.slice(0, FEW).join("; ")}${titles.length > FEW ? " …" : ""}`;

function messageOf(finding: Finding, results: MonitoringResults): string {
  const { column, title, label, worst, usual } = finding;
  if (column !== null) return `${title}: ${textOf(finding, results)}`;
  const limits = `${worst.lowerThreshold?.toPrecision(4) ?? "−∞"} … ${worst.upperThreshold?.toPrecision(4) ?? "∞"}`;
  const before = usual === null ? "" : `, usually ${usual.toPrecision(4)}`;
  return `${label} is ${worst.value?.toPrecision(4)}${before}, limits ${limits}`;
}

const RULES: Readonly<Partial<Record<Finding["part"], string>>> = {
  realized: "performance",
  cbpe: "estimated performance",
  calibration: "calibration",
};

const ruleOf = ({ part, broken, kind }: Finding): string =>
  RULES[part] ?? (broken || kind === "missing" ? "data" : "drift");

const placeOf = ({ startMs, chunkIndex }: ChunkInfo): number => startMs ?? chunkIndex;

/** The chunks of the analysis that hold rows enough, in their order. */
function judgedChunks(results: MonitoringResults): ChunkInfo[] {
  // performance waits for labels: the newest chunk may be in other results only
  const [first] = Object.values(results).sort((a, b) => b.chunks.length - a.chunks.length);
  if (!first) return [];
  const least = usualRows(first) / 10;
  return first.chunks.filter(({ period, rows }) => period === "analysis" && rows > 0 && rows >= least);
}

/** The results as they were when this chunk was the last. */
function upTo(results: MonitoringResults, place: number): MonitoringResults {
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const keep = result.chunks.map((chunk) => chunk.period === "reference" || placeOf(chunk) <= place);
      const series = result.series.map((each) => ({ ...each, measures: each.measures.filter((_, i) => keep[i]) }));
      const chunks = result.chunks.filter((_, i) => keep[i]);
      return [name, new MonitoringResult(result.calculator, chunks, series, result.fields, result.warnings)];
    }),
  );
}
