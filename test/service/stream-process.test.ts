import { rmSync } from "node:fs";
import { streamProcess } from "churn-workbench";
import { expect, it } from "vitest";
import { storeOptions } from "../../src/store/options.js";
import { streamOptions } from "../../src/stream/options.js";
import { stream } from "../../src/stream/stream.js";
import { faultsOf, makeProject, NO_FAULTS } from "./serve-process.js";

it("a stream in another process is killed after a number of batches, and the next call resumes", {
  timeout: 60_000,
}, async () => {
  const { root, store } = await makeProject(1000);
  const settings = {
    store: storeOptions.parse({ path: store.path }),
    stream: streamOptions.parse({
      batch_size: 100,
      num_batches: 40,
      interval: 0.05,
      origin: "resample",
      data_dir: `${root}/data`,
    }),
  };
  const numbers: number[] = [];
  const running = streamProcess(settings, { onBatch: ({ number }) => numbers.push(number) });
  expect(await running.killAfter(5)).toBeGreaterThanOrEqual(5);
  expect(await running.done).toBeUndefined();
  expect(numbers.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
  expect(await faultsOf(store)).toEqual(NO_FAULTS);
  const { resumedAt, batchCount } = await stream(store, { ...settings.stream, interval: 0 });
  expect(resumedAt).toBeGreaterThanOrEqual(5);
  expect(resumedAt).toBeLessThan(40);
  expect(batchCount).toBe(40);
  expect(await faultsOf(store)).toEqual(NO_FAULTS);
  // one that has nothing left to do comes to its end
  expect(await streamProcess(settings).done).toMatchObject({ batchCount: 40, resumedAt: 40 });
  const wrong = { ...settings, stream: { ...settings.stream, seed: 2 } };
  await expect(streamProcess(wrong).done).rejects.toMatchObject({ code: "BAD_OPTION" });
  rmSync(root, { recursive: true, force: true });
});
