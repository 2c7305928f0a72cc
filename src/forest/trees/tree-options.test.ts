import { describe, expect, it } from "vitest";
import { snakeCase } from "../../core/key-case.js";
import { treeOptions } from "../../tables/options.js";
import { trainOptions } from "../../training/options.js";
import { checkBoostingOptions } from "./boosting-options.js";
import { checkForestOptions } from "./forest-options.js";
import { optionSchema } from "./option-schema.js";
import { isOptionValue } from "./option-value.js";
import { fromSnakeCase } from "./snake-case.js";
import { BOOSTING_OPTIONS, FOREST_OPTIONS, TREE_OPTIONS, type TreeOptionName, treeDefault } from "./tree-options.js";

const NAMES = Object.keys(TREE_OPTIONS) as TreeOptionName[];
const fieldsOf = (name: TreeOptionName) =>
  [...treeOptions.fields, ...trainOptions.fields].filter(({ key }) => key === snakeCase(name));

describe("an option of trees", () => {
  it.each(NAMES)("%s has one help, which flags, config and grid show", (name) => {
    for (const { help } of fieldsOf(name)) if (name !== "seed") expect(help).toContain(TREE_OPTIONS[name].help);
  });
  it.each(NAMES)("%s takes the same values in programs and in files, but for what only programs can give", (name) => {
    const { takes } = TREE_OPTIONS[name];
    const schema = optionSchema(name);
    const probes = [
      -1,
      0,
      0.5,
      1,
      1.5,
      2,
      100,
      255,
      256,
      Infinity,
      true,
      null,
      "sqrt",
      "gini",
      "auto",
      "balanced",
      "x",
    ];
    for (const probe of probes) {
      if (name === "monotone" || (name === "seed" && typeof probe === "string")) continue;
      const inPrograms = takes.some((kind) => isOptionValue(kind, probe));
      expect([probe, schema.safeParse(probe).success]).toEqual([probe, inPrograms]);
    }
  });
  it.each(NAMES)("%s has defaults that it takes, and leaving it out is to give them", (name) => {
    const { takes } = TREE_OPTIONS[name];
    for (const [model, names, check] of [
      ["forest", FOREST_OPTIONS, checkForestOptions],
      ["boosting", BOOSTING_OPTIONS, checkBoostingOptions],
    ] as const) {
      if (!(names as readonly string[]).includes(name)) continue;
      expect(takes.some((kind) => isOptionValue(kind, treeDefault(name, model)))).toBe(true);
      expect(check({ [name]: treeDefault(name, model) })).toEqual(check({}));
    }
  });
});

describe("options of trees in files", () => {
  it("have null, none and all for no limit, and words or truth values for early stopping", () => {
    expect(optionSchema("maxDepth").parse("none")).toBeNull();
    expect(optionSchema("maxFeatures").parse("all")).toBeNull();
    expect(optionSchema("classWeight").parse("none")).toBeNull();
    expect(["auto", "true", false].map((value) => optionSchema("earlyStopping").parse(value as never))).toEqual([
      "auto",
      true,
      false,
    ]);
    expect(treeOptions.parse({ max_depth: "none" }).max_depth).toBeNull();
    expect(trainOptions.parse({ max_features: ["all", 3] }).max_features).toEqual([null, 3]);
  });
  it("are named num_trees for numTrees, and what is left out stays left out", () => {
    expect(NAMES.map(snakeCase)).toContain("min_samples_leaf");
    expect(snakeCase("l2")).toBe("l2");
    const { numTrees, maxDepth, l2 } = fromSnakeCase(["numTrees", "maxDepth", "l2"], { num_trees: 5, max_depth: null });
    expect([numTrees, maxDepth, l2]).toEqual([5, null, undefined]);
  });
});

describe("maxSamples", () => {
  it("of 1 is all rows, as a share is", () => {
    expect(checkForestOptions({ maxSamples: 1 })).toEqual(checkForestOptions({}));
  });
});
