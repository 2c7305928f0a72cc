import { ChurnError } from "../../core/errors.js";
import { logit, sigmoid } from "../../statistics/logit.js";
import { type Calibration, calibrate } from "../calibration.js";
import { probabilityEffects } from "../explain/average-effects.js";
import type { EngineModel, EngineName, FeatureTable } from "./engine.js";

/** What the mean of two probabilities is taken of. */
export type BlendOf = "log-odds" | "probability";

/** A part of a blend: a model, and how its scores become probabilities. */
export interface BlendPart {
  model: EngineModel;
  calibration: Calibration;
}

/** The mean of two columns of probabilities. */
export function blendOf(of: BlendOf, [a, b]: readonly ArrayLike<number>[]): Float64Array {
  if (of === "probability") return Float64Array.from(a, (p, i) => (p + b[i]) / 2);
  return Float64Array.from(a, (p, i) => sigmoid((logit(p) + logit(b[i])) / 2));
}

/** The engine model of a blend: both parts score, each is calibrated, and the mean is the score. */
export function blendModel(of: BlendOf, parts: readonly BlendPart[]): EngineModel {
  const probabilityOf = ({ model, calibration }: BlendPart, table: FeatureTable) =>
    calibrate(calibration, model.score(table));
  return {
    engine: "blend",
    numTrees: 0,
    score: (table) =>
      blendOf(
        of,
        parts.map((part) => probabilityOf(part, table)),
      ),
    importances() {
      const shares = parts.map(({ model }) => model.importances());
      if (!shares.every((share) => share !== null)) return null;
      return shares[0].map((_, j) => shares.reduce((sum, share) => sum + share[j], 0) / shares.length);
    },
    shuffledScores(table) {
      const shuffled = parts.map(({ model }) => model.shuffledScores(table));
      const whole = parts.map((part) => probabilityOf(part, table));
      return (column, from) => {
        const scores = shuffled.map((scoresOf) => scoresOf(column, from));
        if (scores.every((score) => score === null)) return null;
        return blendOf(
          of,
          scores.map((score, k) => (score === null ? whole[k] : calibrate(parts[k].calibration, score))),
        );
      };
    },
    contributions(table) {
      // on the scale of the probability, whatever the mean is of: what reads them stretches them to the score
      const all = parts.map(({ model, calibration }) => probabilityEffects({ trees: model, calibration }, table));
      if (!all.every((part) => part !== null)) return null;
      const values = all[0].effects.map((_, i) => all.reduce((sum, { effects }) => sum + effects[i], 0) / all.length);
      const [baseline] = blendOf(
        of,
        all.map(({ zero }) => [zero]),
      );
      return { values, baseline };
    },
    toJSON: () => ({
      of,
      parts: parts.map(({ model, calibration }) => ({ engine: model.engine, model: model.toJSON(), calibration })),
    }),
  };
}

/** The names of the engines in a blend; none of another model. */
export function blendParts({ engine, toJSON }: EngineModel): EngineName[] {
  return engine === "blend" ? (toJSON() as BlendJson).parts.map((part) => part.engine) : [];
}

interface BlendJson {
  of: BlendOf;
  parts: { engine: EngineName; model: unknown; calibration: Calibration }[];
}

/**
 * @param load reads the model of a part
 * @throws ChurnError MODEL_DAMAGED
 */
export async function loadBlendModel(
  json: unknown,
  load: (engine: unknown, json: unknown) => Promise<EngineModel>,
): Promise<EngineModel> {
  const { of, parts } = (json ?? {}) as Partial<BlendJson>;
  if ((of !== "log-odds" && of !== "probability") || !Array.isArray(parts) || parts.length < 2) {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a blend of models");
  }
  const loaded: BlendPart[] = [];
  for (const { engine, model, calibration } of parts) loaded.push({ model: await load(engine, model), calibration });
  return blendModel(of, loaded);
}
