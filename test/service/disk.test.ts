import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.js";
import { stream } from "../../src/stream/stream.js";
import { faultsOf, makeProject, NO_FAULTS } from "./serve-process.js";

const small = mkdtempSync(join(tmpdir(), "churn-small-"));
const mount = (...words: string[]) => spawnSync("mount", words).status === 0;
// a disk that can be filled needs the right to mount one
const isMounted = mount("-t", "tmpfs", "-o", "size=14m", "tmpfs", small);
if (!isMounted) console.warn("a full disk is not tried: mounting a small one needs root");

it.skipIf(!isMounted)(
  "a stream that fills the disk says so, and resumes where it was when there is room",
  async () => {
    const { root } = await makeProject(2000);
    try {
      spawnSync("cp", [join(root, "data", "churn.duckdb"), small]);
      const store = openStore({ path: join(small, "churn.duckdb") }, () => {});
      const options = {
        batch_size: 2000,
        num_batches: 150,
        interval: 0,
        origin: "resample" as const,
        data_dir: join(root, "data"),
      };
      await expect(stream(store, options)).rejects.toMatchObject({ code: "STORE_FULL" });
      // the same process looks again
      expect(await faultsOf(store)).toEqual(NO_FAULTS);
      expect(mount("-o", "remount,size=200m", small)).toBe(true);
      const result = await stream(store, options);
      expect(result.resumedAt).toBeGreaterThan(0);
      expect(result).toMatchObject({ batchCount: 150, rows: 300_000 });
      expect(await faultsOf(store)).toEqual(NO_FAULTS);
    } finally {
      spawnSync("umount", [small]);
      for (const folder of [small, root]) rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

it.skipIf(process.getuid?.() === 0)("a folder that cannot be written to is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churn-readonly-"));
  mkdirSync(join(folder, "data"));
  chmodSync(join(folder, "data"), 0o500);
  const store = openStore({ path: join(folder, "data", "churn.duckdb") });
  await expect(store.lease(async () => 1, { create: true })).rejects.toThrow(/cannot be opened/);
});
