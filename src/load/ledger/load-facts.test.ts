import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { download } from "../../download/download.js";
import { openStore } from "../../store/open-store.js";
import { load } from "../load.js";
import { loadFacts } from "./load-facts.js";

it("what became of a load is told in words, the share that was set aside first, and nothing that does not apply", async () => {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: 30 }, (_, i) => `2024-01-${10 + (i % 10)},s${i},${i % 3}`);
  writeFileSync(join(folder, "log.csv"), ["DP_DATE,DP_MSISDN,DP_MOC_COUNT", ...rows, "2024-01-10,,1"].join("\n"));
  const source = join(folder, "log.csv");
  await download({ source, data_dir: folder });
  const result = await load(openStore({ path: join(folder, "s.duckdb") }), {
    ...{ source, data_dir: folder, until: "2024-01-18" },
  });
  const facts = loadFacts(result);
  expect(facts[0]).toEqual(["set aside", "1 of 31 rows, 3.2 %"]);
  expect(Object.fromEntries(facts)).toMatchObject({
    ...{ "rows loaded": 27, "left for the stream": 3, subscribers: 27, days: "2024-01-10 … 2024-01-18" },
  });
  const told = facts.map(([what]) => what);
  for (const absent of ["files", "blank lines", "summed into another row", "replaced"]) {
    expect(told).not.toContain(absent);
  }
  expect(JSON.stringify(facts)).not.toContain(folder);
});
