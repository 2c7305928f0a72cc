import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { random } from "../../core/random.js";
import { checkStore } from "../../store/check-store.js";
import { inMemory } from "../../store/memory-database.js";
import { openStore, type Store } from "../../store/open-store.js";
import { load } from "../load.js";
import { type LoadOptions, loadOptions } from "../options.js";
import { groupFiles } from "../reading/group-source.js";
import { findFilesToLoad } from "./find-files-to-load.js";
import { loadGroup } from "./load-group.js";

const COLUMNS = { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n", DP_MOC_DURATION: "sec", PSEUDO_CHURNED: "flag" };

/** Every table as it is, but for the moment of the commit. */
async function tables(store: Store) {
  const all = async (sql: string) => (await store.lease((db) => db.rows(sql))).map((row) => JSON.stringify(row));
  return {
    rows: await all("SELECT * FROM DP_CDR_Data ORDER BY id"),
    added: await all("SELECT * FROM added_records ORDER BY ALL"),
    rejects: await all("SELECT * FROM rejects ORDER BY batch_id, line"),
    // the sum of the fractions of a file is told, not kept: its last digits are a matter of its threads
    batches: (await all("SELECT * EXCLUDE (committed_at) FROM batches ORDER BY batch_id")).map((row) =>
      row.replace(/\d+\.\d{4,}/g, (number) => Number(number).toFixed(3)),
    ),
    days: await all("SELECT * FROM DailySummary ORDER BY ALL"),
  };
}

interface Form {
  /** What the files are written as. */
  parquet?: boolean;
  files: number;
  /** Days of a file, and by how many the next one is later. */
  span: number;
  step: number;
  /** Share of odd rows. */
  odd: number;
}

/** Writes files of records whose days overlap, with rows that repeat, contradict, and cannot be read. */
async function write(folder: string, seed: string, { files, span, step, odd, parquet }: Form): Promise<void> {
  const draw = random(seed);
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < files; file++) {
    const lines = ["ts,sub,n,sec,flag"];
    for (let i = 0; i < 120; i++) {
      const day = new Date(Date.UTC(2024, 0, 1 + file * step + draw.int(span))).toISOString().slice(0, 10);
      const [bad, sub] = [draw.next() < odd, draw.int(40)];
      const seconds = bad && i % 3 ? "-1" : (draw.int(1000) / 7).toFixed(4);
      const cells = [day, bad && !(i % 3) ? "" : `u${sub}`, draw.int(3), seconds, draw.int(9) ? "" : draw.int(2)];
      lines.push(cells.join(","));
    }
    const content = `${lines.join("\n")}\n`;
    const name = join(folder, `${String(file).padStart(3, "0")}.csv`);
    if (parquet) {
      writeFileSync(name, content);
      await inMemory((db) =>
        db.run(`COPY (FROM read_csv('${name}', all_varchar = true)) TO '${name}.parquet' (FORMAT parquet)`),
      );
      rmSync(name);
    } else if (files % 2) writeFileSync(`${name}.gz`, gzipSync(content));
    else writeFileSync(name, content);
  }
}

const FORMS: [string, Form, LoadOptions][] = [
  ["events of files that follow each other", { files: 5, span: 3, step: 3, odd: 0 }, { grain: "event" }],
  ["events of files whose days overlap", { files: 8, span: 4, step: 1, odd: 0.03 }, { grain: "event" }],
  ["events up to a day", { files: 7, span: 4, step: 1, odd: 0.03 }, { grain: "event", until: "2024-01-06" }],
  [
    "events with measures by expression",
    { files: 6, span: 4, step: 1, odd: 0.03 },
    {
      grain: "event",
      columns: { time: "ts", subscriber: "sub" },
      measures: { calls: "count(*) FILTER (n > 0)", spend: "sum(n * sec)", longest: "max(sec)" },
    },
  ],
  ["events of Parquet files", { files: 4, span: 4, step: 1, odd: 0.03, parquet: true }, { grain: "event" }],
  ["records of files that follow each other", { files: 6, span: 30, step: 30, odd: 0.03 }, { max_rejects: 1 }],
  ["records of files whose days overlap", { files: 5, span: 60, step: 2, odd: 0.03 }, { max_rejects: 1 }],
];

it.each(FORMS)("%s come to the same in one pass as one by one", { timeout: 300_000 }, async (_, form, options) => {
  const folder = await temporaryFolder();
  const [together, alone] = [join(folder, "together.duckdb"), join(folder, "alone.duckdb")].map((path) =>
    openStore({ path }),
  );
  const into = (store: Store, own: LoadOptions) =>
    load(store, { source: join(folder, "logs"), data_dir: join(folder, "data"), columns: COLUMNS, ...options, ...own });
  await write(join(folder, "logs"), "first", form);
  // a file whose place another one would take is loaded by itself
  await into(alone, { replace_file: true });
  await into(together, {});
  expect(await tables(together)).toEqual(await tables(alone));
  const settings = loadOptions.parse({ ...options, source: join(folder, "logs"), columns: options.columns ?? COLUMNS });
  const { files } = await findFilesToLoad([join(folder, "logs")], { ...settings, data_dir: join(folder, "data") }, {});
  const groups = groupFiles(files, () => false, true);
  expect(groups).toHaveLength(1);
  const third = openStore({ path: join(folder, "third.duckdb") });
  const group = await third.lease((db) => loadGroup(db, groups[0], settings), { create: true });
  expect(group?.batches).toHaveLength(form.files);
  // more files, into stores that have rows of their days
  await write(join(folder, "logs/more"), "second", form);
  await into(alone, { replace_file: true });
  await into(together, {});
  expect(await tables(together)).toEqual(await tables(alone));
  expect((await checkStore(together)).checks.filter(({ ok }) => !ok)).toEqual([]);
});
