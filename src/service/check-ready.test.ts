import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { openStore } from "../store/open-store.js";
import { checkReady } from "./check-ready.js";

let holder: ChildProcess | undefined;
afterEach(() => holder?.kill("SIGKILL"));

const place = () => join(mkdtempSync(join(tmpdir(), "ready-")), "inside", "churn.duckdb");

it("makes no store, and finds none missing where the first records make it", async () => {
  const store = openStore({ path: place() });
  await checkReady(store, { mayBeMissing: true });
  await expect(checkReady(store, { mayBeMissing: false })).rejects.toMatchObject({ code: "NO_DATA" });
  expect(existsSync(join(store.path, ".."))).toBe(false);
});

it("names the process that has the store, also while other work waits for it", { timeout: 30_000 }, async () => {
  const store = openStore({ path: place(), wait_seconds: 20 }, () => {});
  await store.lease(async () => {}, { create: true });
  await checkReady(store, { mayBeMissing: false });
  const script = `import("@duckdb/node-api").then(async ({ DuckDBInstance }) => {
    globalThis.held = await DuckDBInstance.create(${JSON.stringify(store.path)});
    console.log("held");
    setInterval(() => globalThis.held, 1000);
  })`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  holder = child;
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const busy = {
    code: "STORE_BUSY",
    message: expect.stringMatching(new RegExp(`^waiting for churn.duckdb, which is in use by .*${child.pid}`)),
  };
  await expect(checkReady(store, { mayBeMissing: false })).rejects.toMatchObject(busy);
  const work = store.lease((db) => db.rows("SELECT 1 AS one"));
  await expect(checkReady(store, { mayBeMissing: false })).rejects.toMatchObject(busy);
  child.kill("SIGKILL");
  expect(await work).toEqual([{ one: 1 }]);
});
