import { COMPARED, type ComparedMetric, type Estimate } from "../evaluate.js";
import type { Candidate } from "./candidate-table.js";

const TITLES: Record<ComparedMetric, string> = {
  roc_auc: "ROC AUC",
  average_precision: "average precision",
  log_loss: "log loss",
};

/** What a gain says: an interval that holds 0 tells nothing apart, which is not to be equal. */
export function verdictOf({ value, low, high }: Estimate): string {
  if (value === null || low === null || high === null) return "no interval was drawn";
  if (low > 0) return "the model is better";
  if (high < 0) return "the model is worse";
  return "cannot be told apart on these rows";
}

/** How the chosen model does beside the others on the test rows: one sentence without a full stop; "" where there is no interval. */
export function testWords(candidates: readonly Candidate[]): string {
  // a blend that was not taken is no rival of its own parts
  const rivals = candidates.flatMap(({ name, engine, gain }) => (gain && engine !== "blend" ? [{ name, gain }] : []));
  if (!rivals.some(({ gain }) => COMPARED.some((metric) => gain[metric].low !== null))) return "";
  const rows = rivals.map(({ name, gain }) => {
    const of = (words: string) => COMPARED.filter((metric) => verdictOf(gain[metric]) === words);
    const behind = of("the model is worse").map((metric) => `worse in ${shown(metric, gain[metric])}`);
    const even = of("cannot be told apart on these rows").map((metric) => shown(metric, gain[metric]));
    return { name, behind, even, isAhead: of("the model is better").length === COMPARED.length };
  });
  const ahead = rows.filter(({ isAhead }) => isAhead).map(({ name }) => name);
  const parts = [
    ...(ahead.length > 0
      ? [`it is ahead of ${listed(ahead)} in ROC AUC, average precision and log loss, beyond noise`]
      : []),
    ...rows.flatMap(({ name, behind }) => (behind.length > 0 ? [`against ${name} it is ${behind.join(", ")}`] : [])),
    ...rows.flatMap(({ name, even }) =>
      even.length > 0 ? [`it cannot be told apart from ${name} on these rows in ${listed(even)}`] : [],
    ),
  ];
  return `on the test rows, ${parts.join("; ")}`;
}

const shown = (metric: ComparedMetric, { value, low, high }: Estimate) =>
  `${TITLES[metric]} (${signed(value ?? 0)}, 95 % ${signed(low ?? 0)} … ${signed(high ?? 0)})`;

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
