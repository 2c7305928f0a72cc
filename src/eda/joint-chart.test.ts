import { afterEach, describe, expect, it, vi } from "vitest";
import { random } from "../core/random.js";
import { byDay } from "./by-day.js";
import { byDayChart } from "./by-day-chart.js";
import { chooseScale } from "./choose-scale.js";
import { classHistogram } from "./class-histogram.js";
import { correlationChart } from "./correlation-chart.js";
import { jointChart } from "./joint-chart.js";
import { correlateWithLabel } from "./label-correlation.js";
import { tally } from "./tally.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const r = random("joint");
const n = 4000;
const label = Float64Array.from({ length: n }, () => Number(r.next() < 0.2));
const columns: Record<string, Float64Array> = {
  "heavy-tailed amounts with zeros": label.map((y) => (r.next() < 0.3 ? 0 : Math.exp(4 + 1.5 * r.normal() - y))),
  "heavy-tailed counts": label.map(() => Math.floor(Math.exp(1 + r.normal()))),
  "few whole numbers": label.map(() => r.int(4)),
  "amounts on both sides of zero": label.map(() => r.normal()),
  "a constant": label.map(() => 5),
  "zeros only": label.map(() => 0),
  "missing values": label.map(() => Number.NaN),
  "tiny amounts": label.map(() => 1e-7 * r.next()),
};

describe.each(Object.entries(columns))("a column of %s", (name, column) => {
  const counted = tally(column, label);
  it("has a joint chart without a warning, an undefined number or a mark for every row", async () => {
    const warn = vi.spyOn(console, "warn");
    const svg = await jointChart(counted, { column: name, columnTitle: `${name} <b>` }).toSvg();
    expect(warn).not.toHaveBeenCalled();
    expect(svg).not.toMatch(/NaN|Infinity|undefined</);
    expect(svg).not.toContain("<b>");
    expect(svg.length).toBeLessThan(60_000);
  });
  it("has bins that hold every shown row once: shares add up to 1 in each class", () => {
    const scale = chooseScale(counted);
    const { bins } = classHistogram(counted, scale);
    for (const group of ["stayed", "churned"]) {
      const own = bins.filter((bin) => bin.group === group);
      const sum = own.reduce((total, bin) => total + bin.share, 0);
      if (Number.isFinite(column[0])) expect(sum).toBeGreaterThan(0.99);
      expect(sum).toBeLessThan(1.0001);
      for (const [i, bin] of own.entries()) {
        expect(bin.to).toBeGreaterThan(bin.from);
        if (i > 0) expect(bin.from).toBe(own[i - 1].to);
      }
    }
  });
});

describe("jointChart", () => {
  it("says the numbers it shows: rows, r, its interval and R²", () => {
    const x = label.map((y) => y + r.normal());
    const { pearson } = correlateWithLabel("x", tally(x, label));
    const { title } = jointChart(tally(x, label), { column: "x" }).spec as { title: { subtitle: string } };
    expect(title.subtitle).toContain("4,000 rows");
    expect(title.subtitle).toContain(`r = ${pearson.r!.toFixed(3)} (95%: ${pearson.low!.toFixed(3)}`);
    expect(title.subtitle).toContain(`R² = ${(pearson.r! ** 2).toPrecision(3)}`);
  });
  it("says why there is no correlation", () => {
    const { title } = jointChart(tally(columns["a constant"], label), { column: "x" }).spec as {
      title: { subtitle: string };
    };
    expect(title.subtitle).toContain("no correlation: the column has only one value");
  });
});

describe("chooseScale", () => {
  it("is linear for even columns and symlog from 0 for heavy-tailed ones", () => {
    expect(chooseScale(tally(label.map(() => r.next()))).kind).toBe("linear");
    expect(chooseScale(tally(columns["amounts on both sides of zero"])).kind).toBe("linear");
    const scale = chooseScale(tally(columns["heavy-tailed amounts with zeros"]));
    expect(scale).toMatchObject({ kind: "symlog", domain: [0, expect.any(Number)] });
    expect(scale.ticks.length).toBeGreaterThan(3);
    expect(scale.ticks.length).toBeLessThan(11);
    expect(scale.at(0)).toBe(0);
    expect(scale.at(1)).toBeCloseTo(scale.domain[1], 6);
  });
});

describe("byDayChart", () => {
  const days = Int32Array.from({ length: n }, (_, i) => 19_800 + (i % 300));
  it.each([60, 300])("draws %i days without a warning, gaps as gaps", async (length) => {
    const warn = vi.spyOn(console, "warn");
    const rows = days.map((day) => (day === 19_805 ? 19_804 : Math.min(day, 19_800 + length - 1)));
    const chart = byDayChart(byDay(rows, { calls: columns["heavy-tailed counts"] }), [
      { name: "calls", title: "calls" },
    ]);
    const svg = await chart.toSvg();
    expect(warn).not.toHaveBeenCalled();
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(chart.description).toContain(`2024-03-18 to`);
  });
});

describe("byDayChart, interactive", () => {
  it("gives each panel a scale of its own data", async () => {
    const { compile } = await import("vega-lite");
    const rows = byDay(
      Int32Array.from({ length: 60 }, (_, i) => 19_800 + i),
      { a: columns["few whole numbers"].subarray(0, 60), b: columns["heavy-tailed counts"].subarray(0, 60) },
    );
    const { spec } = byDayChart(
      rows,
      ["a", "b"].map((name) => ({ name, title: name })),
    );
    const vega = compile(spec as unknown as Parameters<typeof compile>[0]).spec;
    const domains = (vega.scales ?? [])
      .filter(({ name }) => name.endsWith("_y"))
      .map(({ domain }) => JSON.stringify(domain));
    const data = domains.map((domain) => [...domain.matchAll(/data_\d+/g)].map(String));
    expect(data).toHaveLength(4);
    for (const [i, own] of data.entries())
      for (const other of data.slice(i + 1)) expect(own.filter((d) => other.includes(d))).toEqual([]);
  });
});

describe("correlationChart", () => {
  it("puts the strongest first and names the columns that have none", async () => {
    const rows = Object.entries(columns).map(([name, column]) => correlateWithLabel(name, tally(column, label)));
    const chart = correlationChart(rows);
    expect(chart.description).toContain("strongest heavy-tailed amounts with zeros");
    expect((chart.spec.title as { subtitle: string }).subtitle).toContain(
      "undefined for a constant, zeros only, missing",
    );
    expect(await chart.toSvg()).not.toMatch(/NaN|undefined</);
  });
});
