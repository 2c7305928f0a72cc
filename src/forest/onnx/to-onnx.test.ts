import { PbfReader } from "pbf";
import { describe, expect, it } from "vitest";
import { fitForest } from "../grow/fit-forest.js";
import { floorFloat } from "./floor-float.js";
import { narrowColumns } from "./narrow-columns.js";
import { toOnnx } from "./to-onnx.js";

/** Text of all strings of the node's attributes named `name`. */
function attribute(bytes: Uint8Array, name: string): number[] | string[] {
  let found: number[] | string[] = [];
  const model = new PbfReader(bytes);
  model.readFields((tag, _, pbf) => {
    if (tag !== 7) return;
    pbf.readMessage((graphTag: number, __: unknown, graph: PbfReader) => {
      if (graphTag !== 1) return;
      graph.readMessage((nodeTag: number, ___: unknown, node: PbfReader) => {
        if (nodeTag !== 5) return;
        const own = { name: "", floats: [] as number[], ints: [] as number[], strings: [] as string[] };
        node.readMessage((field: number, value: typeof own, from: PbfReader) => {
          if (field === 1) value.name = from.readString();
          if (field === 7) from.readPackedFloat(value.floats);
          if (field === 8) from.readPackedVarint(value.ints);
          if (field === 9) value.strings.push(from.readString());
        }, own);
        if (own.name === name)
          found = own.floats.length > 0 ? own.floats : own.ints.length > 0 ? own.ints : own.strings;
      }, null);
    }, null);
  }, null);
  return found;
}

describe("toOnnx", () => {
  it("writes each node with its threshold, its children and the side of missing values", async () => {
    const a = Float64Array.from({ length: 60 }, (_, i) => (i % 5 === 0 ? Number.NaN : i / 7));
    const y = Uint8Array.from(a, (value) => (value > 4 ? 1 : 0));
    const forest = await fitForest({ names: ["a"], columns: [a] }, y, { numTrees: 2, classNames: ["no", "yes"] });
    const bytes = toOnnx(forest);
    const size = forest.trees.column.length;
    expect(attribute(bytes, "nodes_modes")).toEqual(
      Array.from(forest.trees.column, (column) => (column < 0 ? "LEAF" : "BRANCH_LEQ")),
    );
    expect(attribute(bytes, "nodes_missing_value_tracks_true")).toEqual(Array.from(forest.trees.missingLeft));
    expect(attribute(bytes, "nodes_values")).toHaveLength(size);
    expect(attribute(bytes, "classlabels_strings")).toEqual(["no", "yes"]);
    const leaves = forest.trees.column.filter((column) => column < 0).length;
    expect(attribute(bytes, "class_weights")).toHaveLength(leaves);
  });
  it("writes a split by categories as a chain of thresholds on their numbers", async () => {
    const codes = Int32Array.from({ length: 40 }, (_, i) => i % 4);
    const x = { names: ["kind"], columns: [{ levels: ["p", "q", "r", "s"], codes }] };
    const y = Uint8Array.from(codes, (code) => code % 2);
    const forest = await fitForest(x, y, { numTrees: 1, bootstrap: false });
    const bytes = toOnnx(forest);
    // p and r on one side, q and s on the other: three thresholds, two leaves
    expect(attribute(bytes, "nodes_modes")).toEqual(["BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF"]);
    expect(attribute(bytes, "nodes_values")).toEqual([0.5, 1.5, 2.5, 0, 0]);
    const [id, yes, no] = ["nodes_nodeids", "nodes_truenodeids", "nodes_falsenodeids"].map((key) =>
      attribute(bytes, key),
    );
    const at = (node: number | string) => (id as number[]).indexOf(node as number);
    for (const code of [0, 1, 2, 3]) {
      let node = at(0);
      while (node < 3) node = at((code <= node + 0.5 ? yes : no)[node]);
      expect(forest.trees.value[id[node] as number]).toBe(code % 2);
    }
  });
});

it("takes doubles where 32 bits do not tell the values of a column apart, and says which", async () => {
  const narrow = async (values: Float64Array) => {
    const y = Uint8Array.from(values, (_, i) => Math.floor(i / 5) % 2);
    const forest = await fitForest({ names: ["v"], columns: [values] }, y, { numTrees: 2 });
    const isDouble = attribute(toOnnx(forest), "nodes_values").length === 0;
    expect(isDouble).toBe(narrowColumns(forest).length > 0);
    return isDouble;
  };
  const made = (of: (i: number) => number, rows = 300) => Float64Array.from({ length: rows }, (_, i) => of(i));
  // what floats hold: shares, counts, amounts, negative and equal numbers, infinities
  for (const fine of [
    (i: number) => Math.sin(i),
    (i: number) => i,
    (i: number) => -i * 1000.5,
    (i: number) => (i % 2) * 1e6,
    (i: number) => 1e-3 * i,
    () => 3,
    (i: number) => (i === 0 ? Number.POSITIVE_INFINITY : i),
  ])
    expect(await narrow(made(fine)), String(fine)).toBe(false);
  // times in seconds, large ids, two neighbours, far beyond and far below the range, many digits
  for (const fine of [
    (i: number) => 1.7e9 + i,
    (i: number) => -1e9 - 3 * i,
    (i: number) => 1e9 + (i % 2),
    (i: number) => i * 1e300,
    (i: number) => i * 1e-310,
    (i: number) => 1 + i * 1e-9,
  ])
    expect(await narrow(made(fine)), String(fine)).toBe(true);
});

it("floorFloat gives the largest 32-bit float that is not above a number", () => {
  for (const value of [0.1, -0.1, 1 / 3, -1 / 3, 1e-50, -1e-50, 16777217, -16777217, 0.5, 0, 3.5e38, -1e30]) {
    const low = floorFloat(value);
    expect(Math.fround(low)).toBe(low);
    expect(low).toBeLessThanOrEqual(value);
    // the next float up is above
    const bits = new Int32Array(Float32Array.of(low).buffer);
    bits[0] += low >= 0 && !Object.is(low, -0) ? 1 : -1;
    if (low !== 0) expect(new Float32Array(bits.buffer)[0]).toBeGreaterThan(value);
  }
  expect(floorFloat(-1e-50)).toBeLessThan(0);
  expect(floorFloat(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});
