import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/open-store.js";
import { stream } from "../../src/stream/stream.js";
import { faultsOf, json, makeProject, NO_FAULTS, type ServeProcess, startServe, until } from "./serve-process.js";

let root: string;
let store: Store;
let serving: ServeProcess;
beforeAll(async () => {
  ({ root, store } = await makeProject(500));
  serving = await startServe(root, { args: ["--request-timeout", "1.5"] });
});
afterAll(async () => {
  serving.child.kill("SIGTERM");
  await serving.exit;
  rmSync(root, { recursive: true, force: true });
});

/** Memory of the service, MB. */
function memory(): number {
  const status = readFileSync(`/proc/${serving.child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const isWell = async () => (await fetch(`${serving.url}/healthz`)).status === 200;

/** Sends bytes as they are, and gives what comes back until the other side ends. */
function raw(chunks: Iterable<string>, pause: number): Promise<{ answer: string; seconds: number }> {
  const { port } = new URL(serving.url);
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    const end = () => resolve({ answer, seconds: (performance.now() - began) / 1000 });
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => {});
    socket.on("close", end);
    socket.on("connect", async () => {
      for (const chunk of chunks) {
        if (socket.destroyed) return;
        socket.write(chunk);
        if (pause) await sleep(pause);
      }
    });
  });
}

describe("a real service", () => {
  it("serves 200 clients at once, and stores each record once", async () => {
    const records = (client: number) => [
      { DP_DATE: "2024-03-01", DP_MSISDN: `c${client}`, DP_MOC_COUNT: client, DP_DATA_VOLUME: 1 },
    ];
    const post = async (client: number): Promise<number> => {
      const answer = await fetch(`${serving.url}/ingest`, json({ records: records(client) }));
      if (answer.status !== 429) return answer.status;
      expect(answer.headers.get("retry-after")).toBe("1");
      await sleep(200 + 20 * (client % 40));
      return post(client);
    };
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, client) => post(client)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const counted = await store.query("SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_MSISDN LIKE 'c%'");
    expect(counted.get("n", 0)).toBe(200);
    expect(await faultsOf(store)).toEqual(NO_FAULTS);
  });

  it("ends clients that send their request byte by byte, and answers others meanwhile", async () => {
    const slow = function* () {
      yield "POST /ingest HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n";
      for (let i = 0; i < 200; i++) yield `x-${i}: y\r\n`;
    };
    const slowBody = function* () {
      yield "POST /ingest HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
      for (let i = 0; i < 200; i++) yield " ";
    };
    const clients = Array.from({ length: 50 }, (_, i) => raw(i % 2 ? slow() : slowBody(), 100));
    await sleep(300);
    const began = performance.now();
    expect(await isWell()).toBe(true);
    expect(performance.now() - began).toBeLessThan(1500);
    for (const { answer, seconds } of await Promise.all(clients)) {
      expect(seconds).toBeLessThan(8);
      expect(answer === "" || answer.startsWith("HTTP/1.1 408")).toBe(true);
    }
  }, 30_000);

  it("refuses a body of 100 MB, told or not told beforehand, and does not grow", async () => {
    const before = memory();
    const chunk = "x".repeat(1_000_000);
    const told = await raw(
      [`POST /ingest HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 100000000\r\n\r\n`],
      0,
    );
    expect(told.answer).toMatch(/^HTTP\/1.1 413/);
    const untold = function* () {
      yield "POST /ingest HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
      for (let i = 0; i < 100; i++) yield `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    };
    const { answer } = await raw(untold(), 1);
    expect(answer === "" || answer.startsWith("HTTP/1.1 413")).toBe(true);
    expect(await isWell()).toBe(true);
    expect(memory() - before).toBeLessThan(150);
  }, 30_000);

  it("answers what is not JSON or not HTTP with 400, and reveals nothing internal", async () => {
    for (const body of [
      '{"records": [',
      "[[[[",
      "nul",
      '{"records": 5}',
      '{"records": [1]}',
      "\u0000",
      "[".repeat(100_000),
    ]) {
      const answer = await fetch(`${serving.url}/ingest`, { method: "POST", body });
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toMatch(/\.js|node_modules| {4}at /);
    }
    expect((await raw(["GARBAGE\r\n\r\n"], 0)).answer).toMatch(/^HTTP\/1.1 400/);
    expect((await raw([`GET /${"x".repeat(100_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`], 0)).answer).toMatch(
      /^HTTP\/1.1 4/,
    );
    expect(await isWell()).toBe(true);
  });

  it("lets another process look between batches, and shows it who streams", async () => {
    const body = { batch_size: 100, num_batches: 2000, interval: 0 };
    expect((await fetch(`${serving.url}/start_stream`, json(body))).status).toBe(200);
    const state = async () => (await (await fetch(`${serving.url}/stream`)).json()) as { batches: number };
    await until(async () => (await state()).batches > 0, 30);
    const first = (await store.query("SELECT count(*) AS n FROM batches WHERE kind = 'stream'")).get("n", 0) as number;
    const second = (await store.query("SELECT count(*) AS n FROM batches WHERE kind = 'stream'")).get("n", 0) as number;
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThanOrEqual(first);
    const here = stream(store, { name: "here", origin: "resample", data_dir: `${root}/data` });
    await expect(here).rejects.toThrow(
      new RegExp(`a streaming process is already running: stream "default" in process ${serving.child.pid}`),
    );
    expect(await (await fetch(`${serving.url}/stop_stream`, { method: "POST" })).json()).toEqual({
      message: "Streaming stopped",
    });
    expect(await faultsOf(store)).toEqual(NO_FAULTS);
  }, 60_000);

  it("refuses to stream while another process does", async () => {
    const stop = new AbortController();
    let begun = false;
    const here = stream(
      store,
      { name: "here", batch_size: 10, num_batches: 1000, interval: 0.1, origin: "resample", data_dir: `${root}/data` },
      {
        signal: stop.signal,
        onBatch: () => {
          begun = true;
        },
      },
    ).catch(() => {});
    await until(() => begun, 20);
    const answer = await fetch(`${serving.url}/start_stream`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([409, { message: "A streaming process is already running" }]);
    const state = (await (await fetch(`${serving.url}/stream`)).json()) as { elsewhere: string };
    expect(state.elsewhere).toBe(`stream "here" in process ${process.pid}`);
    stop.abort();
    await here;
  }, 60_000);
});

