import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { faultsOf, json, makeProject, NO_FAULTS, startServe, until } from "./serve-process.js";

it("ends after the batch in flight on SIGTERM, with status 0, and continues at the next start", {
  timeout: 60_000,
}, async () => {
  const { root, store } = await makeProject(2000);
  const serving = await startServe(root);
  await fetch(`${serving.url}/start_stream`, json({ batch_size: 2000, num_batches: 20, interval: 0.2 }));
  await sleep(500);
  serving.child.kill("SIGTERM");
  expect(await serving.exit).toBe(0);
  expect(serving.log()).toContain("the stream was stopped");
  const counted = async () =>
    (await store.query("SELECT count(*) AS n FROM batches WHERE kind = 'stream'")).get("n", 0) as number;
  const before = await counted();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(20);
  expect(await faultsOf(store)).toEqual(NO_FAULTS);
  const again = await startServe(root);
  expect(again.log()).toContain("going on with the stream");
  await until(async () => (await counted()) === 20, 30);
  again.child.kill("SIGTERM");
  expect(await again.exit).toBe(0);
  expect(await faultsOf(store)).toEqual(NO_FAULTS);
  rmSync(root, { recursive: true, force: true });
});
