import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { smallJob, trainedStore } from "../../test/run/trained-store.js";
import { buildFeatures } from "../features/build-features.js";
import type { Store } from "../store/open-store.js";
import { stream } from "../stream/stream.js";
import { score } from "./score.js";
import { whyAtRisk } from "./why-at-risk.js";

const folder = mkdtempSync(join(tmpdir(), "score-"));
const settings = smallJob(folder, { stream: { batch_size: 5000, num_batches: 2, interval: 0 } });
let store: Store;

beforeAll(async () => {
  store = await trainedStore(settings);
  await stream(store, settings.stream);
  await buildFeatures(store, settings.features);
}, 180_000);

const scores = () =>
  store.lease((db) =>
    db.rows(`SELECT * EXCLUDE (scored_at, "Date"), CAST("Date" AS VARCHAR) AS day FROM model_predictions
    WHERE period = 'analysis' ORDER BY "Date", "User"`),
  );

describe("score", () => {
  it("gives the same rows when run again", async () => {
    const result = await score(store, settings.score);
    const first = await scores();
    expect(first).toHaveLength(result.snapshots);
    expect(result.snapshots).toBeGreaterThan(100);
    expect(await score(store, settings.score)).toEqual(result);
    expect(await scores()).toEqual(first);
  });

  it("uses the plan of the model where Processed_Data was made by another one", async () => {
    await score(store, settings.score);
    const before = await scores();
    const start_date = before[0]?.day as string;
    await buildFeatures(store, { ...settings.features, set: "legacy", start_date });
    await store.lease((db) => db.run("DELETE FROM model_predictions WHERE period = 'analysis'"));
    await score(store, settings.score);
    const byKey = new Map((await scores()).map((row) => [`${row.User} ${row.day}`, row]));
    const common = before.filter((row) => byKey.has(`${row.User} ${row.day}`));
    expect(common.length).toBeGreaterThan(100);
    for (const row of common) expect(byKey.get(`${row.User} ${row.day}`)).toEqual(row);
  });
});

describe("whyAtRisk", () => {
  it("explains the subscriber with the highest probability: baseline and effects sum to it", async () => {
    const why = await whyAtRisk(store, { top: 4 });
    const [first] = await store.lease((db) =>
      db.rows(
        'SELECT "User", probability_1 FROM model_predictions ORDER BY probability_1 DESC, "Date" DESC, "User" LIMIT 1',
      ),
    );
    expect(why.subscriber).toBe(first?.User);
    expect(why.probability).toBeCloseTo(first?.probability_1 as number, 9);
    expect(why.reasons).toHaveLength(4);
    const sum = why.reasons.reduce((total, { effect }) => total + effect, why.baseline + why.others);
    expect(sum).toBeCloseTo(why.probability, 9);
  });

  it("says when a subscriber was not scored", async () => {
    await expect(whyAtRisk(store, { subscriber: "no'body" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
