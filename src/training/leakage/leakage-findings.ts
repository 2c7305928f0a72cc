import { type FeatureStrength, strengthOf } from "./feature-strength.js";
import type { LateRows } from "./late-rows.js";
import type { NamingColumn } from "./names-subscriber.js";
import type { OneSidedGroup } from "./one-sided.js";

/** Something that a model might learn and will not have when it counts. */
export interface LeakageFinding {
  kind: "after the event" | "too good" | "missing tells" | "id" | "of later" | "overlap" | "late rows";
  /** high: it is hardly anything else; look: it may be right. */
  severity: "high" | "look";
  /** Null where it is not of one feature. */
  feature: string | null;
  title: string | null;
  /** What was found, and what it may be, in plain words. */
  text: string;
  /** What was measured: an area under the ROC curve, a share; with its 95 % interval where it has one. */
  value: number;
  low: number | null;
  high: number | null;
}

/** A feature and all that was looked at of it. */
export type LookedAt = FeatureStrength & {
  title: string;
  settled: OneSidedGroup[];
  naming: NamingColumn | undefined;
  ofLater: boolean;
  /** Computed of the log's days before the snapshot by the plan's own kinds: a gap of it is silence. */
  isOfLog: boolean;
};

/** Areas from which on a single feature is said to be too good: nearly a certainty, and better than a rule of thumb ever is. */
const CERTAIN = 0.98;
const TOO_GOOD = 0.9;
/** Area from which on a gap is said to tell the label. */
const GAP_TELLS = 0.65;
const GAP_SETTLES = 0.8;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const number = (n: number) => n.toLocaleString("en-US");

/** Puts what was found into words, worst first, and says what is well. */
export function findingsOf(
  looked: readonly LookedAt[],
  {
    late,
    overlap,
    derived,
  }: { late: LateRows | null; overlap: { both: number; test: number } | null; derived: boolean },
): { findings: LeakageFinding[]; well: string[] } {
  const findings = [
    ...looked.flatMap((each) => featureFindings(each, derived)),
    ...ofLater(looked.filter((each) => each.ofLater)),
  ];
  const well: string[] = [];
  const count = `${looked.length} features`;
  const none = (kind: LeakageFinding["kind"], text: string) => {
    if (!findings.some((each) => each.kind === kind)) well.push(text);
  };
  none("too good", `none of ${count} alone orders churners before others too well (ROC AUC above ${TOO_GOOD})`);
  none("after the event", `no value of a feature is there for churners alone`);
  none("missing tells", `no gap of a feature tells the label (ROC AUC of being missing above ${GAP_TELLS})`);
  none("id", "no feature is a number of its subscriber or row");
  if (overlap === null) well.push("the split of train cannot be made yet: too few labels, or days");
  else if (overlap.both === 0) well.push(`none of ${number(overlap.test)} subscribers of the test trains`);
  else {
    findings.push({
      ...{ kind: "overlap", severity: "high", feature: null, title: null, low: null, high: null },
      text: `${number(overlap.both)} of ${number(overlap.test)} subscribers of the test train as well: the model knows them`,
      value: overlap.both / overlap.test,
    });
  }
  if (late === null) well.push("all days were loaded as history: the ledger does not know when their rows came");
  else if (late.late === 0) well.push(`of ${number(late.rows)} rows that came while their days were new none was late`);
  else findings.push(lateFinding(late));
  const rank = { high: 0, look: 1 };
  findings.sort((a, b) => rank[a.severity] - rank[b.severity] || b.value - a.value);
  return { findings, well };
}

