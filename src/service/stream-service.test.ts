import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadFile } from "../load/load-file.js";
import { loadOptions } from "../load/options.js";
import { checkStore } from "../store/check-store.js";
import { openStore, type Store } from "../store/open-store.js";
import { streamOptions } from "../stream/options.js";
import type { ServerParts } from "./make-server.js";
import { ServiceMetrics } from "./metrics.js";
import { type ServeOptions, serveOptions } from "./options.js";
import { StreamJob } from "./stream-job.js";
import { StreamRunner } from "./stream-runner.js";
import { streamService } from "./stream-service.js";

let folder: string;
let store: Store;
let runner: StreamRunner;
let app: FastifyInstance;

async function start(options: ServeOptions = {}, token?: string): Promise<FastifyInstance> {
  const log = pino({ level: "silent" });
  const metrics = new ServiceMetrics();
  runner = new StreamRunner(store, new StreamJob(join(folder, "stream-job.json")), log, metrics);
  const settings = serveOptions.parse(options);
  const parts: ServerParts = { settings, token, log, metrics, version: "1.2.3", ready: async () => {} };
  return streamService(store, runner, streamOptions.parse({ data_dir: folder, origin: "resample" }), parts);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "service-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  const lines = ["DP_DATE,DP_MSISDN,DP_MOC_COUNT,PSEUDO_CHURNED"];
  for (let day = 1; day <= 7; day++) for (let s = 0; s < 50; s++) lines.push(`2024-01-0${day},s${s},${s},0`);
  const path = join(folder, "log.csv");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const file = { path, format: "csv" as const, delimiter: ",", sha256: "log", rows: 350 };
  await loadFile(store, file, loadOptions.parse({ source: path }));
  app = await start();
});
afterEach(async () => {
  await runner.stop(true);
  await app.close();
});

const post = (url: string, payload?: object | string, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url, ...(payload === undefined ? {} : { payload }), headers });
const rows = (sql: string) => store.lease((db) => db.rows(sql));
const ended = async () => {
  while (runner.state.running) await new Promise((resolve) => setTimeout(resolve, 20));
};
const record = (s: number, more: object = {}) => ({
  DP_DATE: "2024-02-01",
  DP_MSISDN: `i${s}`,
  DP_MOC_COUNT: s,
  DP_DATA_VOLUME: s / 7,
  ...more,
});

describe("POST /start_stream", () => {
  it("answers in the words of the legacy system, and refuses a second stream", async () => {
    const first = await post("/start_stream", { batch_size: 10, num_batches: 3, interval: 0.2 });
    expect([first.statusCode, first.body]).toEqual([200, '{"message":"Streaming started"}']);
    const second = await post("/start_stream", { batch_size: 10, num_batches: 3, interval: 0.2 });
    expect([second.statusCode, second.body]).toEqual([409, '{"message":"A streaming process is already running"}']);
    await ended();
    expect(runner.state).toMatchObject({ batches: 3, rows: 30, error: null, num_batches: 3 });
  });

  it("starts one stream of two calls at the same time", async () => {
    const body = { batch_size: 10, num_batches: 2, interval: 0.1 };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post("/start_stream", body)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array(9).fill(409)]);
  });

  it("takes no body, an empty one, and JSON that does not say that it is JSON", async () => {
    for (const [body, type] of [
      [undefined, undefined],
      ["", "application/json"],
      ['{"batch_size": 5, "num_batches": 1}', "application/x-www-form-urlencoded"],
      ['{"batch_size": 5, "num_batches": 1}', "text/plain"],
    ]) {
      const answer = await post("/start_stream", body, type ? { "content-type": type } : {});
      expect([answer.statusCode, answer.body]).toEqual([200, '{"message":"Streaming started"}']);
      await post("/stop_stream");
    }
    expect(await rows("SELECT rows FROM batches WHERE kind = 'stream' ORDER BY number")).toEqual([
      { rows: 1000 },
      { rows: 1000 },
      { rows: 5 },
      { rows: 5 },
    ]);
  });

  it.each([
    ['{"batch_size": 0}', "batch_size"],
    ['{"batch_size": "many"}', "batch_size"],
    ['{"batch_sise": 10}', "batch_size"],
    ['{"interval": -1}', "interval"],
    ['{"num_batches": 1e99}', "num_batches"],
    ["[1, 2]", "object"],
    ['"text"', "object"],
    ['{"batch_size": 5', "JSON"],
    ['{"__proto__": {"x": 1}}', "__proto__"],
  ])("refuses %s and names what is wrong", async (body, named) => {
    const answer = await post("/start_stream", body, { "content-type": "application/json" });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(named);
    expect(answer.body).not.toMatch(/node_modules|at .*\.js/);
  });

  it("waits while another process holds the store, and continues when it is free", { timeout: 60_000 }, async () => {
    store = openStore({ path: join(folder, "churn.duckdb"), wait_seconds: 0.5 }, () => {});
    await app.close();
    app = await start();
    await post("/start_stream", { batch_size: 10, num_batches: 15, interval: 1 });
    const script = `import("@duckdb/node-api").then(async ({ DuckDBInstance }) => {
      let db;
      while (!db) db = await DuckDBInstance.create(${JSON.stringify(store.path)}).catch(() => undefined);
      console.log("held");
      // what nobody names any more would be collected, and the file be free
      setTimeout(() => { db.closeSync(); process.exit(); }, 4000);
    })`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    // the stream is long enough for a slow machine to start the other process meanwhile
    while (!runner.state.error && runner.state.running) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(runner.state).toMatchObject({
      running: true,
      error: expect.stringMatching(/^waits: .* is in use by process/),
    });
    await ended();
    expect(runner.state).toMatchObject({ batches: 15, rows: 150, error: null });
    expect(await rows("SELECT count(*) AS n, sum(rows) AS rows FROM batches WHERE kind = 'stream'")).toEqual([
      { n: 15, rows: 150 },
    ]);
  });

  it("answers 409 where a log that is loaded to its end has nothing to stream, and stores no row", async () => {
    const answer = await post("/start_stream", { origin: "auto" });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: "NO_DATA", message: expect.stringContaining("--origin resample") });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 350 }]);
  });

  it("says what keeps a stream from beginning", async () => {
    const answer = await post("/start_stream", { origin: "sample" });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "BAD_OPTION", hint: expect.stringContaining("resample") });
    expect((await app.inject("/stream")).json()).toMatchObject({
      running: false,
      error: expect.stringContaining("origin"),
    });
  });
});

