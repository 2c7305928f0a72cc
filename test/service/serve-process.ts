import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadFile } from "../../src/load/load-file.js";
import { loadOptions } from "../../src/load/options.js";
import { openStore, type Store } from "../../src/store/open-store.js";

export const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));

/** A project folder of its own with a loaded log: this many subscribers, seven days. */
export async function makeProject(subscribers: number, config: object = {}): Promise<{ root: string; store: Store }> {
  const root = mkdtempSync(join(tmpdir(), "churn-service-"));
  mkdirSync(join(root, "data"));
  mkdirSync(join(root, "notebooks"));
  writeFileSync(join(root, "churn.config.json"), JSON.stringify({ stream: { origin: "resample" }, ...config }));
  const lines = ["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED"];
  for (let day = 1; day <= 7; day++) {
    for (let s = 0; s < subscribers; s++) lines.push(`2024-01-0${day},s${s},${s % 17},${s * 1.37},${s % 9 ? 0 : 1}`);
  }
  const path = join(root, "data", "log.csv");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const store = openStore({ path: join(root, "data", "churn.duckdb") });
  const file = { path, format: "csv" as const, delimiter: ",", sha256: "log", rows: lines.length - 1 };
  await loadFile(store, file, loadOptions.parse({ source: path }));
  return { root, store };
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A real `churn serve`. */
export interface ServeProcess {
  child: ChildProcess;
  url: string;
  monitoring: string;
  /** What it wrote to standard error. */
  log: () => string;
  exit: Promise<number | null>;
}

export async function startServe(
  root: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<ServeProcess> {
  const [port, monitoringPort] = [await freePort(), await freePort()];
  const words = [CHURN, "serve", "--port", String(port), "--monitoring-port", String(monitoringPort), ...args];
  const child = spawn(process.execPath, words, { cwd: root, env: { ...process.env, ...env } });
  let log = "";
  child.stderr.on("data", (data: Buffer) => {
    log += data;
  });
  child.stdout.resume();
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const serving = {
    child,
    url: `http://127.0.0.1:${port}`,
    monitoring: `http://127.0.0.1:${monitoringPort}`,
    log: () => log,
    exit,
  };
  for (let i = 0; i < 1000 && child.exitCode === null; i++) {
    if (log.includes('"msg":"monitoring service listens"') || (await answers(serving.url))) return serving;
    await sleep(20);
  }
  return serving;
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What must hold of a stream after whatever happened: every batch exactly once, with its rows, and sums that agree. */
export async function faultsOf(store: Store): Promise<Record<string, number>> {
  const found = await store.lease((db) =>
    db.row<Record<string, number>>(`SELECT
      (SELECT count(*) FROM batches b WHERE rows <> (SELECT count(*) FROM DP_CDR_Data d WHERE d.batch_id = b.batch_id)) AS wrong_batches,
      (SELECT count(*) FROM DP_CDR_Data WHERE batch_id NOT IN (SELECT batch_id FROM batches)) AS rows_without_batch,
      (SELECT count(*) FROM DP_CDR_Data) - (SELECT count(DISTINCT (DP_MSISDN, DP_DATE)) FROM DP_CDR_Data) AS doubled,
      (SELECT coalesce(max(number) + 1 - count(*), 0) FROM batches WHERE kind = 'stream') AS missing_numbers,
      (SELECT count(*) FROM (SELECT DP_DATE AS day, sum(DP_MOC_COUNT) AS calls, sum(DP_DATA_VOLUME) AS mb FROM DP_CDR_Data GROUP BY day)
        FULL JOIN DailySummary ON day = "Date" WHERE calls IS DISTINCT FROM Total_Outgoing_Calls OR abs(mb - Total_Data_Volume) > 1e-6 * mb) AS wrong_days`),
  );
  return found as Record<string, number>;
}

export const NO_FAULTS = { wrong_batches: 0, rows_without_batch: 0, doubled: 0, missing_numbers: 0, wrong_days: 0 };

export async function until(done: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`still not so after ${seconds} s`);
    await sleep(50);
  }
}

export const json = (body: unknown) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
