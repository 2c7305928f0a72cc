import type { Forest } from "../model/forest.js";
import type { Trees } from "../trees/tree.js";
import { floorFloat } from "./floor-float.js";
import { narrowColumns } from "./narrow-columns.js";
import {
  ONNX_DOUBLE,
  ONNX_FLOAT,
  ONNX_INT64,
  ONNX_STRING,
  type OnnxAttribute,
  type OnnxModel,
  writeOnnx,
} from "./onnx-model.js";

/** How a model is written as ONNX. */
export interface OnnxOptions {
  /**
   * Element type of the input. "float" is what most runtimes take: thresholds are rounded down, so that a 32-bit value is on the
   * side where its 64-bit threshold has it. "double" keeps thresholds and inputs as they are. Left out, it is "double" where
   * 32 bits do not tell the values of a column apart (`narrowColumns`), as of times or large whole numbers, else "float".
   */
  precision?: "float" | "double" | undefined;
}

/**
 * Writes a forest as ONNX: one TreeEnsembleClassifier (or -Regressor) of ai.onnx.ml 3.
 *
 * Input "input" is rows × columns, the columns in the order of `forest.names` (also in the metadata), NaN = missing. Outputs
 * are "label" and "probabilities" (rows × classes), or "value" for numbers.
 *
 * A category is given by the number of its level, from 0, in the list of the metadata "levels", NaN where it is missing or not
 * in the list. The operator has no sets: a split by categories becomes a chain of thresholds whose ends meet in two nodes.
 *
 * @param forest a forest, or boosted trees
 * @returns the bytes of the file
 * @example
 * ```ts
 * await writeFile("churn.onnx", toOnnx(forest));
 * ```
 */
export function toOnnx(forest: Forest, options: OnnxOptions = {}): Uint8Array {
  const precision = options.precision ?? (narrowColumns(forest).length > 0 ? "double" : "float");
  const { names, classes, columns } = forest;
  const double = precision === "double";
  const numbers = (name: string, values: number[]): Record<string, OnnxAttribute> =>
    double ? { [`${name}_as_tensor`]: { doubles: values } } : { [name]: { floats: values } };
  const nodes = nodesOf(forest, double);
  const structure: Record<string, OnnxAttribute> = {
    nodes_treeids: { ints: nodes.map(({ tree }) => tree) },
    nodes_nodeids: { ints: nodes.map(({ id }) => id) },
    nodes_featureids: { ints: nodes.map(({ column }) => Math.max(0, column)) },
    ...numbers(
      "nodes_values",
      nodes.map(({ threshold }) => threshold),
    ),
    nodes_modes: { strings: nodes.map(({ column }) => (column < 0 ? "LEAF" : "BRANCH_LEQ")) },
    nodes_truenodeids: { ints: nodes.map(({ left }) => left) },
    nodes_falsenodeids: { ints: nodes.map(({ right }) => right) },
    nodes_missing_value_tracks_true: { ints: nodes.map(({ missingLeft }) => missingLeft) },
  };
  const input = { name: "input", type: double ? ONNX_DOUBLE : ONNX_FLOAT, columns: names.length };
  const levels = Object.fromEntries(names.flatMap((name, j) => (columns[j].levels ? [[name, columns[j].levels]] : [])));
  const metadata = { columns: JSON.stringify(names), levels: JSON.stringify(levels) };
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

/** A node in the operator's terms; a tree numbers its own from 0. */
interface OnnxNode {
  tree: number;
  id: number;
  /** −1 for a leaf. */
  column: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: number;
}

/** The nodes of all trees. */
function nodesOf(forest: Forest, double: boolean): OnnxNode[] {
  const { trees, columns } = forest;
  const nodes: OnnxNode[] = [];
  for (let tree = 0; tree + 1 < trees.offsets.length; tree++) {
    const root = trees.offsets[tree];
    const end = trees.offsets[tree + 1];
    let next = end - root;
    for (let i = root; i < end; i++) {
      const column = trees.column[i];
      const left = trees.left[i] - root;
      const node = { tree, id: i - root, column, threshold: 0, left: 0, right: 0, missingLeft: 0 };
      if (column < 0) nodes.push(node);
      else if (trees.split[i] >= 0) {
        const threshold = thresholdOf(columns[column].edges, trees.split[i], double);
        nodes.push({ ...node, threshold, left, right: left + 1, missingLeft: trees.missingLeft[i] });
      } else {
        // a chain of thresholds on the number of the level, one for each run of levels that go the same way
        const runs = runsOf(trees, i, columns[column].count);
        for (const [k, { to, goesLeft }] of runs.entries()) {
          const id = k === 0 ? i - root : next++;
          const last = k + 2 >= runs.length;
          const [own, other] = goesLeft ? [left, left + 1] : [left + 1, left];
          const missingLeft = goesLeft === (trees.missingLeft[i] === 1) ? 1 : 0;
          nodes.push({ ...node, id, threshold: to, left: own, right: last ? other : next, missingLeft });
          if (last) break;
        }
      }
    }
  }
  return nodes;
}

/** Runs of levels that a split by categories sends the same way; `to` lies between the last level of a run and the next. */
function runsOf(trees: Trees, node: number, levels: number): { to: number; goesLeft: boolean }[] {
  const set = (-1 - trees.split[node]) * 8;
  const side = (code: number) => ((trees.sets[set + (code >> 5)] >>> (code & 31)) & 1) === 1;
  const runs: { to: number; goesLeft: boolean }[] = [];
  for (let code = 0; code < levels; code++) {
    const goesLeft = side(code);
    const last = runs.at(-1);
    if (last?.goesLeft === goesLeft) last.to = code + 0.5;
    else runs.push({ to: code + 0.5, goesLeft });
  }
  return runs;
}

/** Largest value that goes left; beyond the last edge all values do. */
function thresholdOf(edges: Float64Array, split: number, double: boolean): number {
  const threshold = split < edges.length ? edges[split] : Number.POSITIVE_INFINITY;
  return double ? threshold : floorFloat(threshold);
}

interface OnnxLeaves {
  tree: number[];
  id: number[];
  output: number[];
  weight: number[];
}

/** What the leaves give: a weight for each output, to be summed over trees. */
function leavesOf(forest: Forest): OnnxLeaves {
  const { trees, treeWeight, numTrees, kind } = forest;
  // what a forest adds to the sum of its trees is shared out among them: runtimes differ in base values of probabilities
  const added = forest.offsets.map((offset) => (kind === "forest" ? offset / numTrees : 0));
  const { outputs } = trees;
  const leaves: OnnxLeaves = { tree: [], id: [], output: [], weight: [] };
  const add = (t: number, id: number, output: number, weight: number) => {
    leaves.tree.push(t);
    leaves.id.push(id);
    leaves.output.push(output);
    leaves.weight.push(weight * treeWeight + added[output]);
  };
  for (let t = 0; t + 1 < trees.offsets.length; t++) {
    const root = trees.offsets[t];
    for (let i = root; i < trees.offsets[t + 1]; i++) {
      if (trees.column[i] >= 0) continue;
      if (outputs > 1) for (let k = 0; k < outputs; k++) add(t, i - root, k, trees.value[i * outputs + k]);
      // one weight a leaf is the probability (or logit) of the second class, from which the runtime tells the label; with
      // both classes given it would tell the second one for any weight above 0
      else add(t, i - root, 0, trees.value[i]);
    }
  }
  return leaves;
}
