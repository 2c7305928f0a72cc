import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { random } from "../../src/core/random.js";
import type { Store } from "../../src/store/open-store.js";
import { stream } from "../../src/stream/stream.js";
import { faultsOf, json, makeProject, NO_FAULTS, startServe, until } from "./serve-process.js";

/** Kills in all; set CHURN_TEST_KILLS=50 for the long run. */
const KILLS = Number(process.env.CHURN_TEST_KILLS ?? 6);
const BATCHES = 400;
const SIZE = 50;

async function contentOf(store: Store): Promise<string> {
  const rows = await store.lease((db) =>
    db.rows(
      "SELECT DP_DATE, DP_MSISDN, DP_MOC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED FROM DP_CDR_Data ORDER BY DP_DATE, DP_MSISDN",
    ),
  );
  return `${rows.length} rows ${createHash("sha256").update(JSON.stringify(rows)).digest("hex")}`;
}

it(`brings every batch exactly once when the service is killed ${KILLS} times at random moments`, {
  timeout: 20_000 + KILLS * 10_000,
}, async () => {
  const quiet = await makeProject(1000);
  const options = {
    batch_size: SIZE,
    num_batches: BATCHES,
    interval: 0,
    origin: "resample" as const,
    data_dir: `${quiet.root}/data`,
  };
  await stream(quiet.store, options);
  const expected = await contentOf(quiet.store);

  const { root, store } = await makeProject(1000);
  const draw = random("moments of kills");
  const reached: number[] = [];
  let started = false;
  for (let kill = 0; kill < KILLS; kill++) {
    const serving = await startServe(root, { args: ["--only", "stream"] });
    if (!started) {
      const body = { batch_size: SIZE, num_batches: BATCHES, interval: 0.02 };
      const answer = await fetch(`${serving.url}/start_stream`, json(body));
      expect(await answer.json()).toEqual({ message: "Streaming started" });
      started = true;
    }
    await sleep(draw.next() * 900);
    serving.child.kill("SIGKILL");
    await serving.exit;
    expect(await faultsOf(store)).toEqual(NO_FAULTS);
    const counted = await store.query("SELECT count(*) AS n FROM batches WHERE kind = 'stream'");
    reached.push(counted.get("n", 0) as number);
  }
  // it continues by itself, and comes to an end
  const serving = await startServe(root, { args: ["--only", "stream"] });
  await until(async () => {
    const state = (await (await fetch(`${serving.url}/stream`)).json()) as { running: boolean; error: string | null };
    expect(state.error).toBeNull();
    return !state.running;
  }, 30);
  serving.child.kill("SIGTERM");
  expect(await serving.exit).toBe(0);
  expect(await faultsOf(store)).toEqual(NO_FAULTS);
  expect(await contentOf(store)).toBe(expected);
  // the kills came while there was something to lose
  expect(reached.filter((batches) => batches > 0 && batches < BATCHES).length).toBeGreaterThan(0);
  for (const project of [quiet.root, root]) rmSync(project, { recursive: true, force: true });
});
