import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { dateOf } from "../core/days.js";
import { random } from "../core/random.js";
import { openStore, type Store } from "../store/open-store.js";
import { explore } from "./explore.js";

const folder = mkdtempSync(join(tmpdir(), "eda-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  day: number;
  who: string;
  count: number;
  volume: number;
  flag: number | null;
}

const FIRST = 19_800;
const DAYS = 40;

/** Subscribers with rows on most days; some go silent, and are flagged when `flags` is set. */
function log(flags: boolean): Row[] {
  const r = random("eda");
  const rows: Row[] = [];
  for (let s = 0; s < 60; s++) {
    const leaves = s % 3 === 0 ? 10 + r.int(25) : DAYS;
    for (let day = 0; day < Math.min(DAYS, leaves + 5); day++) {
      const silent = day >= leaves;
      if (!silent && r.next() < 0.2) continue;
      const count = silent ? 0 : r.int(6);
      rows.push({
        day: FIRST + day,
        who: `s${s}`,
        count,
        volume: count * 10 + (count > 0 ? r.next() : 0),
        flag: flags ? Number(silent) : null,
      });
    }
  }
  return rows;
}

async function storeOf(name: string, rows: Row[]): Promise<Store> {
  const store = openStore({ path: join(folder, `${name}.duckdb`) });
  await store.lease(async () => {}, { create: true });
  await store.lease(async (db) => {
    const values = rows.map(
      ({ day, who, count, volume, flag }, id) =>
        `(${id}, DATE '${dateOf(day)}', '${who}', ${count}, ${volume}, ${flag ?? "NULL"}, 1)`,
    );
    await db.run(
      `INSERT INTO DP_CDR_Data (id, DP_DATE, DP_MSISDN, DP_DATA_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED, batch_id) VALUES ${values.join(",")}`,
    );
  });
  return store;
}

describe("explore", async () => {
  const flagged = log(true);
  const store = await storeOf("flagged", flagged);
  const found = await explore(store, { output_dir: join(folder, "a") });

  it("counts rows, subscribers and days, and takes the label of the row's own day where the log has one", () => {
    const churned = flagged.filter(({ flag }) => flag === 1).length;
    expect(found).toMatchObject({
      rows: flagged.length,
      subscribers: 60,
      firstDay: dateOf(FIRST),
      lastDay: dateOf(FIRST + DAYS - 1),
      label: { source: "given", horizon: null, known: flagged.length, churned },
    });
  });
  it("leaves columns that the log does not have out of every table and file", () => {
    const columns = ["DP_DATA_COUNT", "DP_DATA_VOLUME"];
    expect(found.summary.map(({ column }) => column)).toEqual(["DP_DATE", "DP_MSISDN", ...columns, "PSEUDO_CHURNED"]);
    expect(found.correlations.map(({ column }) => column)).toEqual(columns);
    expect(Object.keys(found.charts.joint)).toEqual(columns);
    expect(Object.keys(found.daily[0])).toEqual(["day", "rows", ...columns.flatMap((c) => [`${c}_sum`, `${c}_mean`])]);
    expect(readdirSync(join(folder, "a")).join()).not.toContain("MOC");
  });
  it("writes each column against the label as SVG and PNG", () => {
    expect(readdirSync(join(folder, "a"))).toEqual(
      expect.arrayContaining([
        "DP_DATA_COUNT_vs_PSEUDO_CHURNED.png",
        "DP_DATA_COUNT_vs_PSEUDO_CHURNED.svg",
        "DP_DATA_VOLUME_vs_PSEUDO_CHURNED.png",
        "DP_DATA_VOLUME_vs_PSEUDO_CHURNED.svg",
      ]),
    );
    expect(found.files).toHaveLength(readdirSync(join(folder, "a")).length);
  });
  it("sums and averages by day what the rows say", () => {
    const day = FIRST + 7;
    const own = flagged.filter((row) => row.day === day);
    const sum = (of: (row: Row) => number) => own.reduce((total, row) => total + of(row), 0);
    const row = found.daily.find((each) => each.day === dateOf(day))!;
    expect(row.rows).toBe(own.length);
    expect(row.DP_DATA_COUNT_sum).toBe(sum(({ count }) => count));
    expect(row.DP_DATA_COUNT_mean).toBeCloseTo(sum(({ count }) => count) / own.length, 12);
    expect(row.DP_DATA_VOLUME_sum).toBeCloseTo(
      sum(({ volume }) => volume),
      9,
    );
    expect(row.DP_DATA_VOLUME_mean).toBeCloseTo(sum(({ volume }) => volume) / own.length, 9);
  });
  it("gives the same tables and the same bytes when run again", async () => {
    const again = await explore(store, { output_dir: join(folder, "b") });
    expect({ ...again, files: [] }).toEqual({ ...found, files: [] });
    for (const name of readdirSync(join(folder, "a"))) {
      expect(readFileSync(join(folder, "b", name)).equals(readFileSync(join(folder, "a", name))), name).toBe(true);
    }
  });
  it("keeps the charts out of its JSON form", () => {
    expect(Object.keys(JSON.parse(JSON.stringify(found)))).not.toContain("charts");
    expect(JSON.stringify(found)).not.toMatch(/NaN/);
  });
  it("looks only at the days asked for, and calls columns what the log calls them", async () => {
    const settings = {
      start_date: dateOf(FIRST + 3),
      end_date: dateOf(FIRST + 5),
      titles: { DP_DATA_COUNT: "parcels" },
      output_dir: join(folder, "c"),
    };
    const part = await explore(store, settings);
    expect(part.daily.map(({ day }) => day)).toEqual([3, 4, 5].map((day) => dateOf(FIRST + day)));
    expect(part.rows).toBe(flagged.filter(({ day }) => day >= FIRST + 3 && day <= FIRST + 5).length);
    expect(part.charts.joint.DP_DATA_COUNT.title).toBe("parcels against PSEUDO_CHURNED");
    await expect(explore(store, { start_date: "2030-01-01", end_date: "2030-02-01" })).rejects.toMatchObject({
      code: "NO_DATA",
    });
  });

  it.each([
    ["flags", "unknown"],
    ["flags", "leaver"],
    ["no flags", "unknown"],
  ] as const)(
    "label ahead is that of a snapshot on the next day, in a log with %s, silence %s",
    async (name, silent) => {
      const rows = name === "flags" ? flagged : log(false);
      const own = name === "flags" ? store : await storeOf("bare", rows);
      let unseen = 0;
      const horizon = 4;
      const last = FIRST + DAYS - 1;
      let known = 0;
      let churned = 0;
      for (const row of rows) {
        if (row.flag === 1 || row.day + horizon > last) continue;
        const window = rows.filter(({ who, day }) => who === row.who && day > row.day && day <= row.day + horizon);
        const seen = name === "flags" ? window : window.filter(({ count, volume }) => count > 0 || volume > 0);
        if (name === "flags" && silent === "unknown" && seen.length === 0) {
          unseen++;
          continue;
        }
        known++;
        if (seen.length === 0 || seen.some(({ flag }) => flag === 1)) churned++;
      }
      const output_dir = join(folder, `ahead ${name} ${silent}`);
      const ahead = await explore(own, { label: name === "flags" ? "ahead" : "auto", horizon, silent, output_dir });
      expect(ahead.notes[0].includes(`${unseen} rows`)).toBe(unseen > 0);
      expect(unseen > 0).toBe(name === "flags" && silent === "unknown");
      expect(ahead.label).toEqual({ source: "ahead", horizon, known, churned });
      expect(churned).toBeGreaterThan(10);
      expect(ahead.correlations[0].n).toBe(known);
      // both labels may be explored in one job: the second must not write over the first
      const suffix = name === "flags" ? "PSEUDO_CHURNED_ahead" : "PSEUDO_CHURNED";
      expect(readdirSync(output_dir)).toContain(`DP_DATA_COUNT_vs_${suffix}.svg`);
    },
  );
  it("label ahead is a leaving in the days after the row, where there is a list of leavers", async () => {
    const rows = log(false);
    const own = await storeOf("listed", rows);
    const horizon = 4;
    const left = [...new Set(rows.map(({ who }) => who))]
      .filter((_, i) => i % 3 === 0)
      .map((who, i) => [who, FIRST + 5 + i] as const);
    await own.lease(async (db) => {
      for (const [who, day] of left)
        await db.run("INSERT INTO leavers VALUES ($1, CAST($2 AS DATE))", [String(who), dateOf(day)]);
    });
    const until = Math.max(...left.map(([, day]) => day));
    const known = rows.filter(({ day }) => day + horizon <= until);
    const churned = known.filter((row) =>
      left.some(([who, day]) => who === row.who && day > row.day && day <= row.day + horizon),
    );
    const ahead = await explore(own, { horizon, output_dir: join(folder, "listed") });
    expect(ahead.label).toEqual({ source: "ahead", horizon, known: known.length, churned: churned.length });
    expect(churned.length).toBeGreaterThan(5);
    expect(ahead.notes[0]).toContain(`leaves by the list in the 4 days after it`);
    expect(ahead.notes[0]).toContain(dateOf(until));
  });
  it("explores a log of one day, and one whose labels are all beyond its end", async () => {
    const warn = vi.spyOn(console, "warn");
    const day = await storeOf(
      "one day",
      flagged.filter((row) => row.day === FIRST + 20),
    );
    const one = await explore(day, { output_dir: join(folder, "one day") });
    expect(one.daily).toHaveLength(1);
    const none = await explore(day, { label: "ahead", horizon: 500, output_dir: join(folder, "no labels") });
    expect(none.label).toMatchObject({ known: 0, churned: 0 });
    expect(none.correlations[0]).toMatchObject({
      n: 0,
      pearson: null,
      spearman: null,
      r2: null,
      note: "only 0 rows with both values",
    });
    expect(none.churnRates).toEqual([]);
    expect(JSON.stringify(none)).not.toContain("NaN");
    for (const chart of Object.values({
      ...none.charts.joint,
      sums: none.charts.sums,
      all: none.charts.correlations,
    })) {
      expect(await chart.toSvg()).not.toMatch(/NaN|undefined</);
    }
    expect(warn).not.toHaveBeenCalled();
  });
  it("refuses a given label in a log that has none, and an empty store", async () => {
    const bare = await storeOf("bare too", log(false).slice(0, 50));
    await expect(explore(bare, { label: "given" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(explore(openStore({ path: join(folder, "empty.duckdb") }))).rejects.toMatchObject({ code: "NO_DATA" });
  });
});
