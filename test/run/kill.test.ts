import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { random } from "../../src/core/random.js";
import { CHURN, makeProject, tablesOf } from "./project.js";

const CONFIG = {
  source: "sample:?subscribers=250&days=90",
  stream: { batch_size: 500, num_batches: 12, interval: 0 },
  train: { engine: "forest", bootstrap_rounds: 20, permutation_repeats: 1 },
};
const KILLS = 10;

function start(root: string): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [CHURN, "run"], { cwd: root, stdio: "ignore" });
  return { child, ended: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

it(`gives the same tables after ${KILLS} kills at random moments as an undisturbed run`, {
  timeout: 1_800_000,
}, async () => {
  const quiet = makeProject(CONFIG);
  const begun = Date.now();
  expect(await start(quiet).ended).toBe(0);
  const seconds = (Date.now() - begun) / 1000;
  const expected = await tablesOf(quiet);
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(["DP_CDR_Data", "Processed_Data", "model_predictions"]));

  const killed = makeProject(CONFIG);
  const draw = random("moments of kills");
  const moments = Array.from({ length: KILLS }, () => draw.next() * seconds);
  for (const moment of moments) {
    const { child, ended } = start(killed);
    await Promise.race([sleep(moment * 1000), ended]);
    child.kill("SIGKILL");
    await ended;
  }
  expect(await start(killed).ended, `after kills at ${moments.map((moment) => moment.toFixed(1)).join(", ")} s`).toBe(
    0,
  );
  expect(await tablesOf(killed)).toEqual(expected);
  for (const root of [quiet, killed]) rmSync(root, { recursive: true, force: true });
});