describe("POST /ingest", () => {
  it("stores good rows, sets bad ones aside, and lists them", async () => {
    const records = [
      record(1),
      record(2, { DP_DATE: "2024-02-30" }),
      record(3, { DP_MOC_COUNT: -1 }),
      record(4, { DP_MOC_COUNT: 1.5 }),
      record(5, { DP_MOC_CONT: 1 }),
      record(6, { PSEUDO_CHURNED: 2 }),
      record(7, { DP_MSISDN: null }),
      record(1),
      record(8, { DP_MOC_COUNT: "12", DP_DATA_VOLUME: "1e2", PSEUDO_CHURNED: true }),
      record(9, { DP_DATE: "2999-01-01" }),
      { DP_DATE: "2024-01-07T23:59:59", DP_MSISDN: "s1", DP_MOC_COUNT: 1, PSEUDO_CHURNED: 0 },
      { DP_DATE: "2024-01-07", DP_MSISDN: "s2", DP_MOC_COUNT: 99 },
    ];
    const answer = await post("/ingest", { records });
    expect(answer.statusCode).toBe(200);
    const told = answer.json();
    expect(told).toMatchObject({ lines: 12, rows: 2, rejected: 9, stored_before: 1, written: true });
    expect(told.rejects).toEqual([
      { line: 2, column_name: "DP_DATE", reason: "not a date YYYY-MM-DD" },
      { line: 3, column_name: "DP_MOC_COUNT", reason: "negative" },
      { line: 4, column_name: "DP_MOC_COUNT", reason: "not a whole number" },
      { line: 5, column_name: "DP_MOC_CONT", reason: "no such column; did you mean DP_MOC_COUNT?" },
      { line: 6, column_name: "PSEUDO_CHURNED", reason: "label is not 0 or 1" },
      { line: 7, column_name: "DP_MSISDN", reason: "no subscriber" },
      { line: 8, column_name: "DP_DATE", reason: "a second row of this subscriber and day, after line 1" },
      { line: 10, column_name: "DP_DATE", reason: "date out of range: before 1970 or in the future" },
      { line: 12, column_name: null, reason: expect.stringContaining("contradicts the row") },
    ]);
    expect(await rows("SELECT count(*) AS n FROM rejects")).toEqual([{ n: 9 }]);
    expect(
      await rows("SELECT DP_MOC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED FROM DP_CDR_Data WHERE DP_MSISDN = 'i8'"),
    ).toEqual([{ DP_MOC_COUNT: 12, DP_DATA_VOLUME: 100, PSEUDO_CHURNED: 1 }]);
  });

  it("writes a request once, whatever the number of times that it comes", async () => {
    const body = { records: [record(1), record(2, { DP_MOC_COUNT: -1 })] };
    const key = { "idempotency-key": "request-1" };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post("/ingest", body, key)));
    expect(answers.map((answer) => answer.json().written).sort()).toEqual([false, false, false, false, true]);
    for (const answer of answers) expect(answer.json()).toMatchObject({ lines: 2, rows: 1, rejected: 1 });
    expect((await post("/ingest", [record(3)], key)).json()).toMatchObject({ code: "CONFLICT" });
    // without a key the records are the key
    await post("/ingest", [record(4)]);
    expect((await post("/ingest", [record(4)])).json()).toMatchObject({ written: false, rows: 1 });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_MSISDN LIKE 'i%'")).toEqual([{ n: 2 }]);
  });

  it("stores SQL as the text that it is", async () => {
    const sql = `'); DROP TABLE DP_CDR_Data; -- "; SELECT $1`;
    const bad = { DP_DATE: sql, DP_MSISDN: sql, [sql]: sql, PSEUDO_CHURNED: sql };
    const good = { DP_DATE: "2024-02-01", DP_MSISDN: sql };
    const answer = await post("/ingest", { records: [bad, good] }, { "idempotency-key": `');DROP--"` });
    expect(answer.json()).toMatchObject({ rows: 1, rejected: 1 });
    expect(await rows("SELECT DP_MSISDN FROM DP_CDR_Data WHERE DP_DATE = DATE '2024-02-01'")).toEqual([
      { DP_MSISDN: sql },
    ]);
    expect((await post("/start_stream", { name: sql, batch_size: 5, num_batches: 1 })).statusCode).toBe(200);
    await ended();
    expect(await rows("SELECT name, rows FROM batches WHERE kind = 'stream'")).toEqual([{ name: sql, rows: 5 }]);
  });

  it("refuses what is packed or in other letters, with the place, and passes over a byte order mark", async () => {
    const json = { "content-type": "application/json" };
    const send = (payload: Buffer, headers: object = {}) =>
      app.inject({ method: "POST", url: "/ingest", payload, headers: { ...json, ...headers } });
    const text = JSON.stringify([record(1, { DP_MSISDN: "André" })]);
    const latin = await send(Buffer.from(text, "latin1"));
    expect(latin.json()).toMatchObject({
      code: "BAD_JSON",
      message: `the body is not UTF-8: byte 0xe9 at ${text.indexOf("é")}, behind ${JSON.stringify(text.slice(0, text.indexOf("é")).slice(-40))}`,
    });
    expect(latin.statusCode).toBe(400);
    const packed = gzipSync(text);
    for (const answer of [
      await send(packed, { "content-encoding": "gzip" }),
      await send(packed),
      await send(Buffer.from(text, "utf16le"), { "content-type": "application/json; charset=utf-16" }),
    ]) {
      expect(answer.statusCode).toBe(415);
      expect(answer.json()).toMatchObject({ code: "BAD_ENCODING", hint: expect.stringMatching(/^send it/) });
    }
    expect(await rows("SELECT count(*) AS n FROM batches WHERE kind = 'ingest'")).toEqual([{ n: 0 }]);
    expect((await send(Buffer.from(`\ufeff${text}`))).json()).toMatchObject({ rows: 1 });
    expect(await rows("SELECT DP_MSISDN FROM DP_CDR_Data WHERE DP_DATE = DATE '2024-02-01'")).toEqual([
      { DP_MSISDN: "André" },
    ]);
  });

  it("asks for ids above 2^53 as texts, and keeps sums exact whatever is counted", async () => {
    const answer = await post(
      "/ingest",
      '[{"DP_DATE": "2024-02-01", "DP_MSISDN": 9007199254740993, "DP_MOC_COUNT": 1}]',
    );
    expect(answer.json().rejects).toEqual([
      { line: 1, column_name: "DP_MSISDN", reason: "a number above 2^53: send it as a text" },
    ]);
    const large = Array.from({ length: 20_001 }, (_, s) => record(s, { DP_MOC_COUNT: 999_999_999_999 - (s % 2) }));
    expect((await post("/ingest", large)).json()).toMatchObject({ rows: 20_001 });
    expect((await post("/ingest", [record(90_000, { DP_MOC_COUNT: 1 })])).json()).toMatchObject({ rows: 1 });
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("answers 422 where no record can be used, 413 for too many, and 429 with Retry-After when the store is behind", async () => {
    expect((await post("/ingest", [record(1, { DP_DATE: "x" })])).statusCode).toBe(422);
    expect((await post("/ingest", [])).statusCode).toBe(422);
    await app.close();
    app = await start({ max_records: 2, max_waiting: 1 });
    expect((await post("/ingest", [record(1), record(2), record(3)])).statusCode).toBe(413);
    const answers = await Promise.all([1, 2, 3].map((s) => post("/ingest", [record(s)])));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 429, 429]);
    expect(answers.find(({ statusCode }) => statusCode === 429)?.headers["retry-after"]).toBe("1");
  });
});

