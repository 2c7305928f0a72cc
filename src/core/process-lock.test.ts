import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isProcessAlive, ownProcess } from "./process-life.js";
import { lockHolder, tryLock, withLock } from "./process-lock.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
  path = join(folder, "thing.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Leaves a lock as another process would. */
function leave(lock: object, age = 0): void {
  writeFileSync(path, JSON.stringify({ token: "theirs", host: hostname(), what: "work", since: "then", ...lock }));
  const sign = new Date(Date.now() - age);
  utimesSync(path, sign, sign);
}

test("one has the lock until it gives it back", () => {
  const lock = tryLock(path, "first");
  expect(tryLock(path, "second")).toBeUndefined();
  expect(lockHolder(path)).toMatchObject({ what: "first", pid: process.pid });
  lock?.release();
  expect(lockHolder(path)).toBeUndefined();
  const next = tryLock(path, "second");
  expect(next?.lost).toBe(false);
  next?.release();
});

test("the lock of an ended process, or of one before us with our number, is free", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  for (const gone of [pid, process.pid]) {
    leave({ pid: gone, began: null });
    expect(lockHolder(path)).toBeUndefined();
    tryLock(path, "mine")?.release();
  }
});

test("the lock of a living process holds, one of an earlier process with its number does not", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    await once(child, "spawn");
    const { pid } = child;
    leave({ pid, began: null });
    expect(tryLock(path, "mine")).toBeUndefined();
    leave({ pid, began: "1" });
    expect(lockHolder(path)).toBeUndefined();
  } finally {
    child.kill("SIGKILL");
  }
});

test("the lock of another machine holds while it gives signs of life", () => {
  leave({ pid: 1, began: null, host: "elsewhere" }, 20_000);
  expect(tryLock(path, "mine")).toBeUndefined();
  leave({ pid: 1, began: null, host: "elsewhere" }, 40_000);
  expect(tryLock(path, "mine")).toBeDefined();
});

test("a lock that a crash cut off is free after a moment, and one that is being filled is not", () => {
  writeFileSync(path, "");
  expect(tryLock(path, "mine")).toBeUndefined();
  const old = new Date(Date.now() - 5000);
  utimesSync(path, old, old);
  expect(tryLock(path, "mine")).toBeDefined();
});

test("a lock that another took is lost, and is not given back for it", () => {
  const lock = tryLock(path, "mine");
  leave({ pid: 1, began: null });
  expect(lock?.lost).toBe(true);
  lock?.release();
  expect(readFileSync(path, "utf8")).toContain("theirs");
});

test("work waits for the lock, and stops by its signal", async () => {
  const lock = tryLock(path, "first");
  const stop = new AbortController();
  const waits = withLock(path, "second", { signal: stop.signal }, async () => {});
  stop.abort();
  await expect(waits).rejects.toMatchObject({ code: "INTERRUPTED" });
  let told = 0;
  const onWait = () => {
    told++;
    lock?.release();
  };
  expect(await withLock(path, "second", { onWait }, async () => lockHolder(path)?.what)).toBe("second");
  expect(told).toBe(1);
  expect(lockHolder(path)).toBeUndefined();
});

test("this process is alive, and number 0 is nobody", () => {
  expect(isProcessAlive(ownProcess())).toBe(true);
  expect(isProcessAlive({ pid: 0 })).toBe(false);
});
