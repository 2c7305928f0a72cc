import { compile } from "vega-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../../test/fixtures/training/toy-snapshots.js";
import { measurePeople } from "../people.js";
import { type TrainResult, trainModel } from "../train-model.js";

const dataset = toySnapshots({ subscribers: 500 });
const money = { customer_value: 80, contact_cost: 4, success_rate: 0.25 };
let result: TrainResult;

beforeAll(async () => {
  const quick = { num_trees: [20], max_depth: [5], bootstrap_rounds: 0, permutation_repeats: 0, threads: 1 };
  result = await trainModel(dataset, { ...quick, ...money });
});

/** The words of the chart after its sliders were moved. */
async function wordsAt(sliders: Record<string, number>): Promise<string> {
  const { View, parse } = await import("vega");
  const spec = compile(result.charts.decide.spec as unknown as Parameters<typeof compile>[0]).spec;
  const view = new View(parse(spec), { renderer: "none" });
  await view.runAsync();
  for (const [name, value] of Object.entries(sliders)) view.signal(name, value);
  await view.runAsync();
  const svg = await view.toSVG();
  view.finalize();
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).join("\n");
}

/** The same counted at the threshold itself. */
function peopleAt(threshold: number, campaign = { customerValue: 80, contactCost: 4, successRate: 0.25 }) {
  const { rows, label, probability } = result.holdout;
  const snapshots = {
    label,
    probability,
    subscriber: Array.from(rows, (row) => dataset.subscriber[row]),
    day: Int32Array.from(rows, (row) => dataset.day[row]),
  };
  return measurePeople(snapshots, { threshold, coolingOff: 14, campaign, rounds: 0, seed: 1 });
}

describe("the chart to decide by", () => {
  it("begins at the threshold of the model, with its counts of people", async () => {
    const { people, model } = result;
    const words = await wordsAt({});
    expect(words).toContain(`${people.contacts} calls to ${people.flagged} of ${people.people} people`);
    expect(words).toContain(`${people.confusion.truePositives} found\n`);
    expect(words).toContain(`${people.confusion.trueNegatives} left alone`);
    expect(words).toContain(`${(people.profit.value ?? 0).toFixed(2).replace("-", "−")} a person`);
    expect(peopleAt(model.threshold).confusion).toEqual(people.confusion);
  });
  it("moves curve, people, length and profit at once with the threshold", async () => {
    // a short list has all of its cuts
    const threshold = [...result.holdout.probability].sort((a, b) => b - a)[25];
    const truth = peopleAt(threshold);
    const words = await wordsAt({ threshold });
    expect(words).toContain(`${truth.contacts} calls to ${truth.flagged} of ${truth.people} people`);
    expect(words).toContain(`${truth.confusion.truePositives} found\n`);
    expect(words).toContain(`${truth.confusion.falsePositives} false alarms`);
    expect(words).toContain(`profit ${Math.round((truth.profit.value ?? 0) * truth.people)},`.replace("-", "−"));
  });
  it("moves with value, cost and success rate", async () => {
    const campaign = { customerValue: 200, contactCost: 1, successRate: 0.5 };
    const truth = peopleAt(result.model.threshold, campaign);
    const words = await wordsAt({ customer_value: 200, contact_cost: 1, success_rate: 0.5 });
    expect(words).toContain(`${(truth.profit.value ?? 0).toFixed(2).replace("-", "−")} a person`);
  });
  it("ends the list where the budget ends, and says so", async () => {
    const words = await wordsAt({ threshold: 0, budget: 40 });
    expect(words).toMatch(/^([5-9]|10) calls to/m);
    expect(words).toMatch(/the budget ends the list at probability 0\.\d{3}/);
    expect(await wordsAt({ budget: 0 })).toContain("0 calls to 0 of");
    expect(await wordsAt({})).not.toContain("the budget ends");
  });
});
