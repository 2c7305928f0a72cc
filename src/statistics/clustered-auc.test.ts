import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clusteredAuc } from "./clustered-auc.js";

/** Made by test/fixtures/statistics/make_clustered_auc.py. */
const CASES: { label: number[]; score: number[]; cluster: number[]; auc: number; error: number; bootstrap: number }[] =
  JSON.parse(readFileSync(new URL("../../test/fixtures/statistics/clustered_auc.json", import.meta.url), "utf8"));

describe("clusteredAuc", () => {
  it.each(CASES.map((each, index) => [index, each] as const))(
    "is that of Obuchowski's formula over all pairs to 1e-12, and of a bootstrap over clusters to a fifth (%i)",
    (_, { label, score, cluster, auc, error, bootstrap }) => {
      const found = clusteredAuc(label, score, cluster);
      expect(Math.abs((found?.auc ?? 0) - auc)).toBeLessThan(1e-12);
      expect(Math.abs((found?.error ?? 0) - error)).toBeLessThan(1e-12);
      expect(Math.abs((found?.error ?? 0) / bootstrap - 1)).toBeLessThan(0.2);
      expect(found?.low).toBeLessThan(auc);
      expect(found?.high).toBeGreaterThan(auc);
    },
  );
  it("is wider where the rows of a cluster are alike, turns with the sign, and needs both classes", () => {
    const { label, score } = CASES[0] ?? { label: [], score: [] };
    const twice = <T>(list: T[]) => [...list, ...list];
    const ids = label.map((_, i) => i);
    const once = clusteredAuc(label, score, ids);
    const doubled = clusteredAuc(twice(label), twice(score), twice(ids));
    expect(doubled?.auc).toBeCloseTo(once?.auc ?? 0, 12);
    expect((doubled?.error ?? 0) / (once?.error ?? 1)).toBeCloseTo(1, 2);
    const turned = clusteredAuc(
      label,
      score.map((x) => -x),
      ids,
    );
    expect((turned?.auc ?? 0) + (once?.auc ?? 0)).toBeCloseTo(1, 12);
    expect(clusteredAuc([1, 1], [1, 2], [0, 1])).toBeNull();
    expect(clusteredAuc([0, 1], [1, 2], [0, 1])).toMatchObject({ auc: 1, low: 1, high: 1 });
  });
});