function featureFindings(each: LookedAt, derived: boolean): LeakageFinding[] {
  const { feature, title, auc, missingAuc, settled, naming, isOfLog } = each;
  const of = { feature, title };
  const found: LeakageFinding[] = [];
  const called = title === feature ? title : `${title} (${feature})`;
  for (const group of settled) {
    if (isOfLog && group.group === "missing") continue;
    const { snapshots, subscribers, churned, rate } = group;
    const limits = { low: null, high: null };
    const many = `${number(churned)} of ${number(snapshots)} snapshots (${number(subscribers)} subscribers)`;
    found.push({
      ...{
        kind: group.group === "missing" ? "missing tells" : "after the event",
        severity: isOfLog ? "look" : "high",
        ...of,
        ...limits,
      },
      text: `${called}: where it is ${group.group}, ${many} churned: it seems to be there only after the event, or because of it`,
      value: rate,
    });
  }
  if (auc) {
    const { value, least, most } = strengthOf(auc);
    if (least >= TOO_GOOD) {
      const certain = least >= CERTAIN && !isOfLog;
      const why = isOfLog
        ? `; it is made of days before the snapshot alone${derived ? ", and with a label of silence recency may be that good" : ""}: ask whether leaving has begun by then, or a measure is corrected later`
        : "";
      found.push({
        ...{ kind: "too good", severity: certain ? "high" : "look", ...of, value, low: least, high: most },
        text: `${called}: alone it tells churner from stayer in ${percent(value)} of all pairs (${percent(least)} to ${percent(most)}): what is that good often follows from the label, or was written after it${why}`,
      });
    }
  }
  if (missingAuc && !settled.length && !isOfLog) {
    const { value, least, most } = strengthOf(missingAuc);
    if (least >= GAP_TELLS) {
      const who = missingAuc.auc >= 0.5 ? "churners" : "those who stay";
      found.push({
        // a value that came with leaving stands beside snapshots of long before as well
        ...{ kind: "missing tells", severity: each.ofLater || least >= GAP_SETTLES ? "high" : "look" },
        ...{ ...of, value, low: least, high: most },
        text: `${called}: it is missing in ${percent(each.missing)} of the snapshots, mostly of ${who}, and whether it is there tells churner from stayer in ${percent(value)} of all pairs (${percent(least)} to ${percent(most)}): was it filled in when somebody left, or for those who stayed?`,
      });
    }
  }
  if (naming) {
    const how =
      naming.how === "constant"
        ? `each subscriber has one value, and nearly every one another (${number(naming.distinct)})`
        : `it is another whole number in every snapshot (${number(naming.distinct)})`;
    found.push({
      ...{ kind: "id", severity: naming.isWhole ? "high" : "look", ...of, low: null, high: null },
      text: `${called}: ${how}: it is a number or name of the ${naming.how === "constant" ? "subscriber" : "row"}, and teaches whom to remember; leave it out (features.use_attributes)`,
      value: 1,
    });
  }
  return found;
}

/** Attributes without a day from which they are valid: one finding, since there is one cure. */
function ofLater(attributes: readonly LookedAt[]): LeakageFinding[] {
  if (attributes.length === 0) return [];
  const best = attributes.map(({ auc }) => (auc ? strengthOf(auc).value : 0.5));
  const value = Math.max(...best);
  const strongest = attributes[best.indexOf(value)];
  return [
    {
      ...{ kind: "of later", severity: "look", feature: strongest?.feature ?? null, title: strongest?.title ?? null },
      text: `${attributes.length} features are attributes as of the day of their file, also in snapshots of long before (the strongest, ${strongest?.title}, has a ROC AUC of ${value.toFixed(3)}): what changed because somebody left would be known too early; name the column of the day in load.attributes.valid_from`,
      ...{ value, low: null, high: null },
    },
  ];
}

function lateFinding({ rows, late, delay }: LateRows): LeakageFinding {
  const share = late / rows;
  return {
    ...{
      kind: "late rows",
      severity: share > 0.05 ? "high" : "look",
      feature: null,
      title: null,
      low: null,
      high: null,
    },
    text: `${number(late)} of ${number(rows)} rows (${percent(share)}) that came while their days were new came later than the day after their own, half of them ${delay} days after it or later: snapshots of old days count rows that a snapshot of that day did not have; let the snapshot day lie later behind the last day`,
    value: share,
  };
}
