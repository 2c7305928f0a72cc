import { expect, it } from "vitest";
import { logColumns } from "./log-columns.js";
import { inMemory } from "./memory-database.js";
import { createTables } from "./schema.js";
import { setTitles } from "./set-titles.js";

it("calls a measure what the configuration calls it, its unit apart, and names the nearest where there is none", async () => {
  await inMemory(async (db) => {
    await createTables(db);
    await setTitles(db, { DP_DATA_VOLUME: "amount (US dollars)", dp_data_count: "CDs bought (all kinds)" });
    const named = async (name: string) => (await logColumns(db)).find((column) => column.name === name);
    expect(await named("DP_DATA_VOLUME")).toMatchObject({ title: "amount", unit: "US dollars" });
    const counted = await named("DP_DATA_COUNT");
    expect(counted).toMatchObject({ title: "CDs bought (all kinds)" });
    expect(counted?.unit).toBeUndefined();
    expect(await named("DP_MOC_DURATION")).toMatchObject({ title: "outgoing call time", unit: "s" });
    await expect(setTitles(db, { DP_DATA_VOLUM: "x" })).rejects.toMatchObject({
      code: "BAD_OPTION",
      hint: 'did you mean "DP_DATA_VOLUME"?',
    });
  });
});
