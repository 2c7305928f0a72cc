import { ChurnError } from "../../core/errors.js";
import { baseRateTrainer, loadBaseRateModel } from "./base-rate-engine.js";
import { bgNbdTrainer, loadBgNbdModel } from "./bg-nbd-engine.js";
import { loadBlendModel } from "./blend-engine.js";
import { boostingTrainer } from "./boosting-engine.js";
import type { EngineModel, EngineName, Parameters, Trainer, TrainerInput } from "./engine.js";
import { forestTrainer, loadForestModel } from "./forest-engine.js";
import { loadLogisticModel, logisticTrainer } from "./logistic-engine.js";
import { loadMlRandomForestModel, mlRandomForestTrainer } from "./ml-random-forest-engine.js";
import { loadRecencyModel, recencyTrainer } from "./recency-engine.js";

const TRAINERS: Record<Exclude<EngineName, "blend">, (input: TrainerInput) => Trainer | Promise<Trainer>> = {
  "base-rate": baseRateTrainer,
  recency: recencyTrainer,
  "bg-nbd": bgNbdTrainer,
  logistic: logisticTrainer,
  boosting: boostingTrainer,
  forest: forestTrainer,
  "ml-random-forest": mlRandomForestTrainer,
};

/** A trainer of several engines: each grid point goes to the engine that it names. */
export interface Trainers extends Trainer {
  /** Engines that have no model of this table, with the reason. */
  readonly lacking: ReadonlyMap<EngineName, string>;
}

/** The trainer of several engines. */
export async function trainerOf(engines: readonly EngineName[], input: TrainerInput): Promise<Trainers> {
  const trainers = new Map<EngineName, Trainer>();
  const lacking = new Map<EngineName, string>();
  for (const engine of engines) {
    if (engine === "blend") continue;
    const trainer = await TRAINERS[engine](input);
    if (trainer.missing === undefined) trainers.set(engine, trainer);
    else lacking.set(engine, trainer.missing);
  }
  return {
    lacking,
    notes: [...trainers.values()].flatMap((trainer) => trainer.notes),
    groups: (grid) =>
      [...trainers].flatMap(([engine, trainer]) => trainer.groups(grid.filter((point) => point.engine === engine))),
    fit: (group, rows, seed, context) => {
      const trainer = trainers.get(engineOf(group));
      if (!trainer) throw new Error(`no trainer for ${engineOf(group)}`);
      return trainer.fit(group, rows, seed, context);
    },
  };
}

const engineOf = (group: readonly Parameters[]) => group[0].engine;

const LOADS: Record<EngineName, (json: unknown) => EngineModel | Promise<EngineModel>> = {
  forest: loadForestModel,
  boosting: loadForestModel,
  logistic: loadLogisticModel,
  "base-rate": loadBaseRateModel,
  recency: loadRecencyModel,
  "bg-nbd": loadBgNbdModel,
  blend: (json) => loadBlendModel(json, loadEngineModel),
  "ml-random-forest": loadMlRandomForestModel,
};

/**
 * The model of an engine from the JSON that it gave.
 *
 * @throws ChurnError MODEL_DAMAGED, for an unknown engine too
 */
export async function loadEngineModel(engine: unknown, json: unknown): Promise<EngineModel> {
  const load = typeof engine === "string" && Object.hasOwn(LOADS, engine) ? LOADS[engine as EngineName] : undefined;
  if (!load) throw new ChurnError("MODEL_DAMAGED", `model has an unknown engine ${JSON.stringify(engine)}`);
  return load(json);
}
