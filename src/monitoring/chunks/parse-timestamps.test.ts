import { expect, it } from "vitest";
import { parseTimestamps } from "./parse-timestamps.js";

it("reads ISO dates and times, and keeps missing ones missing", () => {
  const { ms, zone } = parseTimestamps(["2024-03-05", "2024-03-05 14:00:00.5", null, "2024-03-05T14:00"]);
  expect([...ms]).toEqual([
    Date.UTC(2024, 2, 5),
    Date.UTC(2024, 2, 5, 14, 0, 0, 500),
    Number.NaN,
    Date.UTC(2024, 2, 5, 14),
  ]);
  expect(zone).toBe("naive");
});

it("brings offsets to UTC", () => {
  const { ms, zone } = parseTimestamps([
    "2024-03-05T14:00:00+09:00",
    "2024-03-05T00:00:00-0500",
    "2024-03-05T05:00:00Z",
  ]);
  expect([...ms]).toEqual([5, 5, 5].map((hour) => Date.UTC(2024, 2, 5, hour)));
  expect(zone).toBe("utc");
});

it.each(["05/03/2024", "2024-13-01", "2024-02-30", "yesterday", "2024-03-05 25:00"])("refuses %s", (text) => {
  expect(() => parseTimestamps(["2024-01-01", text])).toThrow(/is not an ISO 8601 time: ".*" in row 1/);
});

it("refuses a column with and without zones", () => {
  expect(() => parseTimestamps(["2024-03-05T14:00Z", "2024-03-05T14:00"])).toThrow(
    /mixes times with and without a zone/,
  );
});
