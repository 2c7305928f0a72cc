import { expect, it } from "vitest";
import { fitValue } from "./fit-value.js";
import { fromText } from "./parameter-text.js";
import { type ParameterType, takes } from "./parameter-type.js";

const number: ParameterType = { kind: "number" };
const text: ParameterType = { kind: "string" };
const grain: ParameterType = {
  kind: "union",
  of: [{ kind: "literal", value: "day" }, { kind: "literal", value: 7 }, { kind: "null" }],
};

it("reads a text as its type says, and not by its looks", () => {
  expect(fromText(text, "007")).toEqual({ value: "007" });
  expect(fromText(number, "1e3")).toEqual({ value: 1000 });
  expect(fromText(number, "")).toBeUndefined();
  expect(fromText({ kind: "boolean" }, "True")).toEqual({ value: true });
  expect(fromText(grain, "7")).toEqual({ value: 7 });
  expect(fromText(grain, "null")).toEqual({ value: null });
  expect(fromText(grain, "week")).toBeUndefined();
  expect(fromText({ kind: "union", of: [text, number] }, "5")).toEqual({ value: 5 });
});

it("reads lists as JSON or between commas", () => {
  const list: ParameterType = { kind: "array", items: number };
  expect(fromText(list, "[1, 2]")).toEqual({ value: [1, 2] });
  expect(fromText(list, "1,2")).toEqual({ value: [1, 2] });
  expect(fromText(list, "")).toEqual({ value: [] });
  expect(fromText(list, "1,x")).toBeUndefined();
});

it("takes dates that exist", () => {
  const date: ParameterType = { kind: "date" };
  expect(fitValue(date, "2024-02-29")).toEqual({ value: new Date("2024-02-29") });
  expect(fitValue(date, "2023-02-29")).toBeUndefined();
  expect(fitValue(date, 5)).toBeUndefined();
});

it("checks objects field by field", () => {
  const type: ParameterType = {
    kind: "object",
    fields: [
      { name: "a", type: number, optional: false },
      { name: "b", type: text, optional: true },
    ],
  };
  expect(fitValue(type, { a: 1 })).toEqual({ value: { a: 1 } });
  for (const wrong of [{}, { a: "1" }, { a: 1, c: 2 }, [1], null]) expect(fitValue(type, wrong)).toBeUndefined();
});

it("says what it takes in words", () => {
  expect(takes(grain)).toBe('"day" | 7 | null');
  expect(takes({ kind: "array", items: number })).toBe("a list of numbers");
});
