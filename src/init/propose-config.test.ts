import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callRecords, LOGS, type MadeLog } from "../../test/fixtures/init/make-logs.js";
import { configure } from "../config/configure.js";
import { download } from "../download/download.js";
import { buildFeatures } from "../features/build-features.js";
import { load } from "../load/load.js";
import { inMemory } from "../store/memory-database.js";
import { openStore } from "../store/open-store.js";
import { formatConfig } from "./compose-config.js";
import type { Proposal } from "./proposal.js";
import { proposeConfig } from "./propose-config.js";

const folder = mkdtempSync(join(tmpdir(), "churn-propose-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let logs = 0;

/** Writes the files of a log into a folder of their own, and gives their paths. */
function write(files: MadeLog["files"]): string[] {
  const own = join(folder, `log${logs++}`);
  return Object.entries(files).map(([name, content]) => {
    const path = join(own, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
}

/** Loads a log whole by the config that is proposed, and makes features of it. */
async function loadAll({ config }: Proposal, log: MadeLog) {
  const own = mkdtempSync(join(folder, "load-"));
  const file = join(own, "log.config.json");
  const [source, ...more] = write(log.files);
  writeFileSync(file, formatConfig({ ...config, source: more.length ? dirname(source) : source }));
  const settings = configure({ config: file }, { env: {}, cwd: own });
  const store = openStore(settings.store);
  await download(settings.download);
  const loaded = await load(store, { ...settings.load, until: null });
  const features = await buildFeatures(store, settings.features);
  const sums = Object.keys(log.sums).map((name) => `CAST(sum("${name}") AS DOUBLE) AS "${name}"`);
  const stored = await store.lease((db) =>
    db.oneRow<Record<string, number>>(`SELECT count(*) AS rows, ${sums.join(", ")} FROM DP_CDR_Data`),
  );
  return { stored, loaded, features };
}

describe.each(LOGS.map((make) => make()))("of $name, init", (log) => {
  let proposal: Proposal;

  it("finds who acts, when, and how it is written", async () => {
    proposal = await proposeConfig(write(log.files));
    const { config, grain, time, doubts } = proposal;
    const columns = config.columns as Record<string, string>;
    expect({ subscriber: columns.subscriber, time: time.column, format: time.format, grain, doubts }).toEqual({
      ...{ subscriber: log.subscriber, time: log.time, format: log.format, grain: log.grain },
      doubts: [],
    });
    expect(proposal.recordId).toBe(log.recordId ?? null);
  });

  it("measures what can be added up, and says of the rest why not", () => {
    const names = proposal.measures.map(({ name }) => name);
    const own = Object.keys((proposal.config.columns as object) ?? {});
    expect([...names, ...own]).toEqual(expect.arrayContaining(Object.keys(log.sums)));
    const out = proposal.leftOut.map(({ name }) => name);
    expect(out).toEqual(expect.arrayContaining([...(log.notMeasures ?? []), ...(log.attributes ?? [])]));
    expect(proposal.attributes).toEqual(log.attributes ?? []);
    expect(names.filter((name) => log.notMeasures?.includes(name))).toEqual([]);
  });

  it("leaves out who has been silent for the horizon already, where silence is what churn is", () => {
    const { columns, active_within, horizon } = proposal.config;
    const hasFlags = "PSEUDO_CHURNED" in (columns as object);
    expect(active_within).toBe(hasFlags ? undefined : horizon);
  });

  it("gives a config by which every usable row is loaded, with the sums of the log", async () => {
    const { stored, loaded } = await loadAll(proposal, log);
    expect(loaded.rejected).toBe(log.rejected ?? 0);
    expect(stored.rows).toBe(log.rows);
    for (const [name, sum] of Object.entries(log.sums)) {
      expect([name, stored[name]]).toEqual([name, expect.closeTo(sum, 4)]);
    }
  });

  it("leaves days for the stream, at least eight chunks of them", () => {
    expect(proposal.days.until).not.toBeNull();
    expect(proposal.days.chunks).toBeGreaterThanOrEqual(8);
  });
});

describe("where the data leave something open, init", () => {
  const days = (most: number, sign: string) =>
    Array.from({ length: most }, (_, day) =>
      Array.from({ length: 20 }, (_, who) => {
        const text = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10).split("-").reverse().join(sign);
        return (who * 7 + day * 5) % 3 ? `${text},u${who},${1 + ((who + day) % 5)}\n` : "";
      }).join(""),
    ).join("");

  it("names the two formats that fit, takes the likelier one, and the one that is given", async () => {
    const [path] = write({ "log.csv": `day,user,clicks\n${days(12, "/")}` });
    const { doubts, time } = await proposeConfig(path);
    expect(time.format).toBe("%d/%m/%Y");
    expect(doubts).toEqual([
      expect.objectContaining({
        option: "time_format",
        question: expect.stringMatching(/fit DD\/MM\/YYYY and MM\/DD\/YYYY.*12 days from 2024-01-01 to 2024-01-12/),
        choices: [expect.objectContaining({ value: "%d/%m/%Y" }), expect.objectContaining({ value: "%m/%d/%Y" })],
      }),
    ]);
    const given = await proposeConfig(path, { time_format: "%m/%d/%Y" });
    expect(given.doubts).toEqual([]);
    expect(given.time).toMatchObject({ format: "%m/%d/%Y", last: "2024-12-01" });
  });

  it("shows the days that decide it where there are some", async () => {
    const { doubts, findings } = await proposeConfig(write({ "log.csv": `day,user,clicks\n${days(40, "-")}` }));
    expect(doubts).toEqual([]);
    const time = findings.find(({ what }) => what === "time");
    expect(time?.evidence[0]).toBe("19 of 40 days cannot be month first");
  });

  it("says that a log is too short, and what length would do", async () => {
    const { config, notes } = await proposeConfig(write({ "log.csv": `day,user,clicks\n${days(20, "-")}` }));
    expect(config).not.toHaveProperty("until");
    expect(notes[0]).toMatch(/too short to leave days for the stream.*it has 20 days.*need \d+/);
  });

  it("names what is missing: a time, a subscriber, a column that is no column", async () => {
    const [path] = write({ "log.csv": "a,b\n1,x\n2,y\n1,z\n" });
    await expect(proposeConfig(path)).rejects.toMatchObject({
      code: "BAD_INPUT",
      message: expect.stringMatching(/no column holds days or times.*\n.*--time/),
    });
    const alone = Array.from({ length: 60 }, (_, at) => `id${at},me,2024-01-${10 + (at % 20)}\n`).join("");
    await expect(proposeConfig(write({ "log.csv": `record,who,day\n${alone}` }))).rejects.toMatchObject({
      message: expect.stringContaining("no column names who acted among record, who, day"),
    });
    const [other] = write({ "log.csv": `day,user,clicks\n${days(12, "-")}` });
    await expect(proposeConfig(other, { subscriber: "usr" })).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining('did you mean "user"?'),
    });
    await expect(proposeConfig(join(folder, "none.csv"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("in a folder, init", () => {
  it("tells the log from the tables of its subscribers, and leaves out what tells the outcome", async () => {
    const log = callRecords();
    const [header, ...lines] = log.files["cdr.csv"].toString().trim().split("\n");
    const lastDay = new Map<string, string>();
    const files: Record<string, string> = {};
    for (const line of lines) {
      const [, who, , , , start] = line.split(",");
      const day = start.slice(0, 10).split("/").reverse().join("-");
      lastDay.set(who, day);
      const name = `cdr/calls-${day}.csv`;
      files[name] = `${files[name] ?? `${header}\n`}${line}\n`;
    }
    const left = [...lastDay].filter(([, day]) => day < "2024-03-15");
    files["customers.csv"] = `id,name,plan,region,state\n${[...lastDay]
      .map(
        ([id, day], at) =>
          `${id},N${at},${["gold", "basic"][at % 2]},R${at % 5},${day < "2024-03-15" ? "gone" : "here"}`,
      )
      .join("\n")}\n`;
    files["leavers.csv"] =
      `customer,left_on,why\n${left.map(([id, day], at) => `${id},${day},${["price", "moved"][at % 2]}`).join("\n")}\n`;
    files["cells.csv"] = "cell,place\n300,Rome\n301,Milan\n";
    const path = dirname(dirname(write(files)[0]));
    const { config, notes, findings } = await proposeConfig(path, { output: join(path, "x.config.json") });
    expect(config.source).toBe("cdr");
    expect({ attributes: config.attributes, churned: config.churned }).toEqual({
      attributes: { source: "customers.csv", subscriber: "id", columns: ["plan", "region"] },
      churned: { source: "leavers.csv", subscriber: "customer", day: "left_on" },
    });
    expect(notes).toContainEqual(expect.stringMatching(/^cells.csv: other columns/));
    expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(["leavers", "attributes"]));
    expect(JSON.stringify(findings)).toMatch(/state.*silent at the end of the log/);
  });

  it("reads the columns in the names of the folders of partitioned Parquet", async () => {
    const path = join(folder, "parts");
    mkdirSync(path);
    await inMemory((db) =>
      db.run(`COPY (SELECT 'u' || (i * 7919 % 97) AS "user", i % 11 AS plays, DATE '2024-01-01' + CAST(i // 60 AS INTEGER) AS day
        FROM range(6000) t(i)) TO '${path}' (FORMAT parquet, PARTITION_BY (day))`),
    );
    const { config, time, looked } = await proposeConfig(path);
    expect([time.column, time.last, config.columns]).toEqual(["day", "2024-04-09", { subscriber: "user", day: "day" }]);
    expect(looked).toMatch(/^6,000 rows, 100 files, all of it$/);
  });
});

it("of a log that is larger than what it may look at, init takes all rows of a part of the subscribers", async () => {
  const log = callRecords();
  const whole = await proposeConfig(write(log.files));
  const part = await proposeConfig(write(log.files), { rows: 3000 });
  expect(part.looked).toMatch(/of about [\d,]+, those of one subscriber in \d+, 1 file$/);
  const { store: _, ...same } = whole.config;
  for (const key of ["columns", "grain", "measures", "time"]) expect(part.config[key]).toEqual(same[key]);
});
