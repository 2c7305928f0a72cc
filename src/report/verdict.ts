import { formatNumber } from "../charts/format-number.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { type Change, leadChanges } from "./column-changes.js";
import { type Judgement, judgeResults, type Performance } from "./judge-results.js";

/** What a reader needs first. */
export interface Verdict {
  readonly state: "good" | "watch" | "bad" | "unknown";
  /** Is the model still good? */
  readonly headline: string;
  readonly details: readonly string[];
  /** First chunk of the run of alerts that lasts to the end (or nearly), where there is one. */
  readonly since: string | null;
  readonly changes: readonly Change[];
  /** What went far and is over by now. */
  readonly past: readonly Change[];
  readonly advice: readonly string[];
}

/** What the columns that the model writes, and the labels, are called. */
const OUTPUTS = ["y_pred_proba", "y_pred", "y_true"];

/**
 * Judges a run: is the model still good, since when not, what changed, and what to do.
 *
 * @param outputs columns of the model and the labels: when they move that is a consequence, not a cause
 */
export function verdictOf(results: MonitoringResults, outputs: readonly string[] = OUTPUTS): Verdict {
  const judgement = judgeResults(results, outputs);
  const { state, causes, realized, estimated } = judgement;
  const { bad, odd } = sidesOf(judgement);
  return {
    state,
    headline: headlineOf(judgement),
    details: detailsOf(judgement, { realized, estimated: results.cbpe ? (estimated ?? null) : undefined }),
    since: (bad ?? odd)?.since ?? null,
    changes: causes.changes,
    past: causes.past,
    advice: adviceOf(judgement),
  };
}

function sidesOf({ realized, estimated }: Judgement) {
  const on = (side: Performance["side"]) => [realized, estimated].find((each) => each?.side === side);
  return { bad: on("below"), odd: on("above"), judged: realized ?? estimated };
}

const nameOf = ({ outcome, label }: Performance): string => `${outcome} ${label}`;

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

function headlineOf(judgement: Judgement): string {
  const { empty, causes } = judgement;
  const { changes, past } = causes;
  const { bad, odd, judged } = sidesOf(judgement);
  return empty
    ? "Nothing to judge yet: there is nothing beside the reference."
    : !judged
      ? changes.length > 0
        ? `The data changed (${count(changes.length, "column")}); how the model does is not known without scores or labels.`
        : "The data look as they did in the reference; how the model does is not known without scores or labels."
      : bad
        ? `No: ${nameOf(bad)} has been below its limit since ${bad.since}.`
        : odd
          ? `Unusual: ${nameOf(odd)} has been above its limit since ${odd.since}${changes.length > 0 ? `, and ${count(changes.length, "column")} changed` : ""}.`
          : changes.length > 0
            ? `Yes, ${nameOf(judged)} is within its limits, but ${count(changes.length, "column")} changed${past[0] ? `; what happened in ${past[0].since} is over` : ""}.`
            : `Yes: ${nameOf(judged)} is within its limits and the data look as they did in the reference.`;
}

/** @param estimated null where performance was to be estimated and no chunk allowed it */
function detailsOf(
  { missed, causes }: Judgement,
  { realized, estimated }: { realized: Performance | undefined; estimated: Performance | null | undefined },
): string[] {
  const details: string[] = [];
  if (realized) details.push(performanceText(realized));
  if (estimated) details.push(performanceText(estimated));
  if (estimated === null) details.push("Performance could not be estimated: no chunk allowed it.");
  for (const { title, text, since } of causes.moved) details.push(`The column ${title} moved since ${since}: ${text}.`);
  if (causes.multivariate) {
    details.push("The columns together look different from the reference (multivariate drift alerts).");
  }
  if (missed) {
    details.push(
      `What came true lies outside the estimate of ${missed.label} in ${missed.misses} of ${missed.chunks} chunks: people with the ` +
        "same features behave differently now, which no estimate and no drift of features can see.",
    );
  }
  const over = leadChanges(causes.past, 3).map(({ title, text, since }) => `${title} in ${since} (${text})`);
  if (over.length > 0) details.push(`Over by now: ${over.join("; ")}.`);
  return details;
}

function performanceText({ outcome, label, last, alerts, chunks }: Performance): string {
  const { value, lowerThreshold: low, upperThreshold: high } = last.measure;
  const usual =
    low === null && high === null
      ? ""
      : `, limits ${formatNumber(low ?? -Infinity)} … ${formatNumber(high ?? Infinity)}`;
  const title = outcome === "estimated" ? "Estimated" : "Realized";
  return `${title} ${label}: ${formatNumber(value ?? Number.NaN)} in the last chunk (${last.chunk.key}${usual}); ${alerts} of ${chunks} chunks alert.`;
}

// nothing that people do makes a mean this many times as large
const SCALE = 20;

function adviceOf({ state, causes, realized }: Judgement): string[] {
  const { changes, broken } = causes;
  const names = leadChanges(changes, 3).map(({ title }) => title);
  // a title may have a comma itself
  const comma = names.some((title) => title.includes(",")) ? "; " : ", ";
  const listed =
    names.length > 1
      ? `${names.slice(0, -1).join(comma)}${comma === "; " ? ";" : ""} and ${names.at(-1)}`
      : (names[0] ?? "");
  const advice: string[] = [];
  const other = changes.find(({ ratio = 1 }) => ratio >= SCALE || ratio <= 1 / SCALE);
  if (other) {
    const { ratio = 1 } = other;
    const times = formatNumber(ratio >= 1 ? ratio : 1 / ratio);
    const way = ratio >= 1 ? "times as large" : "times as small";
    advice.push(`Look at the source of ${other.title} first: its mean is ${times} ${way}. Did its unit change?`);
  }
  if (broken[0]) {
    advice.push(
      `Look at the source of ${broken[0].title}: ${broken[0].text}. If the feed is broken, so are scores made from it.`,
    );
  }
  if (state === "bad" && changes.length > 0) {
    advice.push(`Ask who changed ${listed}: a campaign, a price, a fault in the feed?`);
    advice.push(
      "If the change is real, train again on rows from after it, and keep this reference until the new model is out.",
    );
  } else if (state === "bad") {
    advice.push(
      "No column changed, yet performance did: the relation of columns and outcome changed. Train again on recent labels.",
    );
  } else if (state === "watch" && listed && !other) {
    advice.push(`Nothing to do yet: watch ${listed}, and train again if performance follows.`);
  } else if (state === "good") advice.push("Nothing to do.");
  if (!realized && state !== "unknown") {
    advice.push(
      "No label of the analysis is in yet: this rests on an estimate, which cannot see that people themselves changed.",
    );
  }
  return advice;
}
