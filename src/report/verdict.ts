import { formatNumber } from "../charts/format-number.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { adviceOf } from "./advice.js";
import { type Change, leadChanges } from "./column-changes.js";
import type { Finding } from "./findings.js";
import { type Judgement, judgeResults, type Performance } from "./judge-results.js";

/** What a reader needs first. */
export interface Verdict {
  readonly state: "good" | "watch" | "bad" | "unknown";
  /** Is the model still good? */
  readonly headline: string;
  readonly details: readonly string[];
  /** First chunk of what makes it bad, or else unusual, where there is one. */
  readonly since: string | null;
  /** Features that changed, a column each; what is broken first. */
  readonly changes: readonly Change[];
  /** What went far and is over by now. */
  readonly past: readonly Change[];
  readonly advice: readonly string[];
  /** All that was found, as data: present first. */
  readonly findings: readonly Finding[];
}

/** What the columns that the model writes, and the labels, are called. */
const OUTPUTS = ["y_pred_proba", "y_pred", "y_true"];

/** How a run is judged. */
export interface VerdictOptions {
  /** Score, predicted class and label, where not `y_pred_proba`, `y_pred`, `y_true`. */
  readonly outputs?: readonly string[] | undefined;
  /** Chance that anything but "good" is said where nothing changed; 0.05. */
  readonly falseAlarms?: number | undefined;
}

/**
 * Judges a run: is the model still good, since when not, what changed, and what to do.
 *
 * @param options names of the outputs (an array of names is taken too), and the rate of false alarms
 */
export function verdictOf(results: MonitoringResults, options: VerdictOptions | readonly string[] = {}): Verdict {
  const { outputs = OUTPUTS, falseAlarms }: VerdictOptions = isNames(options) ? { outputs: options } : options;
  const judgement = judgeResults(results, { outputs, falseAlarms });
  const { state, causes, realized, estimated, findings } = judgement;
  const { bad, odd } = sidesOf(judgement);
  return {
    state,
    headline: headlineOf(judgement),
    details: detailsOf(judgement, { realized, estimated: results.cbpe ? (estimated ?? null) : undefined }),
    since:
      (bad ?? odd)?.finding?.since ??
      (causes.dead[0] ?? causes.changes[0] ?? causes.calibration ?? causes.moved[0])?.since ??
      null,
    changes: causes.changes,
    past: causes.past,
    advice: adviceOf(judgement),
    findings,
  };
}

const isNames = (options: VerdictOptions | readonly string[]): options is readonly string[] => Array.isArray(options);

function sidesOf({ realized, estimated }: Judgement) {
  const on = (side: Performance["side"]) => [realized, estimated].find((each) => each?.side === side);
  return { bad: on("worse"), odd: on("other"), better: on("better"), judged: realized ?? estimated };
}

const nameOf = ({ outcome, label }: Performance): string => `${outcome} ${label}`;

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

function headlineOf(judgement: Judgement): string {
  const { empty, causes } = judgement;
  const { bad, judged } = sidesOf(judgement);
  if (empty) return "Nothing to judge yet: there is nothing beside the reference.";
  const [dead] = causes.dead;
  if (dead) return `No: what the model writes is broken since ${dead.since}: ${dead.title}, ${dead.text}.`;
  if (bad) return `No: ${nameOf(bad)} has been ${placeOf(bad)} since ${bad.finding?.since}.`;
  const unlike = unlikeOf(judgement);
  if (!judged) {
    const unknown = "how the model does is not known without scores or labels";
    return unlike
      ? `The data changed: ${unlike}; ${unknown}.`
      : `The data look as they did in the reference; ${unknown}.`;
  }
  return knownHeadline(judgement, judged, unlike);
}

function knownHeadline(judgement: Judgement, judged: Performance, unlike: string): string {
  const { causes } = judgement;
  const { odd, better } = sidesOf(judgement);
  const over = causes.past[0] ? `; what happened in ${causes.past[0].since} is over` : "";
  if (odd)
    return `Unusual: ${nameOf(odd)} has been ${placeOf(odd)} since ${odd.finding?.since}${unlike ? `, and ${unlike}` : ""}.`;
  const { last, newest } = judged;
  const stale = judged.outcome === "estimated" && last.chunk !== newest;
  const within = stale
    ? `${nameOf(judged)} was within its limits until ${last.chunk.key}, and is not known since`
    : better && better === judged && !causes.calibration
      ? `${nameOf(better)} is better than in the reference since ${better.finding?.since}`
      : `${nameOf(judged)} is within its limits`;
  if (unlike) return `Yes, ${within}, but ${unlike}${over}.`;
  return `Yes: ${within} and the data look as they did in the reference${over}.`;
}

