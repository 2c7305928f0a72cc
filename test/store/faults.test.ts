import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { random } from "../../src/core/random.js";
import { download } from "../../src/download/download.js";
import { load } from "../../src/load/load.js";
import { loadFile } from "../../src/load/load-file.js";
import { loadOptions } from "../../src/load/options.js";
import { checkStore } from "../../src/store/check-store.js";
import type { NewBatch } from "../../src/store/new-batch.js";
import { openStore, type Store } from "../../src/store/open-store.js";
import { stream } from "../../src/stream/stream.js";
import { serversHere, startServer, type TestServer } from "./servers.js";

/** Kills of a streaming process for each store; more with CHURN_TEST_KILLS=50. */
const KILLS = Number(process.env.CHURN_TEST_KILLS ?? 6);
const BATCHES = Math.max(60, 12 * KILLS);
// many batches need many subscribers: no record may lie in the future
const SOURCE = `sample:?subscribers=${Math.max(60, 2 * KILLS)}&days=30`;
const CHILD = fileURLToPath(new URL("streams.js", import.meta.url));
const LOADING_CHILD = fileURLToPath(new URL("loads.js", import.meta.url));

const SERVERS = serversHere();
const started = new Map<string, TestServer>();
const serverOf = (name: string) => started.get(name) as TestServer;
let folder: string;
beforeAll(async () => {
  for (const name of SERVERS) started.set(name, await startServer(name));
  folder = mkdtempSync(join(tmpdir(), "faults-"));
  await download({ source: SOURCE, data_dir: folder });
});
afterAll(async () => {
  for (const server of started.values()) await server.close();
});

const fresh = (name: string) => join(mkdtempSync(join(tmpdir(), "faults-")), `${name}.duckdb`);
const whole = async (store: Store) => {
  const { checks } = await checkStore(store);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
};

/** What the streamed rows are, whatever their numbers: per batch a count and a hash. */
function content(store: Store): Promise<unknown[]> {
  return store.lease((db) =>
    db.rows(`SELECT number, count(*) AS rows, CAST(bit_xor(hash(DP_DATE, DP_MSISDN, DP_MOC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED)) AS VARCHAR) AS print
      FROM DP_CDR_Data JOIN batches USING (batch_id) WHERE kind = 'stream' GROUP BY number ORDER BY number`),
  );
}

/** Starts a process that streams; gives the numbers of the batches that it said were written. */
function streamingProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, [CHILD], {
    env: { ...process.env, ...env, CHURN_TEST_DATA: folder, CHURN_TEST_BATCHES: String(BATCHES) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: number[] = [];
  let first: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    first = resolve;
  });
  createInterface(child.stdout).on("line", (line) => {
    if (line !== "done") acknowledged.push(Number(line));
    first();
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, acknowledged, begun, ended };
}

describe.each(["DuckDB", ...SERVERS])("a stream into %s", (name) => {
  it(`brings every batch exactly once after ${KILLS} kills at random points`, {
    timeout: 60_000 + KILLS * 20_000,
  }, async () => {
    const path = fresh("killed");
    const url = name === "DuckDB" ? null : (await serverOf(name).database()).url;
    const store = openStore({ path, url, wait_seconds: 120 }, () => {});
    await load(store, { source: SOURCE, data_dir: folder });
    const env = { ...(url ? { CHURN_TEST_URL: url } : {}), CHURN_TEST_PATH: path };
    const draw = random("moments of kills");
    const told = new Set<number>();
    for (let i = 0; i < KILLS; i++) {
      const { child, acknowledged, begun, ended } = streamingProcess(env);
      await Promise.race([begun, ended]);
      await sleep(draw.next() * 120);
      child.kill("SIGKILL");
      await ended;
      for (const number of acknowledged) {
        expect(told.has(number), `batch ${number} was written twice`).toBe(false);
        told.add(number);
      }
      await whole(store);
      const [counts] = await store.lease((db) => db.rows("SELECT count(*) AS n FROM batches WHERE kind = 'stream'"));
      expect(counts?.n).toBeGreaterThanOrEqual(told.size);
    }
    const last = streamingProcess(env);
    expect(await last.ended).toBe(0);
    await whole(store);

    const quiet = openStore({ path: fresh("quiet") });
    await load(quiet, { source: SOURCE, data_dir: folder });
    await stream(quiet, { batch_size: 100, num_batches: BATCHES, interval: 0, data_dir: folder, label_delay: 3 });
    const expected = await content(quiet);
    expect(expected).toHaveLength(BATCHES);
    expect(await content(store)).toEqual(expected);
  });
});

