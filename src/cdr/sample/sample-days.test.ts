import { describe, expect, it } from "vitest";
import { MEASURES } from "../columns.js";
import { sampleDays } from "./sample-days.js";
import { SAMPLE_START, type SampleOptions } from "./sample-options.js";
import type { SampleBlock } from "./write-day.js";

type Row = { day: number; id: string; churned: number } & { [measure: string]: number | string };

function records(options: SampleOptions): Row[] {
  return [...sampleDays(options)].flatMap((block) =>
    block.DP_MSISDN.map((id, row) => {
      const cells = MEASURES.map(({ name }) => [name, (block[name as keyof SampleBlock] as Int32Array)[row]]);
      return { day: block.day, id, churned: block.PSEUDO_CHURNED[row], ...Object.fromEntries(cells) } as Row;
    }),
  );
}

const isActive = (record: Row) => MEASURES.some(({ name }) => (record[name] as number) > 0);
const sum = (rows: Row[], column: string) => rows.reduce((total, row) => total + (row[column] as number), 0);
const day = (number: number) => SAMPLE_START + number;

function bySubscriber(rows: Row[]): Map<string, Row[]> {
  const lives = new Map<string, Row[]>();
  for (const row of rows) {
    const life = lives.get(row.id);
    if (life) life.push(row);
    else lives.set(row.id, [row]);
  }
  return lives;
}

