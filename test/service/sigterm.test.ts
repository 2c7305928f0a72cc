import { rmSync } from "node:fs";
import { connect } from "node:net";
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

it("does not wait for a client that never ends its request", { timeout: 60_000 }, async () => {
  const { root } = await makeProject(50);
  const serving = await startServe(root);
  const slow = connect(Number(new URL(serving.url).port), "127.0.0.1");
  slow.on("error", () => {});
  slow.write(
    "POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  await sleep(300);
  const asked = Date.now();
  serving.child.kill("SIGTERM");
  expect(await serving.exit).toBe(0);
  // without a bound it would be the client's minute
  expect(Date.now() - asked).toBeLessThan(25_000);
  slow.destroy();
  rmSync(root, { recursive: true, force: true });
});
