import { ChurnError } from "../core/errors.js";
import { rocAuc } from "../statistics/roc-auc.js";
import type { ChurnModel } from "./churn-model.js";
import { type Dataset, pickRows } from "./dataset.js";
import type { TrainResult } from "./train-model.js";

/** Whether a new model may go into service. */
export interface Gate {
  passed: boolean;
  /** Why not, in sentences. */
  failures: string[];
  auc: number | null;
  /** ROC AUC of the model in service; null without one. */
  previousAuc: number | null;
  /** What the model in service was measured on. */
  previousOn: "the same test rows" | "its own test rows" | null;
}

/**
 * Checks a trained model against the gates of its options: `min_auc`, and `max_drop` against the model in service.
 *
 * The model in service is measured on the new test rows when it held out the same subscribers and reads the same features;
 * otherwise by what its own report says.
 *
 * @param dataset what the new model was trained on
 */
export function checkGate(result: TrainResult, dataset: Dataset, previous?: ChurnModel | null): Gate {
  const { min_auc, max_drop } = result.model.facts.settings;
  const auc = result.metrics.roc_auc.value;
  const gate: Gate = { passed: true, failures: [], auc, previousAuc: null, previousOn: null };
  if (min_auc !== null && !(auc !== null && auc >= min_auc)) {
    gate.failures.push(`ROC AUC ${text(auc)} on the test rows is below min_auc ${min_auc}`);
  }
  if (previous) {
    const same = comparable(result.model, previous);
    gate.previousOn = same ? "the same test rows" : "its own test rows";
    if (same) {
      const test = pickRows(dataset, result.holdout.rows);
      const score = previous.predict({ names: test.features, columns: test.columns });
      gate.previousAuc = rocAuc(result.holdout.label, score);
    } else gate.previousAuc = previous.facts.report.metrics.roc_auc.value;
    if (max_drop !== null && gate.previousAuc !== null && !(auc !== null && auc >= gate.previousAuc - max_drop)) {
      gate.failures.push(
        `ROC AUC ${text(auc)} is more than max_drop ${max_drop} below ${text(gate.previousAuc)} of model ` +
          `${previous.version} in service (on ${gate.previousOn})`,
      );
    }
  }
  gate.passed = gate.failures.length === 0;
  return gate;
}

/** @throws ChurnError GATE_FAILED with all failures */
export function requireGate(gate: Gate): void {
  if (gate.passed) return;
  throw new ChurnError("GATE_FAILED", gate.failures.join("; "), { hint: "the model in service is kept" });
}

function comparable(model: ChurnModel, previous: ChurnModel): boolean {
  const [a, b] = [model.facts, previous.facts];
  return (
    a.plan_hash === b.plan_hash &&
    a.settings.seed === b.settings.seed &&
    a.settings.test_subscribers === b.settings.test_subscribers &&
    a.features.length === b.features.length &&
    a.features.every((name) => b.features.includes(name))
  );
}

const text = (value: number | null) => (value === null ? "(not defined)" : value.toFixed(4));
