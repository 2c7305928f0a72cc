import { ChurnError } from "../core/errors.js";
import type { Forest } from "./forest.js";
import {
  ONNX_DOUBLE,
  ONNX_FLOAT,
  ONNX_INT64,
  ONNX_STRING,
  type OnnxAttribute,
  type OnnxModel,
  writeOnnx,
} from "./onnx-model.js";

export interface OnnxOptions {
  /**
   * Element type of the input. "float" (the default) is what most runtimes take: thresholds are rounded down, so that a
   * 32-bit value is on the side where its 64-bit threshold has it. "double" keeps thresholds and inputs as they are.
   */
  precision?: "float" | "double";
}

/**
 * Writes a forest as ONNX: one TreeEnsembleClassifier (or -Regressor) of ai.onnx.ml 3.
 *
 * Input "input" is rows × columns, the columns in the order of `forest.names` (also in the metadata), NaN = missing. Outputs
 * are "label" and "probabilities" (rows × classes), or "value" for numbers.
 *
 * @throws ChurnError BAD_INPUT for a forest that splits by categories, which this operator does not know
 */
export function toOnnx(forest: Forest, { precision = "float" }: OnnxOptions = {}): Uint8Array {
  const { trees, names, classes } = forest;
  if (trees.sets.length > 0) {
    throw new ChurnError("BAD_INPUT", "forest splits by categories, which ONNX tree ensembles do not know", {
      hint: "give such columns as numbers before the fit, one 0/1 column a level",
    });
  }
  const double = precision === "double";
  const numbers = (name: string, values: number[]): Record<string, OnnxAttribute> =>
    double ? { [`${name}_as_tensor`]: { doubles: values } } : { [name]: { floats: values } };
  const nodes = nodesOf(forest, double);
  const structure: Record<string, OnnxAttribute> = {
    nodes_treeids: { ints: nodes.tree },
    nodes_nodeids: { ints: nodes.id },
    nodes_featureids: { ints: nodes.column },
    ...numbers("nodes_values", nodes.threshold),
    nodes_modes: { strings: nodes.mode },
    nodes_truenodeids: { ints: nodes.left },
    nodes_falsenodeids: { ints: nodes.right },
    nodes_missing_value_tracks_true: { ints: nodes.missingLeft },
  };
  const input = { name: "input", type: double ? ONNX_DOUBLE : ONNX_FLOAT, columns: names.length };
  const metadata = { columns: JSON.stringify(names) };
  const leaves = leavesOf(forest);
  const regression = classes.length === 0;
  if (regression) {
    return writeOnnx({
      operator: "TreeEnsembleRegressor",
      attributes: {
        ...structure,
        target_treeids: { ints: leaves.tree },
        target_nodeids: { ints: leaves.id },
        target_ids: { ints: leaves.output },
        ...numbers("target_weights", leaves.weight),
        n_targets: { int: 1 },
        ...numbers("base_values", [...forest.offsets]),
        aggregate_function: { string: "SUM" },
        post_transform: { string: "NONE" },
      },
      input,
      outputs: [{ name: "value", type: ONNX_FLOAT, columns: 1 }],
      metadata,
    });
  }
  const whole = classes.every((name) => /^(0|[1-9]\d{0,15})$/.test(name));
  const model: OnnxModel = {
    operator: "TreeEnsembleClassifier",
    attributes: {
      ...structure,
      class_treeids: { ints: leaves.tree },
      class_nodeids: { ints: leaves.id },
      class_ids: { ints: leaves.output },
      ...numbers("class_weights", leaves.weight),
      ...(forest.link === "none" ? {} : numbers("base_values", [...forest.offsets])),
      ...(whole
        ? { classlabels_int64s: { ints: classes.map(Number) } }
        : { classlabels_strings: { strings: classes } }),
      post_transform: { string: forest.link.toUpperCase() },
    },
    input,
    outputs: [
      { name: "label", type: whole ? ONNX_INT64 : ONNX_STRING, columns: undefined },
      { name: "probabilities", type: ONNX_FLOAT, columns: classes.length },
    ],
    metadata,
  };
  return writeOnnx(model);
}

/** The nodes of all trees; a tree numbers its own from 0. */
function nodesOf({ trees, columns }: Forest, double: boolean) {
  const size = trees.column.length;
  const nodes = {
    tree: new Array<number>(size),
    id: new Array<number>(size),
    column: new Array<number>(size),
    threshold: new Array<number>(size),
    mode: new Array<string>(size),
    left: new Array<number>(size),
    right: new Array<number>(size),
    missingLeft: new Array<number>(size),
  };
  for (let t = 0; t + 1 < trees.offsets.length; t++) {
    const root = trees.offsets[t]!;
    for (let i = root; i < trees.offsets[t + 1]!; i++) {
      const column = trees.column[i]!;
      const leaf = column < 0;
      nodes.tree[i] = t;
      nodes.id[i] = i - root;
      nodes.column[i] = leaf ? 0 : column;
      nodes.threshold[i] = leaf ? 0 : thresholdOf(columns[column]!.edges, trees.split[i]!, double);
      nodes.mode[i] = leaf ? "LEAF" : "BRANCH_LEQ";
      nodes.left[i] = leaf ? 0 : trees.left[i]! - root;
      nodes.right[i] = leaf ? 0 : trees.left[i]! + 1 - root;
      nodes.missingLeft[i] = trees.missingLeft[i]!;
    }
  }
  return nodes;
}

/** Largest value that goes left; beyond the last edge all values do. */
function thresholdOf(edges: Float64Array, split: number, double: boolean): number {
  const threshold = split < edges.length ? edges[split]! : Number.POSITIVE_INFINITY;
  return double ? threshold : floorFloat(threshold);
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest 32-bit float that is not above a number. */
export function floorFloat(value: number): number {
  float[0] = value;
  if (float[0]! <= value) return float[0]!;
  // the next float down: bits of a positive one count down, those of a negative one up; below 0 is the smallest negative
  if (value > 0) bits[0]!--;
  else if (float[0] === 0) bits[0] = 0x80000001 | 0;
  else bits[0]!++;
  return float[0]!;
}

/** What the leaves give: a weight for each output, to be summed over trees. */
function leavesOf(forest: Forest) {
  const { trees, treeWeight } = forest;
  const { outputs } = trees;
  const leaves = { tree: [] as number[], id: [] as number[], output: [] as number[], weight: [] as number[] };
  const add = (t: number, id: number, output: number, weight: number) => {
    leaves.tree.push(t);
    leaves.id.push(id);
    leaves.output.push(output);
    leaves.weight.push(weight * treeWeight);
  };
  for (let t = 0; t + 1 < trees.offsets.length; t++) {
    const root = trees.offsets[t]!;
    for (let i = root; i < trees.offsets[t + 1]!; i++) {
      if (trees.column[i]! >= 0) continue;
      if (outputs > 1) for (let k = 0; k < outputs; k++) add(t, i - root, k, trees.value[i * outputs + k]!);
      // one weight a leaf is the probability (or logit) of the second class, from which the runtime tells the label; with
      // both classes given it would tell the second one for any weight above 0
      else add(t, i - root, 0, trees.value[i]!);
    }
  }
  return leaves;
}
