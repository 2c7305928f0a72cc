import { boostingTrainer } from "./boosting-engine.js";
import type { EngineName, Parameters, Trainer, TrainerInput } from "./engine.js";
import { forestTrainer } from "./forest-engine.js";
import { mlRandomForestTrainer } from "./ml-random-forest-engine.js";

/** A trainer of several engines: each grid point goes to the engine that it names. */
export async function trainerOf(engines: readonly EngineName[], input: TrainerInput): Promise<Trainer> {
  const trainers = new Map<EngineName, Trainer>();
  for (const engine of engines) {
    if (engine === "forest") trainers.set(engine, forestTrainer(input));
    if (engine === "boosting") trainers.set(engine, boostingTrainer(input));
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
