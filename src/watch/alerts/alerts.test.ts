import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { MonitoringResult } from "../../monitoring/results/monitoring-result.js";
import { handleAlerts } from "./alert-desk.js";
import type { AlertEvent } from "./alert-event.js";
import { type AlertMemory, type AlertRule, alertEvents } from "./alert-events.js";
import { fileSink, webhookSink } from "./alert-sinks.js";

const folder = mkdtempSync(join(tmpdir(), "alerts-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A result of daily chunks: `!` alerts, `.` does not, `?` has no value. */
function days(pattern: string, firstDay = 0) {
  const chunks = [...pattern].map((_, i) => ({
    key: `day ${firstDay + i}`,
    chunkIndex: i,
    startIndex: i,
    endIndex: i,
    startDate: null,
    endDate: null,
    startMs: (firstDay + i) * 86_400_000,
    endMs: null,
    period: "analysis" as const,
    rows: 1,
  }));
  const measures = [...pattern].map((sign) => ({
    value: sign === "?" ? null : sign === "!" ? 0.5 : 0.8,
    alert: sign === "!",
    n: 100,
    lowerThreshold: 0.7,
    upperThreshold: null,
  }));
  const series = [{ key: "roc_auc", metric: "roc_auc", label: "ROC AUC", measures }];
  return { realized: new MonitoringResult("realized", chunks, series, ["value", "alert"]) };
}

const told = (pattern: string, rule: Omit<AlertRule, "name"> = {}) =>
  alertEvents(days(pattern), [{ name: "auc", ...rule }], {}).events.map(
    ({ kind, chunk, since }) => `${kind} ${chunk} since ${since}`,
  );

it("tells one alert for a run of alerts, and one all-clear when it is over", () => {
  expect(told("..!!!!..")).toEqual(["alert day 2 since day 2", "all_clear day 6 since day 2"]);
});

it("waits for as many chunks in a row as the rule says", () => {
  expect(told("!.!!.!!!.", { chunksInARow: 3 })).toEqual(["alert day 7 since day 5", "all_clear day 8 since day 5"]);
});

it("takes a chunk without a value neither for an alert nor for an all-clear", () => {
  expect(told("!??!..", { chunksInARow: 2, clearAfter: 2 })).toEqual([
    "alert day 3 since day 0",
    "all_clear day 5 since day 0",
  ]);
});

it("stays quiet for the cool-down after an all-clear", () => {
  expect(told("!.!.!!", { coolDown: 3 })).toEqual([
    "alert day 0 since day 0",
    "all_clear day 1 since day 0",
    "alert day 5 since day 4",
  ]);
});

it("looks at each chunk once, whether a run hands over all chunks or only the new ones", () => {
  let memory: AlertMemory = {};
  const run = (pattern: string, firstDay: number) => {
    const found = alertEvents(days(pattern, firstDay), [{ name: "auc" }], memory);
    memory = found.memory;
    return found.events.map(({ kind, chunk }) => `${kind} ${chunk}`);
  };
  expect(run(".!", 0)).toEqual(["alert day 1"]);
  expect(run(".!!", 0)).toEqual([]);
  expect(run("!", 3)).toEqual([]);
  expect(run(".", 4)).toEqual(["all_clear day 4"]);
});

it("refuses a rule that cannot be", () => {
  expect(() => told("!", { chunksInARow: 0 })).toThrow(/alert rule "auc": chunksInARow cannot be 0/);
});

it("posts signed events, tries again with pauses, and gives up on a refusal", async () => {
  const seen: { status: number; body: string; signature: unknown; key: unknown; at: number }[] = [];
  const answers = [503, 429, 200, 400];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const status = answers[seen.length] ?? 200;
      const { "x-churn-signature": signature, "idempotency-key": key } = request.headers;
      seen.push({ status, body, signature, key, at: performance.now() });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=hidden`;
    const sink = webhookSink({ url, secret: "s3cret", backoff: 40 });
    const [event] = alertEvents(days("!"), [{ name: "auc" }], {}).events;
    await sink.send(event);
    expect(seen.map(({ status }) => status)).toEqual([503, 429, 200]);
    const last = seen[2];
    expect(JSON.parse(last.body)).toMatchObject({ kind: "alert", cause: "roc_auc", value: 0.5, lower_threshold: 0.7 });
    expect(last.signature).toBe(`sha256=${createHmac("sha256", "s3cret").update(last.body).digest("hex")}`);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set([event?.id]));
    expect(last.at - seen[1].at).toBeGreaterThan(60);
    await expect(sink.send(event)).rejects.toThrow(/did not take the alert: status 400/);
    expect(seen).toHaveLength(4);
    expect(sink.name).not.toContain("hidden");
  } finally {
    server.close();
  }
});

it("tells each event once over many runs, and tries again what a sink did not take", async () => {
  const path = join(folder, "desk.json");
  const log = join(folder, "alerts.jsonl");
  const flaky = { name: "flaky", taken: [] as AlertEvent[], down: true };
  const sinks = [
    fileSink(log),
    {
      name: "flaky",
      async send(event: AlertEvent) {
        if (flaky.down) throw new Error("no route");
        flaky.taken.push(event);
      },
    },
  ];
  const rules = [{ name: "auc" }];
  const first = await handleAlerts(days(".!"), { path, sinks, rules });
  expect(readFileSync(path, "utf8")).toContain('"value":0.5,"lower_threshold":0.7,"upper_threshold":null}');
  expect(first.failures.map(({ sink, fault }) => [sink, fault])).toEqual([["flaky", "no route"]]);
  flaky.down = false;
  const second = await handleAlerts(days(".!!"), { path, sinks, rules });
  expect(second).toEqual({ events: [], failures: [], taken: 1 });
  expect(flaky.taken).toEqual(first.events);
  expect(flaky.taken[0]).toMatchObject({ lowerThreshold: 0.7, upperThreshold: null });
  await handleAlerts(days(".!!."), { path, sinks, rules });
  const lines = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(Object.keys(lines[0]).slice(-3)).toEqual(["value", "lower_threshold", "upper_threshold"]);
  expect(lines.map(({ kind, chunk }) => `${kind} ${chunk}`)).toEqual(["alert day 1", "all_clear day 3"]);
});
