import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { download } from "../download/download.js";
import { openStore } from "../store/open-store.js";
import { stream } from "../stream/stream.js";
import { load } from "./load.js";

it("loads and streams log[1].csv, and not log1.csv beside it, from folders with such names, too", async () => {
  const root = mkdtempSync(join(tmpdir(), "exact-load-"));
  for (const each of ["in[1]", "in1"]) mkdirSync(join(root, each));
  const log = (who: string) =>
    `DP_DATE,DP_MSISDN,DP_MOC_COUNT\n${[1, 2, 3].map((day) => `2024-01-0${day},${who},${day}\n`).join("")}`;
  const source = join(root, "in[1]", "log[1].csv");
  writeFileSync(source, log("mine"));
  for (const other of ["in[1]/log1.csv", "in1/log[1].csv", "in1/log1.csv"])
    writeFileSync(join(root, other), log("other"));
  const store = openStore({ path: join(root, "churn[1].duckdb") });
  const data_dir = join(root, "data[1]");
  await download({ source, data_dir });
  await load(store, { source, data_dir, until: "2024-01-01" });
  await stream(store, { data_dir, interval: 0, num_batches: 5, batch_size: 1 });
  expect(
    await store.lease((db) => db.rows("SELECT DISTINCT DP_MSISDN AS who, count(*) AS n FROM DP_CDR_Data GROUP BY 1")),
  ).toEqual([{ who: "mine", n: 3 }]);
});
