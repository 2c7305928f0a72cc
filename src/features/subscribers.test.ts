import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MEASURES } from "../cdr/columns.js";
import { download } from "../download/download.js";
import { load } from "../load/load.js";
import type { LoadOptions } from "../load/options.js";
import type { SqlValue } from "../store/database.js";
import { openStore, type Store } from "../store/open-store.js";
import { buildFeatures } from "./build-features.js";
import { createSnapshots } from "./create-snapshots.js";
import { planFeatures, planHash } from "./feature-plan.js";
import { leaversAgainstSilence } from "./known-leavers.js";
import { featureOptions } from "./options.js";

const FIXTURES = new URL("../../test/fixtures/features/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "subscribers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LOG = { source: `${FIXTURES}log.csv`, data_dir: folder };
const ATTRIBUTES = {
  attributes: { source: `${FIXTURES}attributes.csv`, subscriber: "id", valid_from: "since" },
} satisfies LoadOptions;
const CHURNED = {
  churned: { source: `${FIXTURES}leavers.csv`, subscriber: "kunde", day: "weg", date_format: "%d.%m.%Y" },
} satisfies LoadOptions;

async function loadedStore(file: string, options: LoadOptions): Promise<Store> {
  const store = openStore({ path: join(folder, file) });
  await download(LOG);
  await load(store, { ...LOG, ...options });
  return store;
}

const fixture = (store: Store, file: string) =>
  store.lease((db) => db.rows(`SELECT * FROM read_csv('${FIXTURES}${file}', nullstr = '', all_varchar = true)`));
const snapshots = (store: Store) =>
  store.lease((db) =>
    db.rows('SELECT * REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM Processed_Data ORDER BY "Date", "User"'),
  );
const onDay = (date: string) => ({ data_dir: folder, start_date: date, end_date: date, snapshot_every: 1 });
const DAYS = ["2024-02-05", "2024-02-19", "2024-03-01"];
const number = (cell: SqlValue) => (cell === null ? null : Number(cell));

describe("features of attributes", () => {
  let store: Store;
  beforeAll(async () => {
    store = await loadedStore("attributes.duckdb", ATTRIBUTES);
  });

  it("are the values of the day before the snapshot, as pandas finds them", async () => {
    const theirs = await fixture(store, "attribute_features.csv");
    for (const day of DAYS) {
      const { plan } = await buildFeatures(store, onDay(day));
      const expected = theirs.filter((row) => row.Date === day);
      const ours = await snapshots(store);
      expect(ours.map((row) => row.User)).toEqual(expected.map((row) => row.User));
      const names = Object.keys(expected[0] as object).filter((name) => !["Date", "User", "label"].includes(name));
      expect(
        plan.features
          .filter(({ kind }) => kind.startsWith("attribute"))
          .map(({ name }) => name)
          .sort(),
      ).toEqual([...names].sort());
      for (const [i, row] of expected.entries()) {
        for (const name of names) expect(ours[i]?.[name], `${name} of ${row.User} on ${day}`).toBe(number(row[name]));
        expect(ours[i]?.M_TENURE_CHURN).toBe(number(row.label));
      }
    }
  });

  it("carry their titles, and the texts that they stand for", async () => {
    const { plan } = await buildFeatures(store, onDay(DAYS[0] as string));
    expect(plan.features.find(({ name }) => name === "plan=flat__with_data")).toEqual({
      name: "plan=flat__with_data",
      kind: "attribute_is",
      attribute: "plan",
      level: "flat, with data",
      title: "plan: flat, with data",
    });
    expect(plan.features.find(({ name }) => name === "days_since_joined")).toMatchObject({
      title: "days since joined",
    });
  });

  it("do not change when values of later days do", async () => {
    const other = await loadedStore("future.duckdb", ATTRIBUTES);
    const day = DAYS[1] as string;
    const { plan } = await buildFeatures(other, { ...onDay(day), data_dir: join(folder, "future") });
    const made = () =>
      other.lease(async (db) => {
        await createSnapshots(db, { plan, hash: planHash(plan) }, { table: "made", temporary: true, days: [day] });
        return db.rows('SELECT * FROM made ORDER BY "User"');
      });
    const before = await made();
    const changed = await other.lease((db) =>
      db.run(
        `UPDATE subscriber_attributes SET plan = 'basic', age = 1, prepaid = NOT prepaid WHERE valid_from >= DATE '${day}'`,
      ),
    );
    expect(changed).toBeGreaterThan(2);
    expect(await made()).toEqual(before);
  });

  it("tell churn by value, with the counts that pandas has", async () => {
    const theirs = await fixture(store, "segments.csv");
    const sums = new Map<string, Record<string, number>>();
    for (const day of DAYS) {
      const { segments } = await buildFeatures(store, onDay(day));
      for (const { attribute, value, snapshots, labelled, churned } of segments) {
        const key = `${attribute} ${value}`;
        const sum = sums.get(key) ?? { snapshots: 0, labelled: 0, churned: 0 };
        sums.set(key, {
          snapshots: (sum.snapshots as number) + snapshots,
          labelled: (sum.labelled as number) + labelled,
          churned: (sum.churned as number) + churned,
        });
      }
    }
    expect(sums.size).toBe(theirs.length);
    for (const row of theirs) {
      expect(sums.get(`${row.attribute} ${row.value}`)).toEqual({
        snapshots: Number(row.snapshots),
        labelled: Number(row.labelled),
        churned: Number(row.churned),
      });
    }
  });

  it("leave plan and hash alone where there are none, or none are wanted", async () => {
    const plain = await loadedStore("plain.duckdb", {});
    const { planHash: without } = await buildFeatures(plain, onDay(DAYS[0] as string));
    const { planHash: unwanted, notes } = await buildFeatures(store, {
      ...onDay(DAYS[0] as string),
      use_attributes: [],
    });
    const { planHash: wanted } = await buildFeatures(store, onDay(DAYS[0] as string));
    expect(unwanted).toBe(without);
    expect(wanted).not.toBe(without);
    expect(notes.join()).not.toContain("attribute");
    await expect(buildFeatures(store, { use_attributes: ["plans"] })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("say that values without a day may be of later", async () => {
    const { source, subscriber } = ATTRIBUTES.attributes;
    const now = await loadedStore("now.duckdb", {
      attributes: { source, subscriber, columns: ["region"] },
      max_rejects: 1,
    });
    const { notes, plan } = await buildFeatures(now, onDay(DAYS[0] as string));
    expect(plan.features.filter(({ kind }) => kind === "attribute_is")).toHaveLength(2);
    expect(notes.join("\n")).toContain("load.attributes.valid_from");
  });

  it("are few where a text has many values, and it is said", async () => {
    const many = await loadedStore("many.duckdb", ATTRIBUTES);
    await many.lease((db) => db.run("UPDATE subscriber_attributes SET plan = 'p' || DP_MSISDN"));
    const { plan, notes } = await buildFeatures(many, onDay(DAYS[0] as string));
    expect(plan.features.filter((feature) => "attribute" in feature && feature.attribute === "plan")).toEqual([]);
    expect(notes.join("\n")).toMatch(/attribute plan has 21 values, none of 2 subscribers or more: it is no feature/);
  });

  it("fail when the store does not have the attribute of a plan any more", async () => {
    const { plan } = await buildFeatures(store, onDay(DAYS[0] as string));
    const plain = await loadedStore("gone.duckdb", {});
    const made = plain.lease((db) =>
      createSnapshots(db, { plan, hash: planHash(plan) }, { table: "made", temporary: true, days: DAYS }),
    );
    await expect(made).rejects.toThrow(/needs the attribute "plan": the store does not have it/);
  });
});

describe("names of attribute features", () => {
  const attributes = [
    { name: "plan", kind: "text" as const },
    { name: "User", kind: "number" as const },
    { name: "Größe", kind: "number" as const },
  ];
  const levels = ["Gold", "gold", "a,b", "a;b", "x".repeat(99)].map((level) => ({
    attribute: "plan",
    level,
    subscribers: 9,
  }));
  it("are columns of every database: no two differ in capitals only, none is one of ours", () => {
    const plan = planFeatures(featureOptions.parse({}), MEASURES.slice(0, 1), false, {
      attributes: { attributes, levels, hasHistory: true },
    });
    const names = plan.features.map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["plan=Gold", "plan=gold_2", "plan=a_b", "plan=a_b_2", "User_2", "Größe"]),
    );
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(60);
  });
});

describe("the label of a list of leavers", () => {
  let store: Store;
  beforeAll(async () => {
    store = await loadedStore("leavers.duckdb", CHURNED);
  });
  const counts = JSON.parse(readFileSync(`${FIXTURES}leaver_counts.json`, "utf8")) as Record<string, number | string>;

  it("is a leaving within the horizon, and who left has no snapshot unless he goes on, as in pandas", async () => {
    const theirs = await fixture(store, "leaver_labels.csv");
    for (const day of DAYS) {
      const { plan } = await buildFeatures(store, onDay(day));
      expect(plan).toMatchObject({ label: "leavers", leavers_until: "last" });
      const ours = (await snapshots(store)).map((row) => [row.Date, row.User, row.M_TENURE_CHURN]);
      const expected = theirs.filter((row) => row.Date === day);
      expect(ours).toEqual(expected.map((row) => [row.Date, row.User, number(row.label)]));
    }
  });

  it("is unknown where the horizon goes beyond what the list knows", { timeout: 90_000 }, async () => {
    const labelled = async (leavers_until: string) => {
      const { days } = await buildFeatures(store, {
        data_dir: folder,
        start_date: "2024-02-16",
        end_date: "2024-03-09",
        snapshot_every: 1,
        windows: [7],
        leavers_until,
      });
      return days.findLast((day) => day.labelled > 0)?.date;
    };
    const lastKnown = (day: string) => new Date(Date.parse(day) - 13 * 86_400_000).toISOString().slice(0, 10);
    expect(await labelled("last")).toBe(lastKnown(counts.knownUntil as string));
    expect(await labelled("2024-03-01")).toBe(lastKnown("2024-03-01"));
  });

  it("becomes known for snapshots by the plan of a model when a later list comes", async () => {
    const day = "2024-03-11";
    const { plan, days } = await buildFeatures(store, onDay(day));
    expect(days).toEqual([expect.objectContaining({ labelled: 0 })]);
    const labels = await store.lease(async (db) => {
      const [who] = await db.rows<{ User: string }>('SELECT "User" FROM Processed_Data ORDER BY 1 LIMIT 1');
      await db.run("BEGIN; INSERT INTO leavers VALUES ($1, DATE '2024-03-24'), ('x97', DATE '2024-04-02')", [
        who?.User ?? "",
      ]);
      await createSnapshots(db, { plan, hash: planHash(plan) }, { table: "made", temporary: true, days: [day] });
      const made = await db.rows('SELECT M_TENURE_CHURN AS label FROM made ORDER BY "User"');
      await db.run("ROLLBACK");
      return made.map(({ label }) => label);
    });
    expect(labels[0]).toBe(1);
    expect(labels).not.toContain(null);
  });

  it("is compared with silence, as in pandas", async () => {
    const { plan, notes } = await buildFeatures(store, onDay(DAYS[0] as string));
    const [span] = await store.lease((db) =>
      db.rows("SELECT CAST(min(DP_DATE) AS VARCHAR) AS first, CAST(max(DP_DATE) AS VARCHAR) AS last FROM DP_CDR_Data"),
    );
    const found = await store.lease((db) => leaversAgainstSilence(db, plan, span as { first: string; last: string }));
    const { seen: leavings, silentAfter, silent, notOnList } = counts;
    expect(found).toEqual({ leavings, silentAfter, silent, notOnList });
    expect(notes.join("\n")).toContain(
      `of ${leavings} leavings ${silentAfter} are followed by silence in the 14 days after; of ${silent} subscribers`,
    );
    expect(notes.join("\n")).toContain(`whole until ${counts.knownUntil}`);
  });

  it("gives way when another label is asked for, and needs a list", async () => {
    const { plan } = await buildFeatures(store, { ...onDay(DAYS[0] as string), label: "derived" });
    expect(plan.label).toBe("derived");
    expect("leavers_until" in plan).toBe(false);
    const plain = await loadedStore("nobody.duckdb", {});
    await expect(buildFeatures(plain, { label: "leavers" })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });
});