describe.each(SERVERS)("a load into %s that is killed", (serverName) => {
  const DAYS = 15;
  const SUBSCRIBERS = 40_000;
  const lines = Array.from(
    { length: DAYS * SUBSCRIBERS },
    (_, i) => `2024-01-${String(1 + Math.floor(i / SUBSCRIBERS)).padStart(2, "0")},s${i % SUBSCRIBERS},${i % 7}`,
  );
  // a bad row in the first piece of three, a row of the first piece again in the last
  lines[5] = "2024-01-01,s5,many";
  lines[550_000] = "2024-01-01,s9,1";

  it("continues after its last piece, with every line exactly once", { timeout: 300_000 }, async () => {
    await serverOf(serverName).root("SET GLOBAL local_infile = 1");
    const { url } = await serverOf(serverName).database();
    const path = fresh("loaded");
    const source = join(folder, "pieces.csv");
    writeFileSync(source, `DP_DATE,DP_MSISDN,DP_MOC_COUNT\n${lines.join("\n")}\n`);
    await download({ source, data_dir: folder });

    /** Loads in another process, and kills it when this many pieces are reported and the next is on its way. */
    const killedAfter = async (pieces: number) => {
      const child = spawn(process.execPath, [LOADING_CHILD], {
        env: {
          ...process.env,
          CHURN_TEST_URL: url,
          CHURN_TEST_PATH: path,
          CHURN_TEST_SOURCE: source,
          CHURN_TEST_DATA: folder,
        },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const told: number[] = [];
      for await (const line of createInterface(child.stdout)) {
        told.push(Number(line));
        if (told.length > pieces) break;
      }
      const underWay = async () =>
        JSON.stringify(await serverOf(serverName).root("SELECT info FROM information_schema.processlist")).includes(
          "LOAD DATA",
        );
      while (child.exitCode === null && !(await underWay())) await sleep(2);
      child.kill("SIGKILL");
      await ended;
      return told;
    };
    const ledger = () =>
      openStore({ url, path: fresh("looks") }, () => {}).lease((db) =>
        db.rows(
          "SELECT lines, rows, rejected, notes, CAST(committed_at AS VARCHAR) AS at FROM batches ORDER BY batch_id",
        ),
      );

    await killedAfter(0);
    expect(await ledger()).toEqual([]);
    await killedAfter(1);
    const before = await ledger();
    expect(before).toHaveLength(1);
    expect(before[0]).toMatchObject({ rejected: 1 });
    const store = openStore({ url, path }, () => {});
    await whole(store);
    await expect(stream(store, { num_batches: 1, data_dir: folder })).rejects.toThrow(/is loaded up to line 2\d+ only/);

    const told: number[] = [];
    const done = await load(store, { source, data_dir: folder }, { onProgress: ({ done }) => told.push(done) });
    expect(done).toMatchObject({ lines: lines.length, rows: lines.length - 2, rejected: 2, storedBefore: 0 });
    expect(done.rejects.map(({ reason, firstLine }) => [reason, firstLine])).toEqual([
      ["not a number", 7],
      ["a second row of this subscriber and day, after line …", 550_002],
    ]);
    const after = await ledger();
    expect(after[0]).toEqual(before[0]);
    const pieces = after.map(({ notes }) => JSON.parse(notes as string).piece as { after: number; to: number });
    expect(pieces.map((piece) => piece.after)).toEqual([0, ...pieces.slice(0, -1).map((piece) => piece.to)]);
    expect(pieces.at(-1)).toMatchObject({ to: lines.length + 1, of: lines.length + 1 });
    expect(told.slice(1)).toEqual(pieces.slice(1).map((piece) => Math.min(piece.to, lines.length)));
    await whole(store);
    const found = await store.lease((db) =>
      db.rows("SELECT count(DISTINCT id) AS ids, CAST(sum(DP_MOC_COUNT) AS BIGINT) AS calls FROM DP_CDR_Data"),
    );
    const calls = lines.reduce(
      (sum, line, i) => (i === 5 || i === 550_000 ? sum : sum + Number(line.split(",")[2])),
      0,
    );
    expect(found).toEqual([{ ids: lines.length - 2, calls }]);
    expect(await load(store, { source, data_dir: folder })).toMatchObject({ upToDate: true, rows: lines.length - 2 });
  });
});

describe.each(SERVERS)("%s that fails", (serverName) => {
  const running = () => serverOf(serverName);
  const opened = async (given: { wait_seconds?: number; statement_seconds?: number } = {}) => {
    const { url, name } = await running().database();
    const messages: string[] = [];
    const store = openStore({ url, path: fresh("server"), wait_seconds: 60, ...given }, (line) => messages.push(line));
    return { store, messages, url, name };
  };

  it("is waited for when it is killed mid-stream, with every batch exactly once", { timeout: 180_000 }, async () => {
    const { store, messages } = await opened();
    await load(store, { source: SOURCE, data_dir: folder });
    let batches = 0;
    const streaming = stream(
      store,
      { batch_size: 50, num_batches: 200, interval: 0.02, data_dir: folder },
      { onBatch: () => batches++ },
    );
    for (let i = 0; i < 3; i++) {
      const before = batches;
      while (batches < before + 10) await sleep(5);
      await running().kill();
      await sleep(1000);
      await running().start();
    }
    const done = await streaming;
    expect(done).toMatchObject({ batchCount: 200, rows: 10_000 });
    expect(messages.filter((line) => /cannot be reached; waiting/.test(line)).length).toBeGreaterThan(0);
    expect(messages.filter((line) => /is back/.test(line)).length).toBeGreaterThan(0);
    await whole(store);
  });

  it("is waited for when it is killed while the rows of a load go into it", { timeout: 120_000 }, async () => {
    await running().root("SET GLOBAL local_infile = 1");
    const { store } = await opened();
    await store.lease(async () => {}, { create: true });
    const path = join(folder, "large.csv");
    const rows = 300_000;
    const lines = Array.from({ length: rows }, (_, i) => `2024-01-${1 + (i % 9)},s${i},${i % 7}`);
    writeFileSync(path, `DP_DATE,DP_MSISDN,DP_MOC_COUNT\n${lines.join("\n")}\n`);
    const file = { path, format: "csv" as const, delimiter: ",", sha256: "large", rows };
    const loading = loadFile(store, file, loadOptions.parse({}));
    const isUnderWay = async () =>
      JSON.stringify(await running().root("SELECT info FROM information_schema.processlist")).includes("LOAD DATA");
    while (!(await isUnderWay())) await sleep(5);
    await sleep(100);
    await running().kill();
    await sleep(500);
    await running().start();
    expect(await loading).toMatchObject({ rows, rejected: 0 });
    await whole(store);
  });

  it("is named when it stays away, without the password", async () => {
    const { url } = await opened();
    const gone = openStore({ url: url.replace(/:\d+\//, ":1/"), path: fresh("gone"), wait_seconds: 0.5 }, () => {});
    await expect(gone.commitBatch(batch(0))).rejects.toMatchObject({
      code: "STORE_UNREACHABLE",
      message: expect.stringMatching(/RawData_\d+ on 127\.0\.0\.1:1 cannot be reached/),
    });
    await expect(gone.commitBatch(batch(0))).rejects.not.toThrow(/se'cret/);
  });

  it("may end idle connections", async () => {
    const { store, name } = await opened();
    await store.commitBatch(batch(0));
    const idle = (await running().root(`SELECT id FROM information_schema.processlist WHERE db = '${name}'`)) as {
      id: number;
    }[];
    expect(idle.length).toBeGreaterThan(0);
    for (const { id } of idle) await running().root(`KILL ${id}`);
    expect(await store.commitBatch(batch(1))).toMatchObject({ written: true });
    await whole(store);
  });

  it("may be stopped in its tracks: the statement is given up, and done again, once", { timeout: 60_000 }, async () => {
    const { store } = await opened({ statement_seconds: 1 });
    await store.commitBatch(batch(0));
    running().freeze(true);
    const sent = store.commitBatch(batch(1));
    await sleep(2500);
    running().freeze(false);
    expect(await sent).toMatchObject({ rows: 10 });
    expect(await store.commitBatch(batch(1))).toMatchObject({ written: false });
    await whole(store);
  });

  it("may be locked by another session for a while, and says so when it is too long", { timeout: 60_000 }, async () => {
    const { store, url, name } = await opened();
    await store.commitBatch(batch(0));
    const hold = running().root(
      "START TRANSACTION; SELECT * FROM workbench_state FOR UPDATE; SELECT SLEEP(4); COMMIT",
      name,
    );
    await sleep(300);
    const impatient = openStore({ url, path: fresh("locked"), wait_seconds: 0, statement_seconds: 4 }, () => {});
    await expect(impatient.commitBatch(batch(1))).rejects.toMatchObject({ code: "STORE_BUSY" });
    expect(await store.commitBatch(batch(1))).toMatchObject({ written: true });
    await hold;
    await whole(store);
  });

  it("may choose transactions as victims of deadlocks: they are done again", { timeout: 60_000 }, async () => {
    const { store, name } = await opened();
    await store.commitBatch(batch(0));
    const other = running().root(
      `START TRANSACTION; UPDATE DailySummary SET Total_Outgoing_Calls = Total_Outgoing_Calls; SELECT SLEEP(1);
       SELECT * FROM workbench_state FOR UPDATE; COMMIT`,
      name,
    );
    await sleep(200);
    const [sent] = await Promise.all([store.commitBatch({ ...batch(1), ...sameDay() }), other.catch(() => [])]);
    expect(sent).toMatchObject({ written: true });
    await whole(store);
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;
if (!canMount) console.warn("a full disk is not tried: mounting a small one needs root");

describe.skipIf(!canMount)("a disk under a DuckDB store", () => {
  const disk = () => {
    const at = mkdtempSync(join(tmpdir(), "disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", at]);
    onTestFinished(() => void execFileSync("umount", ["-l", at]));
    return at;
  };

  it("that is full loses no batch that was acknowledged, and the store continues when there is room", {
    timeout: 120_000,
  }, async () => {
    const at = disk();
    const store = openStore({ path: join(at, "churn.duckdb") });
    let written = 0;
    const fill = async () => {
      for (let i = 0; i < 5000; i++) {
        await store.commitBatch(batch(written, 2000));
        written++;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: "STORE_FULL" });
    expect(written).toBeGreaterThan(0);
    execFileSync("mount", ["-o", "remount,size=60m", at]);
    const count = await store.lease((db) => db.rows("SELECT count(*) AS n FROM batches"));
    expect(count).toEqual([{ n: written }]);
    await store.commitBatch(batch(written, 2000));
    await whole(store);
  });

  it("that is read-only is reported", async () => {
    const at = disk();
    const store = openStore({ path: join(at, "churn.duckdb") });
    await store.commitBatch(batch(0));
    await sleep(300);
    execFileSync("mount", ["-o", "remount,ro", at]);
    await expect(store.commitBatch(batch(1))).rejects.toMatchObject({
      code: "STORE_READ_ONLY",
      message: expect.stringContaining(at),
    });
  });
});

/** Subscribers of one day in 2024. */
function batch(number: number, size = 10): NewBatch {
  const columns = {
    DP_DATE: new Int32Array(size).fill(19800 + number),
    DP_MSISDN: Array.from({ length: size }, (_, i) => `s${i}`),
    DP_MOC_COUNT: Float64Array.from({ length: size }, (_, i) => i),
    DP_DATA_VOLUME: Float64Array.from({ length: size }, (_, i) => Math.sqrt(i + number)),
  };
  return { kind: "stream", name: "default", number, source: "test", content: "these rows", rows: { columns } };
}

/** Other subscribers of the first batch's day. */
function sameDay(): Pick<NewBatch, "rows"> {
  const columns = { DP_DATE: Int32Array.of(19800), DP_MSISDN: ["other"], DP_MOC_COUNT: Float64Array.of(1) };
  return { rows: { columns } };
}
