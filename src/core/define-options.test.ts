import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineOptions } from "./define-options.js";

const options = defineOptions("features", {
  windows: z.array(z.int().min(1)).default([7, 14]).describe("lengths in days"),
  set: z.enum(["behaviour", "seed"]).default("behaviour").describe("named set"),
  horizon: z.int().min(1).default(14).describe("days of the label"),
  start_date: z.iso.date().nullable().default(null).describe("first day"),
  weekly: z.boolean().default(false).describe("by week"),
});

describe("defineOptions", () => {
  it("fills in defaults, and takes undefined as left out", () => {
    expect(options.parse({ horizon: undefined })).toEqual({
      windows: [7, 14],
      set: "behaviour",
      horizon: 14,
      start_date: null,
      weekly: false,
    });
  });
  it("names an unknown key and the nearest valid one", () => {
    expect(() => options.parse({ horizn: 3 })).toThrow(/unknown option "horizn" in "features"[\s\S]*"horizon"/);
  });
  it("names key, value and what is taken when a value is wrong", () => {
    expect(() => options.parse({ horizon: 0 }, "a.json")).toThrow(
      /"features.horizon" \(a.json\) cannot be 0[\s\S]*whole number ≥ 1/,
    );
    expect(() => options.parse({ set: "sed" })).toThrow(/cannot be "sed"[\s\S]*did you mean "seed"/);
    const lists = defineOptions("train", { criterion: z.array(z.enum(["gini", "entropy"])).describe("impurity") });
    expect(() => lists.parse({ criterion: ["gini", "entropi"] })).toThrow(/did you mean "entropy"/);
    expect(() => options.parse({ start_date: "2021-13-01" })).toThrow(/date YYYY-MM-DD/);
  });
  it("reads the text of flags and environment by the option's type", () => {
    expect(options.fromText("windows", "7,30")).toEqual([7, 30]);
    expect(options.fromText("horizon", "30")).toBe(30);
    expect(options.fromText("horizon", "many")).toBe("many");
    expect(options.fromText("start_date", "2021-01-01")).toBe("2021-01-01");
    expect(options.fromText("start_date", "null")).toBeNull();
    expect(options.fromText("weekly", "true")).toBe(true);
  });
  it("reads an object as JSON or as pairs, whose values may have = and , themselves", () => {
    const measures = defineOptions("load", { measures: z.record(z.string(), z.string()).describe("by name") });
    expect(measures.fromText("measures", "a=count(*) FILTER (x = 'y, z'), b = sum(q)")).toEqual({
      a: "count(*) FILTER (x = 'y, z')",
      b: "sum(q)",
    });
    expect(measures.fromText("measures", '{"a": "sum(if(x = 1, y = 2, z))"}')).toEqual({
      a: "sum(if(x = 1, y = 2, z))",
    });
  });
  it("reads a number as a number and a word as a word, where an option or a list takes both", () => {
    const mixed = defineOptions("train", {
      threshold: z.union([z.number().min(0).max(1), z.enum(["f1", "cost"])]).describe("where to cut"),
      max_features: z
        .array(z.union([z.number().gt(0), z.enum(["sqrt", "all"])]))
        .optional()
        .describe("features at a split"),
      model: z.string().nullable().default(null).describe("version"),
    });
    expect(mixed.parse({ threshold: mixed.fromText("threshold", "0.5") })).toMatchObject({ threshold: 0.5 });
    expect(mixed.fromText("max_features", "4,0.5,sqrt")).toEqual([4, 0.5, "sqrt"]);
    expect(mixed.fromText("model", "7")).toBe("7");
    const depths = defineOptions("train", {
      max_depth: z.array(z.int().nullable()).describe("depths; null: no limit"),
    });
    expect(depths.fromText("max_depth", "5,null")).toEqual([5, null]);
    expect(depths.fromText("max_depth", "null")).toEqual([null]);
    expect(mixed.fields.map((option) => [option.takes, option.type, option.choices])).toEqual([
      ["number ≥ 0, ≤ 1 | f1 | cost", "number", ["f1", "cost"]],
      ["list of number > 0 | sqrt | all", "array", ["sqrt", "all"]],
      ["text | null", "string", undefined],
    ]);
  });
  it("says in which form a text has to be, where the option has one", () => {
    const days = defineOptions("load", {
      days: z
        .string()
        .regex(/^\d{4}-\d\d$/, "it is a month, 2024-01")
        .nullable()
        .describe("which"),
    });
    expect(() => days.parse({ days: "2024-1" }, "--days")).toThrow(
      'option "load.days" (--days) cannot be "2024-1": it is a month, 2024-01',
    );
  });
  it("lists each option with type, default and help", () => {
    expect(options.fields.map((option) => [option.key, option.takes, option.default])).toEqual([
      ["windows", "list of whole number ≥ 1", [7, 14]],
      ["set", "behaviour | seed", "behaviour"],
      ["horizon", "whole number ≥ 1", 14],
      ["start_date", "date YYYY-MM-DD | null", null],
      ["weekly", "true | false", false],
    ]);
  });
});