describe("churn serve", () => {
  it("listens beyond this machine with a token only, and never writes it down", async () => {
    const { root: other } = await makeProject(5);
    const refused = await startServe(other, { args: ["--ip", "0.0.0.0"], env: { CHURN_SERVICE_TOKEN: "" } });
    expect(await refused.exit).toBe(2);
    expect(refused.log()).toMatch(/cannot listen on 0.0.0.0 without a token\n.*CHURN_SERVICE_TOKEN/);
    const token = "a-secret-of-the-service";
    const open = await startServe(other, {
      args: ["--ip", "0.0.0.0", "--only", "stream"],
      env: { CHURN_SERVICE_TOKEN: token },
    });
    expect((await fetch(`${open.url}/stream`)).status).toBe(401);
    const wrong = { authorization: "Bearer another-secret-of-mine" };
    expect((await fetch(`${open.url}/stream`, { headers: wrong })).status).toBe(401);
    expect((await fetch(`${open.url}/stream`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    open.child.kill("SIGTERM");
    expect(await open.exit).toBe(0);
    expect(open.log()).not.toContain(token);
    expect(open.log()).not.toContain("another-secret-of-mine");
    rmSync(other, { recursive: true, force: true });
  }, 60_000);

  it("says which port is taken", async () => {
    const { root: other } = await makeProject(5);
    const { port } = new URL(serving.url);
    const second = await startServe(other, { args: ["--port", port] });
    expect(await second.exit).toBe(2);
    expect(second.log()).toMatch(/port \d+ of 127.0.0.1 is in use[^\n]*\n.*--port/);
    rmSync(other, { recursive: true, force: true });
  }, 60_000);
});
