import { ChurnError } from "../../core/errors.js";
import { boostingTrainer } from "./boosting-engine.js";
import type { EngineModel, EngineName, Parameters, Trainer, TrainerInput } from "./engine.js";
import { forestTrainer, loadForestModel } from "./forest-engine.js";
import { loadLogisticModel, logisticTrainer } from "./logistic-engine.js";
import { loadMlRandomForestModel, mlRandomForestTrainer } from "./ml-random-forest-engine.js";

/** A trainer of several engines: each grid point goes to the engine that it names. */
export async function trainerOf(engines: readonly EngineName[], input: TrainerInput): Promise<Trainer> {
  const trainers = new Map<EngineName, Trainer>();
  for (const engine of engines) {
    if (engine === "forest") trainers.set(engine, forestTrainer(input));
    if (engine === "boosting") trainers.set(engine, boostingTrainer(input));
    if (engine === "logistic") trainers.set(engine, logisticTrainer(input));
    if (engine === "ml-random-forest") trainers.set(engine, await mlRandomForestTrainer(input));
  }
  return {
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
