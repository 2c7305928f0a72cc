import { ChurnError } from "../../core/errors.js";
import type { ChurnModel } from "../churn-model.js";
import { type Dataset, take } from "../dataset.js";
import { planOf } from "../plan-titles.js";
import { probabilityEffects } from "./average-effects.js";
import { type ReasonWords, reasonWords } from "./reason-words.js";

/** What one feature of one snapshot does to its churn probability. */
export interface FeatureEffect {
  feature: string;
  /** What a person calls it. */
  title: string;
  /** null where it is missing. */
  value: number | null;
  /** Added to the churn probability, 0.05 for five points; below 0 it speaks against churn. */
  effect: number;
}

/** What the features of one idea do together: near copies share an effect. `feature`, `title` and `value` are of the largest. */
export interface Reason extends FeatureEffect {
  /** In words: "data volume down 70% from the usual 400 MB a week". */
  text: string;
  /** All features of the idea, the largest effect first. */
  features: FeatureEffect[];
}

/** Why one snapshot has its churn probability. */
export interface Explanation {
  /** Row of the data set. */
  row: number;
  subscriber: string;
  probability: number;
  /** Where the effects begin: all of them together lead from here to `probability`. */
  baseline: number;
  /**
   * What the baseline is: the mean probability of the training snapshots; or, of a model made before that was kept, the
   * probability of a row to which no tree adds anything.
   */
  baselineOf: "average" | "zero";
  /** The largest effects first, whichever their sign. */
  reasons: Reason[];
  /** Sum of the effects of the other reasons; smaller than the largest. */
  others: number;
}

/**
 * Explains churn probabilities by the features of each row: exact Shapley values of the trees (TreeSHAP; Lundberg et al.
 * 2018), stretched from the score to the calibrated probability, less their mean over the training snapshots, so that the
 * average snapshot has no reasons, and the mean probability and the effects sum to the probability of the row.
 *
 * Features that say nearly the same, of one measure and one idea, are one reason. A row of a forest of 100 trees takes about
 * a millisecond at depth 5 and ten at depth 10: ask for the rows that somebody will read.
 *
 * @param rows rows of the data set; all when left out
 * @param options.top number of reasons; 3. There are more where the rest would outweigh them
 * @throws ChurnError BAD_INPUT for other features than the model's; BAD_OPTION for an engine without reasons
 */
export function explainRows(
  model: ChurnModel,
  dataset: Omit<Dataset, "label" | "horizon">,
  rows: Int32Array = Int32Array.from(dataset.day, (_, i) => i),
  { top = 3 }: { top?: number } = {},
): Explanation[] {
  const columns = dataset.columns.map((column) => take(column, rows));
  const table = model.ordered({ names: dataset.features, columns });
  const { calibration, average, engine, plan } = model.facts;
  const found = probabilityEffects({ trees: model.trees, calibration }, table);
  if (found === null) {
    throw new ChurnError("BAD_OPTION", `engine ${JSON.stringify(engine)} gives no reasons`, {
      hint: 'train with engine "forest"',
    });
  }
  const words = reasonWords(planOf(plan));
  const width = table.names.length;
  const places = new Map(table.names.map((name, j) => [name, j]));
  return Array.from(rows, (row, i): Explanation => {
    const valueAt = (feature: string) => table.columns[places.get(feature) ?? -1]?.[i] ?? Number.NaN;
    const features = table.names.map((feature, j): FeatureEffect => {
      const value = valueAt(feature);
      return {
        feature,
        title: model.titleOf(feature),
        value: Number.isNaN(value) ? null : value,
        effect: found.effects[i * width + j] - (average?.effects[j] ?? 0),
      };
    });
    const reasons = grouped(features, words, valueAt);
    const shown = enough(reasons, top);
    return {
      row,
      subscriber: dataset.subscriber[row],
      probability: found.probability[i],
      baseline: average?.probability ?? found.zero,
      baselineOf: average ? "average" : "zero",
      reasons: reasons.slice(0, shown),
      others: sum(reasons.slice(shown)),
    };
  });
}

const sum = (effects: readonly { effect: number }[]) => effects.reduce((total, { effect }) => total + effect, 0);

const bySize = (a: { effect: number }, b: { effect: number }) => Math.abs(b.effect) - Math.abs(a.effect);

/** One reason an idea, the largest first. */
function grouped(features: FeatureEffect[], words: ReasonWords, valueAt: (feature: string) => number): Reason[] {
  const groups = new Map<string, FeatureEffect[]>();
  for (const each of features) {
    const { key } = words.ideaOf(each.feature);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()]
    .map((own): Reason => {
      const sorted = own.sort(bySize);
      const [largest] = sorted;
      const text = words.say(words.ideaOf(largest.feature), largest.feature, valueAt);
      return { ...largest, text, effect: sum(sorted), features: sorted };
    })
    .sort(bySize);
}

/** As many reasons as were asked for, and more until the rest is smaller than the largest. */
function enough(reasons: readonly Reason[], top: number): number {
  let shown = Math.min(top, reasons.length);
  const largest = Math.abs(reasons[0]?.effect ?? 0);
  while (shown > 0 && shown < reasons.length && Math.abs(sum(reasons.slice(shown))) >= largest) shown++;
  return shown;
}
