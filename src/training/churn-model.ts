import { createHash } from "node:crypto";
import { ChurnError } from "../core/errors.js";
import type { SnakeKeys } from "../core/key-case.js";
import type { Confusion } from "../statistics/confusion.js";
import { type Calibration, calibrate } from "./calibration.js";
import type { CalibrationCheck } from "./check-calibration.js";
import { loadEngineModel } from "./engines/all-engines.js";
import type { EngineModel, EngineName, FeatureTable, Parameters } from "./engines/engine.js";
import type { Estimate, Metrics } from "./evaluate.js";
import type { AverageEffects } from "./explain/average-effects.js";
import type { FeatureImportance } from "./importances.js";
import type { TrainSettings } from "./options.js";
import type { People } from "./people.js";
import { planTitles } from "./plan-titles.js";
import type { Candidate } from "./report/candidate-table.js";
import type { SegmentRow } from "./report/segment-table.js";
import type { SearchRow } from "./search-grid.js";

/** What a model tells about its making; plain JSON, in the spelling of its file. */
export interface ModelReport {
  split: string;
  train_rows: number;
  train_churned: number;
  test_rows: number;
  test_churned: number;
  /** Snapshot days of the test, days since 1970-01-01. */
  test_days: [first: number, last: number];
  search: SnakeKeys<Omit<SearchRow, "seconds">>[];
  metrics: Metrics;
  /** Of the test snapshots; that of people is in `people`. */
  confusion: Confusion;
  /** Models of before this was counted have none. */
  people?: SnakeKeys<People>;
  /** Models of before these were counted have `baselines` in its place. */
  candidates?: SnakeKeys<Omit<Candidate, "probability">>[];
  baselines?: { name: string; metrics: Metrics | null; auc_gain: Estimate | null; note: string }[];
  importances: SnakeKeys<Omit<FeatureImportance, "title">>[];
  before_calibration: { log_loss: number | null; brier: number | null; ece: number | null };
  /** Models of before this was checked have none. */
  calibration_check?: SnakeKeys<CalibrationCheck>;
  segments: SnakeKeys<SegmentRow>[];
  notes: string[];
}

/** All that a model is made of, but its trees; plain JSON, in the spelling of its file. */
export interface ModelFacts {
  engine: EngineName;
  features: string[];
  /** Days of the label window. */
  horizon: number;
  plan_hash: string | null;
  /** The feature plan itself, as the feature stage gave it. */
  plan: unknown;
  /** SHA-256 of the data set that it was trained and tested on. */
  data_hash: string;
  parameters: Parameters;
  settings: TrainSettings;
  calibration: Calibration;
  /** Where explanations begin; null for an engine without reasons, and missing in models of before it was kept. */
  average?: AverageEffects | null;
  /** Probability from which on churn is predicted. */
  threshold: number;
  report: ModelReport;
}

/** A trained model: features in, churn probabilities out. It does not change. */
export class ChurnModel {
  readonly facts: ModelFacts;
  readonly trees: EngineModel;
  /** When the file says that the model was made; null for one that was not saved yet. */
  readonly createdAt: string | null;
  #text: string | undefined;
  #titleOf: ((feature: string) => string) | undefined;

  constructor(facts: ModelFacts, trees: EngineModel, saved?: { createdAt: string | null; text: string }) {
    this.facts = facts;
    this.trees = trees;
    this.createdAt = saved?.createdAt ?? null;
    this.#text = saved?.text;
  }

  get features(): readonly string[] {
    return this.facts.features;
  }

  get threshold(): number {
    return this.facts.threshold;
  }

  /** What a person calls a feature: "outgoing calls, sum of 30 days"; its name where no plan says more. */
  titleOf(feature: string): string {
    this.#titleOf ??= planTitles(this.facts.plan);
    return this.#titleOf(feature);
  }

  /** First twelve hex digits of the SHA-256 of all that the model is: the same model has the same version. */
  get version(): string {
    return createHash("sha256").update(this.toText()).digest("hex").slice(0, 12);
  }

  /**
   * Churn probability of each row, calibrated.
   *
   * @param table columns by name, in any order
   * @throws ChurnError BAD_INPUT for a feature that is missing, or one that the model does not know
   */
  predict(table: FeatureTable): Float64Array {
    return calibrate(this.facts.calibration, this.score(table));
  }

  /** Score of each row before calibration, 0 … 1. */
  score(table: FeatureTable): Float64Array {
    return this.trees.score(this.ordered(table));
  }

  /** The table with its columns in the order of the model; checked as in `predict`. */
  ordered(table: FeatureTable): FeatureTable {
    return inOrder(table, this.facts.features);
  }

  toJSON(): { facts: ModelFacts; trees: unknown } {
    return { facts: this.facts, trees: this.trees.toJSON() };
  }

  /** The JSON of the model as text. */
  toText(): string {
    this.#text ??= JSON.stringify(this);
    return this.#text;
  }

  /** @throws ChurnError MODEL_DAMAGED when the value is not what `toJSON` gave */
  static async fromJSON(value: unknown, createdAt: string | null = null): Promise<ChurnModel> {
    const { facts, trees } = (value ?? {}) as { facts?: ModelFacts; trees?: unknown };
    // the text is kept: trees that are packed again might be packed otherwise, and the version with them
    const saved = { createdAt, text: JSON.stringify(value) };
    return new ChurnModel(facts as ModelFacts, await loadEngineModel(facts?.engine, trees), saved);
  }
}

function inOrder(table: FeatureTable, features: readonly string[]): FeatureTable {
  if (table.names.length === features.length && features.every((name, j) => name === table.names[j])) return table;
  const missing = features.filter((name) => !table.names.includes(name));
  const unknown = table.names.filter((name) => !features.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    const parts = [
      missing.length > 0 ? `lacks ${listed(missing)}` : "",
      unknown.length > 0 ? `has ${listed(unknown)} that the model does not know` : "",
    ];
    throw new ChurnError("BAD_INPUT", `the data do not fit the model: it ${parts.filter(Boolean).join(" and ")}`, {
      hint: "make the features with the plan of the model",
    });
  }
  return { names: features, columns: features.map((name) => table.columns[table.names.indexOf(name)]) };
}

const listed = (names: readonly string[]) =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