describe("sampleDays", () => {
  const small = { subscribers: 200, to: day(59) };

  it("gives the same records for the same seed, and others for another one", () => {
    expect(records(small)).toEqual(records(small));
    expect(records({ ...small, seed: 2 })).not.toEqual(records(small));
  });

  it("continues: days that are asked for later are those of one longer sample", () => {
    const whole = records(small);
    expect(records({ ...small, to: day(29) })).toEqual(whole.filter((row) => row.day < day(30)));
    expect(records({ ...small, from: day(30) })).toEqual(whole.filter((row) => row.day >= day(30)));
  });

  it("gives a subscriber the same records however many others there are", () => {
    const few = records({ ...small, subscribers: 50 });
    const ids = new Set(few.map((row) => row.id));
    expect(records(small).filter((row) => ids.has(row.id))).toEqual(few);
  });

  it("gives each subscriber one row a day at most, by day and then in the order of the numbers", () => {
    const keys = records({ ...small, scenario: "new-segment", scenarioDay: day(20) }).map(
      (row) => `${row.day} ${row.id}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual([...keys].sort());
    expect(keys.every((key) => /^\d{5} \d{12}$/.test(key))).toBe(true);
  });

  it("counts whole, from 0; has calls where there is call time and sessions where there is volume", () => {
    for (const row of records(small)) {
      for (const { name } of MEASURES.slice(0, 7))
        expect(Number.isInteger(row[name]) && (row[name] as number) >= 0).toBe(true);
      expect(row.DP_MOC_DURATION).toBeGreaterThanOrEqual(row.DP_MOC_COUNT as number);
      expect((row.DP_MOC_DURATION as number) > 0).toBe((row.DP_MOC_COUNT as number) > 0);
      expect((row.DP_MTC_DURATION as number) > 0).toBe((row.DP_MTC_COUNT as number) > 0);
      expect((row.DP_DATA_VOLUME as number) > 0).toBe((row.DP_DATA_COUNT as number) > 0);
      const thousandths = (row.DP_DATA_VOLUME as number) * 1000;
      expect(Math.round(thousandths) / 1000).toBe(row.DP_DATA_VOLUME);
    }
  });

  describe("of 1,000 subscribers over 180 days", () => {
    const rows = records({ subscribers: 1000, to: day(179) });
    const lives = bySubscriber(rows);

    it("keeps about as many subscribers on the books: who leaves is followed by others", () => {
      const active = (from: number, to: number) =>
        new Set(rows.filter((row) => row.day >= day(from) && row.day < day(to) && isActive(row)).map((row) => row.id))
          .size;
      expect(active(0, 30) / active(150, 180)).toBeGreaterThan(0.93);
      expect(active(0, 30) / active(150, 180)).toBeLessThan(1.07);
      expect(lives.size).toBeGreaterThan(1300);
    });

    it("has zero days: rows of zeros, and days without a row", () => {
      const zero = rows.filter((row) => !isActive(row)).length / rows.length;
      expect(zero).toBeGreaterThan(0.15);
      expect(zero).toBeLessThan(0.35);
      expect(rows.length / 180_000).toBeLessThan(0.95);
    });

    it("is heavy-tailed: a tenth of the subscribers make more than a third of the calls and of the data", () => {
      for (const column of ["DP_MOC_COUNT", "DP_DATA_VOLUME"]) {
        const totals = [...lives.values()].map((life) => sum(life, column)).sort((a, b) => b - a);
        const all = totals.reduce((a, b) => a + b);
        expect(totals.slice(0, totals.length / 10).reduce((a, b) => a + b) / all).toBeGreaterThan(0.35);
      }
    });

    it("has a weekly rhythm: Fridays have more calls than Sundays", () => {
      const calls = (weekday: number) =>
        sum(
          rows.filter((row) => (row.day - SAMPLE_START) % 7 === weekday),
          "DP_MOC_COUNT",
        );
      expect(calls(4) / calls(6)).toBeGreaterThan(1.3);
    });

    it("has churners along the whole time, also after day 120", () => {
      const flags = [...lives.values()]
        .map((life) => life.find((row) => row.churned === 1)?.day)
        .filter((flag) => flag !== undefined);
      for (let from = 0; from < 180; from += 30) {
        const starts = flags.filter((flag) => flag >= day(from) && flag < day(from + 30)).length;
        expect(starts / 1000).toBeGreaterThan(0.08);
        expect(starts / 1000).toBeLessThan(0.2);
      }
    });

    it("flags most who are gone, not all, and some who stay", () => {
      const seen = [...lives.values()].filter((life) => life.some(isActive) && life[0].day < day(120));
      const gone = seen.filter((life) => life.at(-1)!.day < day(150));
      const missed = gone.filter((life) => !life.some((row) => row.churned)).length / gone.length;
      expect(missed).toBeGreaterThan(0.02);
      expect(missed).toBeLessThan(0.15);
      const staying = seen.filter((life) => life.some((row) => row.day >= day(150) && isActive(row)));
      expect(staying.some((life) => life.some((row) => row.churned && row.day < day(120)))).toBe(true);
    });

    it("lets the usage of leavers decay over weeks before the flag", () => {
      const week = (back: number) => {
        let total = 0;
        for (const life of lives.values()) {
          const flag = life.find((row) => row.churned === 1 && !isActive(row))?.day;
          if (flag === undefined || flag < day(60)) continue;
          total += sum(
            life.filter((row) => row.day < flag - 7 * back && row.day >= flag - 7 * (back + 1)),
            "DP_DATA_COUNT",
          );
        }
        return total;
      };
      expect(week(0) / week(7)).toBeLessThan(0.4);
      expect(week(2) / week(7)).toBeLessThan(0.9);
    });

    it("lets some return after three silent weeks", () => {
      const returned = [...lives.values()].filter((life) => {
        const days = life.filter(isActive).map((row) => row.day);
        return days.some((each, i) => i > 0 && each - days[i - 1] > 21);
      });
      expect(returned.length / lives.size).toBeGreaterThan(0.03);
    });
  });

  describe("with a scenario", () => {
    const options = { subscribers: 800, to: day(99), scenarioDay: day(60) };
    const plain = records(options);
    const changed = (scenario: SampleOptions["scenario"]) => records({ ...options, scenario: scenario as "none" });
    const between = (rows: Row[], from: number, to: number) =>
      rows.filter((row) => row.day >= day(from) && row.day < day(to));

    it.each(["price-rise", "data-shift", "outage", "new-segment"] as const)(
      "%s changes nothing before its day, and something from then on",
      (scenario) => {
        const rows = changed(scenario);
        expect(between(rows, 0, 60)).toEqual(between(plain, 0, 60));
        expect(between(rows, 60, 66)).not.toEqual(between(plain, 60, 66));
      },
    );

    it("price-rise: more leave, and calls shift to incoming ones", () => {
      const rows = between(changed("price-rise"), 60, 100);
      const flagged = (all: Row[]) => new Set(all.filter((row) => row.churned).map((row) => row.id)).size;
      expect(flagged(rows) / flagged(between(plain, 60, 100))).toBeGreaterThan(1.8);
      const outgoing = (all: Row[]) => sum(all, "DP_MOC_COUNT") / (sum(all, "DP_MOC_COUNT") + sum(all, "DP_MTC_COUNT"));
      expect(outgoing(rows)).toBeLessThan(outgoing(between(plain, 60, 100)) - 0.1);
    });

    it("data-shift: the volume of some plans comes in another unit, and nothing else changes", () => {
      const rows = changed("data-shift");
      const factors = new Set(
        rows.map((row, i) => (row.DP_DATA_VOLUME as number) / ((plain[i]?.DP_DATA_VOLUME as number) || 1)),
      );
      expect(factors).toContain(1024);
      expect(rows.map((row) => ({ ...row, DP_DATA_VOLUME: 0 }))).toEqual(
        plain.map((row) => ({ ...row, DP_DATA_VOLUME: 0 })),
      );
    });

    it("outage: two regions of five are nearly silent for six days", () => {
      const rows = changed("outage");
      const active = (all: Row[], from: number, to: number) => between(all, from, to).filter(isActive).length;
      expect(active(rows, 60, 66) / active(plain, 60, 66)).toBeLessThan(0.72);
      expect(active(rows, 66, 100)).toBe(active(plain, 66, 100));
    });

    it("new-segment: a quarter more subscribers come within two weeks, with data and few calls", () => {
      const known = new Set(plain.map((row) => row.id));
      const rows = changed("new-segment").filter((row) => !known.has(row.id));
      expect(new Set(between(rows, 60, 75).map((row) => row.id)).size).toBeGreaterThan(190);
      expect(sum(rows, "DP_DATA_COUNT")).toBeGreaterThan(10 * sum(rows, "DP_MOC_COUNT"));
      expect(changed("new-segment").filter((row) => known.has(row.id))).toEqual(plain);
    });
  });

  it.each([
    [{ subscribers: 0 }, /subscribers cannot be 0/],
    [{ to: SAMPLE_START - 1 }, /to cannot be 19722/],
    [{ from: 19723.5 }, /from cannot be 19723.5/],
    [{ scenario: "pricerise" as "price-rise" }, /did you mean "price-rise"\?/],
  ])("refuses %j", (options, message) => {
    expect(() => [...sampleDays(options)]).toThrow(message);
  });
});
