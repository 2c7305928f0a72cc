import { describe, expect, it } from "vitest";
import { ChurnError } from "../../core/errors.js";
import type { LogMeasure } from "../../store/log-columns.js";
import { inMemory } from "../../store/memory-database.js";
import { compileMeasures } from "./compile-measures.js";
import { type MeasuresOption, measuresOption } from "./measures-option.js";

const compile = (measures: MeasuresOption, grain: "day" | "event" = "event") =>
  inMemory((db) => compileMeasures(db, measuresOption.parse(measures), grain));

const one = async (sql: string, more: object = {}): Promise<LogMeasure> =>
  (await compile({ m: { sql, ...more } }))[0] as LogMeasure;

/** What is said against an expression, with its cure. */
async function fault(sql: string, grain: "day" | "event" = "event"): Promise<string> {
  const error = await compile({ m: sql }, grain).then(
    () => new Error(`${sql} is taken`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChurnError)) throw error;
  expect(error.code).toBe("BAD_OPTION");
  expect(error.message).toContain('option "load.measures.m"');
  expect(error.hint).toBeTruthy();
  return error.message;
}

describe("a measure of events", () => {
  it.each([
    "count(*)",
    "count(*) FILTER (type = 'CALL' AND direction = 'OUT')",
    "count_if(type = 'SMS') + count(DURATION)",
  ])("counts records: %s", async (sql) => {
    expect(await one(sql)).toEqual({ name: "m", kind: "count", title: "m", sql, reads: {} });
  });

  it.each([
    "sum(quantity * price)",
    'SUM(CASE WHEN "call type" = \'x\' THEN duration ELSE 0 END) FILTER (WHERE "order" IS NOT NULL)',
    "sum(up) + sum(down)",
    "sum(bytes) / 1e6",
    "-sum(refund) * 100 - 2.5 * count(*)",
    "coalesce(sum(duration), 0)",
    "CAST(sum(cents) AS DOUBLE) / 100",
    "sum(epoch(CAST(length AS INTERVAL)))",
    "sum(price) -- what was paid",
    "sum(if(lower(kind) LIKE '%return%', -price, price))",
  ])("adds up: %s", async (sql) => {
    expect(await one(sql)).toEqual({ name: "m", kind: "amount", title: "m", negative: true, sql, reads: {} });
  });

  it("is the largest or the smallest of a day", async () => {
    expect(await one("max(duration)")).toMatchObject({ combine: "max", kind: "amount" });
    expect(await one("min(price) FILTER (price > 0)")).toMatchObject({ combine: "min" });
  });

  it("has what is said of it, and of a measure of a call record what is known of it", async () => {
    const said = { title: "time on the phone", unit: "s", kind: "count", negative: false } as const;
    expect(await one("sum(duration)", said)).toEqual({
      ...said,
      negative: undefined,
      name: "m",
      sql: "sum(duration)",
      reads: {},
    });
    expect(await compile({ dp_moc_duration: "sum(x)", DP_MOC_COUNT: { title: "rides" } })).toEqual([
      {
        ...{ name: "DP_MOC_DURATION", kind: "amount", title: "outgoing call time", unit: "s" },
        ...{ negative: true, sql: "sum(x)", reads: {} },
      },
      { name: "DP_MOC_COUNT", kind: "count", title: "rides" },
    ]);
    expect((await compile({ late_fees: "sum(x)" }))[0]?.title).toBe("late fees");
  });

  it.each([
    ["avg(duration)", "two measures, sum(…) and count(…)"],
    ["median(x)", "sum, count and count_if"],
    ["count(DISTINCT b)", "count(DISTINCT …), and two batches of a day cannot be put together"],
    ["sum(a) / count(*)", "cannot be put together"],
    ["sum(a) * sum(b)", "cannot be put together"],
    ["count(*) + 1", "cannot be put together"],
    ["round(sum(a), 2)", "cannot be put together"],
    ["max(a) - min(a)", "max may be all of a measure"],
    ["max(a) / 60", "put the calculation inside, max(…)"],
    ["sum(a) + b", "cannot be put together"],
    ["first(a)", "cannot be put together"],
    ["sum(a ORDER BY b)", "leave ORDER BY out"],
    ["sum(sum(a))", "an aggregate inside of sum(…)"],
    ["sum(count(*) FILTER (a))", "an aggregate inside"],
    ["duration", "is no aggregate"],
    ["'CALL'", "is no aggregate"],
  ])("is refused where two batches cannot be put together: %s", async (sql, words) => {
    expect(await fault(sql)).toContain(words);
  });

  it.each([
    ["sum((SELECT 1))", "a query inside"],
    ["sum(x) OVER ()", "a window"],
    ["sum(read_text('/etc/passwd'))", "the function read_text"],
    ["sum(getenv('HOME'))", "the function getenv"],
    ["count(*) FILTER (current_setting('x') = 'y')", "the function current_setting"],
    ["sum(random())", "the function random"],
    ["sum(a) FILTER (ts > now())", "the function now"],
    ["sum(lenght(a))", "did you mean length?"],
    ["sum(nextval('s'))", "the function nextval"],
    ["sum(system.main.abs(a))", "the function"],
    ["sum(t.a)", "the name t.a"],
    ["sum(a[1])", "array extract"],
    ["sum(CAST(a AS STRUCT(x INTEGER)))", "a cast to STRUCT"],
    ["sum(#1)", "a column by its number"],
    ["sum($1)", "a parameter"],
    ["sum(COLUMNS(*))", "*"],
    ["sum(list_sum([a]))", "the function list_sum"],
    ["count(*) FILTER (a IN (SELECT 1))", "a query inside"],
    ["sum(a) FROM other", "DuckDB reads a syntax error"],
    ["sum(a)) FROM other --", "syntax error"],
    ["sum(a)), (sum(b)", "more than one expression"],
    ["sum(a); DROP TABLE batches", "syntax error"],
    ["sum(a", "at its end"],
    ["sum(a b)", 'at "b)"'],
  ])("is refused where it touches more than the row: %s", async (sql, words) => {
    expect(await fault(sql)).toContain(words);
  });
});

describe("a measure of days", () => {
  it("is computed over its row", async () => {
    expect(await compile({ data: { sql: "up + down", unit: "MB", negative: false } }, "day")).toEqual([
      { name: "data", kind: "amount", title: "data", unit: "MB", sql: "up + down", reads: {} },
    ]);
  });

  it("is refused with an aggregate, since a day has one row", async () => {
    expect(await fault("sum(up)", "day")).toContain('"grain": "event"');
  });
});

describe("the name of a measure", () => {
  it.each([
    ["DP_DATE", "is the day"],
    ["batch_id", "the store has a column of this name"],
    ["Line", "the store has a column of this name"],
    ["late fees", "letters, digits and _"],
    ["1st", "letters, digits and _"],
    ["été", "letters, digits and _"],
    ["DP_MOC_COUN", "did you mean DP_MOC_COUNT?"],
  ])("cannot be %s", async (name, words) => {
    await expect(compile({ [name]: "count(*)" })).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining(words),
    });
  });

  it("is compared without case, and a word of SQL is a name like any other", async () => {
    await expect(compile({ order: "count(*)", Order: "sum(x)" })).rejects.toThrow("is there twice");
    expect(await compile({ order: "count(*)", select: "sum(x)" })).toHaveLength(2);
    await expect(compile({ DP_MOC_COUNT: { sql: "count(*)", kind: "amount" } })).rejects.toThrow('is kept as "count"');
  });
});
