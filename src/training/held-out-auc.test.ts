import { describe, expect, it } from "vitest";
import type { ChurnModel } from "./churn-model.js";
import { isHeldOut } from "./held-out.js";
import { heldOutAuc, heldOutNote } from "./held-out-auc.js";

const model = { facts: { settings: { test_subscribers: 0.3, seed: 42 } } } as unknown as ChurnModel;

describe("heldOutAuc", () => {
  const subscriber = Array.from({ length: 400 }, (_, i) => `s${i}`);
  const held = subscriber.map((who) => isHeldOut(who, 0.3, 42));
  const label = Float64Array.from(subscriber, (_, i) => (i % 7 === 0 ? Number.NaN : i % 2));
  // those who trained are ranked perfectly, the others not at all
  const probability = Float64Array.from(subscriber, (_, i) => (held[i] ? 0.5 : 0.2 + 0.6 * (i % 2)));
  it("measures those whom the model never saw apart from those who trained it; unknown labels do not count", () => {
    const found = heldOutAuc(model, { label, probability, subscriber });
    expect(found).toMatchObject({ heldOutAuc: 0.5, trainedAuc: 1 });
    const known = held.filter((_, i) => i % 7 !== 0);
    expect(found.heldOutLabelled).toBe(known.filter(Boolean).length);
    expect(found.trainedLabelled).toBe(known.filter((each) => !each).length);
    expect(heldOutNote(found)).toContain("ROC AUC 1.000 of them, 0.500 of the subscribers whom it never saw");
  });
  it("says nothing where there are no labels", () => {
    const found = heldOutAuc(model, { label: label.fill(Number.NaN), probability, subscriber });
    expect(found).toMatchObject({ heldOutAuc: null, trainedAuc: null, heldOutLabelled: 0 });
    expect(heldOutNote(found)).toBeUndefined();
  });
});
