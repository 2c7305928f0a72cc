import { expect, it } from "vitest";
import { inMemory } from "../../store/memory-database.js";
import { inLimitedMemory } from "./limited-memory.js";

it("limits memory by the rows, and does work again without a limit that was too little for it", async () => {
  await inMemory(async (db) => {
    const limit = async () => String((await db.row("SELECT current_setting('memory_limit') AS limit"))?.limit);
    await db.run("SET memory_limit = '8GB'");
    const own = await limit();
    expect(await inLimitedMemory(db, 1, limit)).toBe("1.1 GiB");
    expect(await inLimitedMemory(db, 100_000_000, limit)).toBe("2.7 GiB");
    const tries: string[] = [];
    const rows = await inLimitedMemory(db, 1, async () => {
      tries.push(await limit());
      if (tries.length === 1) await db.run("SET memory_limit = '20MB'");
      return db.rows("SELECT len(list(i)) AS n FROM range(8000000) t(i)");
    });
    expect(rows).toEqual([{ n: 8_000_000 }]);
    expect(tries).toEqual(["1.1 GiB", own]);
    expect(await limit()).toBe(own);
  });
});

it("passes other faults on", async () => {
  await inMemory(async (db) => {
    let tries = 0;
    const work = async () => {
      tries++;
      throw new Error("another fault");
    };
    await expect(inLimitedMemory(db, 1, work)).rejects.toThrow("another fault");
    expect(tries).toBe(1);
  });
});
