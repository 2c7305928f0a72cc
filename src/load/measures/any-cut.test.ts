import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Random, random } from "../../core/random.js";
import { checkStore } from "../../store/check-store.js";
import { inMemory } from "../../store/memory-database.js";
import { openStore } from "../../store/open-store.js";
import { loadFile } from "../load-file.js";
import { loadFiles } from "../many/load-files.js";
import { type LoadOptions, loadOptions } from "../options.js";

const HEADER = "at,who,call type,order,price,n";
const MEASURES: Record<string, { ours: string; theirs: string }> = {
  calls: {
    ours: `count(*) FILTER ("call type" = 'call')`,
    theirs: `count(*) FILTER ("call type" = 'call')`,
  },
  spend: { ours: 'sum("order" * price)', theirs: 'sum("order" * price)' },
  net: {
    ours: `sum(price) FILTER ("call type" = 'sale') - sum(price) FILTER ("call type" = 'Return')`,
    theirs: `coalesce(sum(price) FILTER ("call type" = 'sale') - sum(price) FILTER ("call type" = 'Return'),
      sum(price) FILTER ("call type" = 'sale'), -sum(price) FILTER ("call type" = 'Return'))`,
  },
  largest: { ours: "max(n)", theirs: "max(n)" },
  smallest: { ours: "min(price) FILTER (price IS NOT NULL)", theirs: "min(price)" },
  some: { ours: "coalesce(sum(n) FILTER (n > 2), 0) / 4", theirs: "coalesce(sum(n) FILTER (n > 2), 0) / 4" },
  late: { ours: 'count_if(hour("at") >= 12)', theirs: 'count_if(hour("at") >= 12)' },
};

/** Events of a few people in a few days: prices are quarters, so that sums are exact in any order. */
function events(draw: Random, count: number): string[] {
  const one = <T>(list: readonly T[]) => list[draw.int(list.length)];
  return Array.from({ length: count }, () => {
    const two = (number: number) => String(number).padStart(2, "0");
    const at = `2024-01-0${1 + draw.int(4)} ${two(draw.int(24))}:${two(draw.int(60))}:00`;
    const type = one(["call", "sale", "Return", "", '"call"']);
    const price = draw.int(4) === 0 ? "" : String((draw.int(400) - 200) / 4);
    return [
      at,
      `u${draw.int(5)}`,
      type,
      draw.int(3) === 0 ? "" : draw.int(9) - 4,
      price,
      one(["", "1", "2", "3.5", "NULL"]),
    ].join(",");
  });
}

/** Cuts a list into some parts, each with an event at least. */
function cut(draw: Random, lines: readonly string[], parts: number): string[][] {
  const ends = new Set<number>();
  while (ends.size < parts - 1) ends.add(1 + draw.int(lines.length - 1));
  const places = [0, ...[...ends].sort((a, b) => a - b), lines.length];
  return places.slice(1).map((end, index) => lines.slice(places[index], end));
}

function shuffled<T>(draw: Random, list: readonly T[]): T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = draw.int(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

it.each([1, 2, 3, 4])("events add up to the same in any cut into files, in any order: log %i", async (seed) => {
  const draw = random(`cut ${seed}`);
  const folder = mkdtempSync(join(tmpdir(), "cut-"));
  const store = openStore({ path: join(folder, "churn.duckdb") });
  const options: LoadOptions = {
    grain: "event",
    columns: { time: "at", subscriber: "who" },
    measures: Object.fromEntries(Object.entries(MEASURES).map(([name, { ours }]) => [name, ours])),
  };
  const made = (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    const content = `${[HEADER, ...lines].join("\n")}\n`;
    writeFileSync(path, content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { path, name, source: name, format: "csv" as const, delimiter: ",", sha256, rows: lines.length };
  };
  const lines = events(draw, 60 + draw.int(200));
  const parts = cut(draw, lines, 2 + draw.int(4));
  const wrong = draw.int(parts.length);
  for (const index of shuffled(draw, [...parts.keys()])) {
    const part = parts[index] as string[];
    // one file comes with other events first, and is corrected later; each may come twice
    const first = index === wrong ? events(draw, 20) : part;
    const file = made(`part${index}.csv`, first);
    if (draw.int(2) === 0) await loadFile(store, file, loadOptions.parse(options));
    else
      await loadFiles(
        store,
        { files: [{ ...file, columns: HEADER.split(",") }], gone: [] },
        loadOptions.parse(options),
      );
    if (draw.int(3) === 0) await loadFile(store, file, loadOptions.parse(options));
  }
  await loadFile(
    store,
    made(`part${wrong}.csv`, parts[wrong] as string[]),
    loadOptions.parse({ ...options, replace_file: true }),
  );

  const all = made("all.csv", lines);
  const sums = Object.entries(MEASURES).map(([name, { theirs }]) => `CAST(${theirs} AS DOUBLE) AS "${name}"`);
  const right = await inMemory((db) =>
    db.rows(`SELECT CAST(CAST("at" AS DATE) AS VARCHAR) AS day, who, ${sums.join(", ")} FROM read_csv('${all.path}', nullstr = ['', 'NULL'],
      columns = {'at': 'TIMESTAMP', 'who': 'VARCHAR', 'call type': 'VARCHAR', 'order': 'DOUBLE', 'price': 'DOUBLE', 'n': 'DOUBLE'}, header = true)
      GROUP BY ALL ORDER BY ALL`),
  );
  const names = Object.keys(MEASURES).map((name) => `CAST("${name}" AS DOUBLE) AS "${name}"`);
  const found = await store.lease((db) =>
    db.rows(
      `SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN AS who, ${names.join(", ")} FROM DP_CDR_Data ORDER BY ALL`,
    ),
  );
  expect(found).toEqual(right);
  expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
  rmSync(folder, { recursive: true });
});