/** Where a metric lies; "limit" only where a chunk passed it. */
function placeOf({ finding }: Performance): string {
  const less = finding?.way === "less";
  if (finding && finding.alerts === 0) return `${less ? "lower" : "higher"} than in the reference`;
  return less ? "below its limit" : "above its limit";
}

/** What else is unlike the reference, in half a sentence. */
function unlikeOf({ causes }: Judgement): string {
  const { changes, broken, calibration, moved, multivariate } = causes;
  const other = changes.length - broken.length;
  const parts = [
    ...(broken.length > 0 ? [`${count(broken.length, "column")} ${broken.length === 1 ? "is" : "are"} broken`] : []),
    ...(other > 0 ? [`${count(other, "column")} changed`] : []),
    ...(calibration ? ["scores do not fit what came true any more"] : []),
  ];
  if (parts.length > 0) return parts.join(" and ");
  if (moved[0]) return `${moved.map(({ title }) => title).join(" and ")} moved`;
  return multivariate ? "the columns together look different" : "";
}

/** @param estimated null where performance was to be estimated and no chunk allowed it */
function detailsOf(
  { missed, causes, small }: Judgement,
  { realized, estimated }: { realized: Performance | undefined; estimated: Performance | null | undefined },
): string[] {
  const details: string[] = [];
  if (realized) details.push(performanceText(realized));
  if (estimated) details.push(performanceText(estimated));
  if (estimated === null) details.push("Performance could not be estimated: no chunk allowed it.");
  for (const { title, text, since } of causes.dead)
    details.push(`The column ${title} is broken since ${since}: ${text}.`);
  if (causes.calibration) details.push(calibrationText(causes.calibration));
  for (const { title, text, since } of causes.moved) details.push(`The column ${title} moved since ${since}: ${text}.`);
  if (causes.multivariate) {
    details.push(`The columns together look different from the reference since ${causes.multivariate.since}.`);
  }
  if (missed) details.push(missedText(missed, causes.changes.length > 0));
  const over = leadChanges(causes.past, 3).map(({ title, text, since }) => `${title} in ${since} (${text})`);
  if (over.length > 0) details.push(`Over by now: ${over.join("; ")}.`);
  if (small.length > 0) {
    const shown = small.slice(0, 3).map(({ key, rows }) => `${key} with ${count(rows, "row")}`);
    details.push(`Not judged, since they hold next to no rows: ${shown.join(", ")}${small.length > 3 ? " …" : ""}.`);
  }
  return details;
}

function missedText({ label, misses, chunks }: NonNullable<Judgement["missed"]>, drifted: boolean): string {
  const blind = drifted ? "which no estimate can see" : "which no estimate and no drift of features can see";
  return (
    `What came true lies outside the estimate of ${label} in ${misses} of ${chunks} chunks: people with the ` +
    `same features behave differently now, ${blind}.`
  );
}

function calibrationText({ metric, worst, usual, since }: Finding): string {
  const value = formatNumber(worst.value ?? Number.NaN);
  const before = usual === null ? "" : `, ${formatNumber(usual)} in the reference`;
  return metric === "slope"
    ? `Scores do not fit what came true since ${since}: the slope of the log-odds is ${value}${before}.`
    : `Scores do not fit what came true since ${since}: the mean score less the rate is ${value}${before}.`;
}

function performanceText({ outcome, label, last, newest, alerts, chunks }: Performance): string {
  const { value, lowerThreshold: low, upperThreshold: high } = last.measure;
  const usual =
    low === null && high === null
      ? ""
      : `, limits ${formatNumber(low ?? -Infinity)} … ${formatNumber(high ?? Infinity)}`;
  const title = outcome === "estimated" ? "Estimated" : "Realized";
  const later = last.chunk === newest ? "" : ` Not known since, up to ${newest.key}.`;
  return `${title} ${label}: ${formatNumber(value ?? Number.NaN)} in the last chunk (${last.chunk.key}${usual}); ${alerts} of ${chunks} chunks alert.${later}`;
}
