import type { ColumnKind } from "../../src/cdr/columns.js";

const FLOAT = { reason: "a number with a point or an exponent, of which digits may be lost" };
const NOBODY = { reason: "no subscriber" };
const NOT_A_DATE = { reason: "not a date YYYY-MM-DD" };
const RANGE = { reason: "date out of range: before 1970 or in the future" };
const NOT_A_NUMBER = { reason: "not a number" };

/**
 * Cells with their verdicts: the value as the table has it, null for a missing one, or the reason why it is set aside. Load, `/ingest`
 * and `store migrate` are held to them.
 */
export const CELLS: Record<
  ColumnKind,
  readonly [cell: string, verdict: string | number | null | { reason: string }][]
> = {
  id: [
    ...["491700000001", "+491700000001", "00491700000001", "007", "0x1F", "4e11", "deadbeef", "a"].map(
      (id) => [id, id] as [string, string],
    ),
    ...["123456789012345678901234", "it's", "Ünal", "x-1", "s 1", "n", "nat1", "-5"].map(
      (id) => [id, id] as [string, string],
    ),
    [" 49170 ", "49170"],
    ["\t49170", "49170"],
    ["a\0b", { reason: "a null character" }],
    ["x".repeat(255), "x".repeat(255)],
    ["x".repeat(256), { reason: "longer than 255 characters" }],
    ["9".repeat(256), { reason: "longer than 255 characters" }],
    ...["", " ", "null", "NULL", "nan", "None", "na", "N/A", "#N/A", "\\N", "(null)", "-", "?", ".", "<NA>", "NaT"].map(
      (id) => [id, NOBODY] as [string, typeof NOBODY],
    ),
    ...["unknown", "Anonymous", "undefined"].map((id) => [id, NOBODY] as [string, typeof NOBODY]),
    ...["4.9170E+11", "4.917e+11", "4E+11", "4,917E+11", "491700000001.5", "493517.25", "1."].map(
      (id) => [id, FLOAT] as [string, typeof FLOAT],
    ),
  ],
  day: [
    ...[
      ...[
        "2024-01-31",
        " 2024-01-31",
        "2024/01/31",
        "2024-1-31",
        "2024/1/31",
        "2024-01-31 10:00",
        "2024-01-31T10:00:00",
      ],
      ...["2024-01-31 23:59:59.123456", "2024-01-31 9:05", "2024-01-31 10:00 UTC", "2024-01-31 10:00:00Z"],
      ...[
        "2024-01-31 23:30:00+05",
        "2024-01-31T00:30:00-0500",
        "2024-01-31T00:30:00+05:30",
        "2024-01-31 10:00:00 +0000",
      ],
    ].map((day) => [day, "2024-01-31"] as [string, string]),
    ["2024-02-29", "2024-02-29"],
    ["1970-01-01", "1970-01-01"],
    ...["", "NULL", "NaT", "-", "\\N"].map((day) => [day, { reason: "no date" }] as [string, { reason: string }]),
    ...[
      ...["2024-01-01 25:00", "2024-01-01T10:61:00", "2024-01-01 24:00:00", "2024-01-01 10:00:60", "2024-01-01 10"],
      ...[
        "2024-02-30",
        "2024-13-01",
        "2024-00-10",
        "2024-01/31",
        "2024-01-31x",
        "2024-01-31 noon",
        "20240131",
        "31.01.2024",
      ],
      ...["01/31/2024", "1706659200", "infinity", "epoch", "today", "+2024-01-31", "24-01-31", "2024-01-31 10:00 CET"],
    ].map((day) => [day, NOT_A_DATE] as [string, typeof NOT_A_DATE]),
    ...["1900-01-01", "1969-12-31", "2999-01-01"].map((day) => [day, RANGE] as [string, typeof RANGE]),
  ],
  count: [
    ["0", 0],
    ["7", 7],
    ["+7", 7],
    [" 3 ", 3],
    ["1e3", 1000],
    ["5.0", 5],
    ["007", 7],
    ["999999999999", 999_999_999_999],
    ...["NULL", "\\N", "NaN", "na", "-", "#N/A"].map((cell) => [cell, null] as [string, null]),
    ...["1_000", "1,000", "1 000", "+-5", "0x10", "many", "1e", "٣", "true", "0b1"].map(
      (cell) => [cell, NOT_A_NUMBER] as [string, typeof NOT_A_NUMBER],
    ),
    ["2.5", { reason: "not a whole number" }],
    ["-1", { reason: "negative" }],
    ["-inf", { reason: "negative" }],
    ...["1000000000000", "9007199254740992", "1e400", "inf", "Infinity"].map(
      (cell) => [cell, { reason: "too large" }] as [string, { reason: string }],
    ),
  ],
  amount: [
    ["0", 0],
    ["2.5", 2.5],
    [".5", 0.5],
    ["5.", 5],
    ["-0", 0],
    ["1E-3", 0.001],
    ...["nan", "(null)"].map((cell) => [cell, null] as [string, null]),
    ["2,5", NOT_A_NUMBER],
    ["-0.1", { reason: "negative" }],
    ["1e12", { reason: "too large" }],
  ],
  label: [
    ...["1", "true", "TRUE", "Yes", "t", "y", "1.0", " 1 "].map((cell) => [cell, 1] as [string, number]),
    ...["0", "false", "No", "f", "n", "0.0"].map((cell) => [cell, 0] as [string, number]),
    ...["", "NULL", "NaN", "-"].map((cell) => [cell, null] as [string, null]),
    ...["2", "0.94", "churned", "-1"].map(
      (cell) => [cell, { reason: "label is not 0 or 1" }] as [string, { reason: string }],
    ),
  ],
};
