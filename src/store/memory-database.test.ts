import { expect, it } from "vitest";
import { inMemory } from "./memory-database.js";

it("a statement that is stopped is an interruption, not a fault of the file that it reads", async () => {
  const stop = new AbortController();
  const work = inMemory(
    async (db) => {
      setTimeout(() => stop.abort(), 50);
      try {
        await db.run("CREATE TABLE sums AS SELECT sum(a.range * b.range) AS s FROM range(1000000) a, range(1000000) b");
      } catch (cause) {
        throw new Error("calls.csv cannot be read", { cause });
      }
    },
    { signal: stop.signal, what: "calls.csv" },
  );
  await expect(work).rejects.toMatchObject({ code: "INTERRUPTED", message: "interrupted: calls.csv" });
});
