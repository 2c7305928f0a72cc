import type { FeaturePlan } from "./feature-plan.js";
import type { LabelFacts } from "./label-facts.js";
import { daysText } from "./label-rule.js";

/** Share of churners above which "no activity in the horizon" is the rule and not an event. */
const MOST = 0.5;
/** Share that may come back after a label of churn: what a proposed horizon allows. */
const BACK = 0.05;

/**
 * Says what makes one doubt the labels: what nobody saw, more than half of the subscribers that "churn", a horizon shorter than the usual
 * gap between two active days, so that an ordinary pause counts as churn, and who comes back after it.
 */
export function labelNotes(plan: FeaturePlan, facts: LabelFacts): string[] {
  const { known, churned, unknown, churnedUnseen, gaps, returns } = facts;
  const notes: string[] = [];
  const horizon = daysText(plan.horizon);
  const all = known + unknown.unseen;
  if (unknown.unseen > 0) {
    notes.push(
      `${number(unknown.unseen)} of ${number(all)} snapshots (${percent(unknown.unseen / all)}) have no label: their subscribers have no row with a flag in the ${horizon} and did nothing, which may be churn or a fault of the log; to take them for churners: features.silent leaver`,
    );
  }
  if (churnedUnseen > 0) {
    notes.push(
      `${number(churnedUnseen)} of ${number(churned)} labels of churn (${percent(churnedUnseen / churned)}) are no flag, but silence: no row with a flag in the ${horizon} (features.silent is leaver; unknown leaves them without a label)`,
    );
  }
  if (plan.label === "derived" && known > 0 && churned > MOST * known) {
    notes.push(
      `${((100 * churned) / known).toFixed(0)} % of the labels are churn: no activity in ${horizon} is the rule here, not an event; a longer horizon tells more (features.horizon)`,
    );
  }
  if (gaps && (plan.horizon < gaps.median || 2 * gaps.longer > gaps.subscribers)) {
    const usual =
      plan.horizon < gaps.median
        ? `half of the gaps between two active days of a subscriber are of ${gaps.median} days and more, longer than the horizon of ${horizon}`
        : `${percent(gaps.longer / gaps.subscribers)} of the subscribers with two active days are silent for longer than the horizon of ${horizon} on average`;
    notes.push(
      `${usual}: an ordinary pause counts as churn; of all gaps a quarter are of ${gaps.p75} days and more, a tenth of ${gaps.p90}, one in twenty of ${gaps.p95} (features.horizon; churn init proposes one)`,
    );
  }
  const most = returns?.byDays.at(-1);
  if (returns && most && most.share > BACK) {
    const when = returns.byDays.map(({ days, share }) => `${percent(share)} after ${daysText(days)}`);
    notes.push(
      `of ${number(returns.subscribers)} subscribers with a label of churn ${number(returns.back)} were active again after its horizon (${when.join(", ")}): they had not left${plan.label === "derived" ? "; a longer horizon calls fewer of them churners (features.horizon)" : ""}`,
    );
  }
  return notes;
}

const number = (n: number) => n.toLocaleString("en-US");
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