describe("every route", () => {
  it("is closed without the token, but for /healthz", async () => {
    await app.close();
    app = await start({}, "a-token-of-the-service");
    for (const url of ["/stream", "/metrics", "/openapi.json", "/readyz"]) {
      expect((await app.inject(url)).statusCode).toBe(401);
      const wrong = { authorization: "Bearer a-token-of-the-servicf" };
      expect((await app.inject({ url, headers: wrong })).statusCode).toBe(401);
      const right = { authorization: "Bearer a-token-of-the-service" };
      expect((await app.inject({ url, headers: right })).statusCode).toBe(200);
    }
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
  });

  it("takes nothing from a page of another site", async () => {
    for (const [name, value] of [
      ["origin", "https://example.com"],
      ["host", "example.com"],
      ["origin", "null"],
    ] as const) {
      expect((await post("/start_stream", undefined, { [name]: value })).statusCode).toBe(403);
    }
    expect((await app.inject({ url: "/stream", headers: { origin: "http://localhost:8888" } })).statusCode).toBe(200);
    for (const [site, status] of [
      ["cross-site", 403],
      ["same-site", 403],
      ["same-origin", 200],
      ["none", 200],
    ] as const) {
      const answer = await app.inject({ url: "/stream", headers: { "sec-fetch-site": site } });
      expect(answer.statusCode, site).toBe(status);
    }
  });

  it("lets nobody try tokens on wrong paths without limit", async () => {
    await app.close();
    app = await start({ rate_limit: 3 }, "a-token-of-the-service");
    const answers = [];
    const headers = { authorization: "Bearer a-token-of-the-servicf" };
    for (let i = 0; i < 5; i++) answers.push((await app.inject({ url: "/nowhere", headers })).statusCode);
    expect(answers).toEqual([401, 401, 401, 429, 429]);
  });

  it("refuses at once what would keep it busy for long", async () => {
    const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, k) => [`k${k}`, 1]));
    const answer = await post("/ingest", { records: [wide] });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toBe("record 1 has more than 500 keys");
    const deep = `[{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}]`;
    const nested = await app.inject({ method: "POST", url: "/ingest", body: deep });
    expect(nested.statusCode).toBe(400);
    expect(nested.json().message).toBe("record 1 is nested more than 20 deep");
    expect((await post("/ingest", { records: [[1]] })).statusCode).toBe(400);
  });

  it("is limited in its rate, and says when to come again", async () => {
    await app.close();
    app = await start({ rate_limit: 3 });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await app.inject("/stream"));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429, 429]);
    expect(Number(answers[4]?.headers["retry-after"])).toBeGreaterThan(0);
    expect((await app.inject("/healthz")).statusCode).toBe(200);
  });

  it("stands in the OpenAPI document, with the schemas that check what comes in", async () => {
    const { paths, openapi, info } = (await app.inject("/openapi.json")).json();
    expect([openapi, info.version]).toEqual(["3.1.0", "1.2.3"]);
    expect(Object.keys(paths)).toEqual(["/start_stream", "/stream", "/stop_stream", "/ingest"]);
    const { schema } = paths["/start_stream"].post.requestBody.content["application/json"];
    expect(schema.properties.batch_size).toMatchObject({ type: "integer", default: 1000, minimum: 1 });
    expect(schema.properties.num_batches.default).toBe(10);
    expect(schema.properties.interval.default).toBe(60);
    expect(schema.required).toBeUndefined();
  });

  it("counts what it does for Prometheus", async () => {
    await post("/start_stream", { batch_size: 10, num_batches: 2, interval: 0 });
    await ended();
    await post("/ingest", [record(1), record(2, { DP_DATE: "" })]);
    const { body } = await app.inject("/metrics");
    for (const line of [
      "churn_stream_batches_total 2",
      "churn_stream_rows_total 20",
      'churn_ingest_rows_total{result="rejected"} 1',
      'churn_http_requests_total{service="stream",method="POST",route="/start_stream",status="200"} 1',
    ]) {
      expect(body).toContain(line);
    }
  });
});
