import { MISSING } from "./missing.js";
import {
  branchIf,
  type Code,
  choose,
  F64,
  f64,
  I32,
  I64,
  i32,
  i64,
  int,
  type Local,
  loop,
  seq,
  set,
  tee,
  variables,
  type WasmFunction,
} from "./wasm-assembler.js";

/** Writes the bin of each value, by halves of the 255 edges: `code` of `WasmLoops`. */
export function codeFunction(): WasmFunction {
  const { types, n } = variables(
    { values: I32, to: I32, edges: I32, codes: I32, stride: I32 },
    { value: F64, at: I32 },
  );
  const steps = [128, 64, 32, 16, 8, 4, 2, 1].map((half) =>
    set(n.at, choose(i32.add(n.at, int(8 * half)), n.at, f64.lt(f64.load(n.at, 8 * (half - 1)), n.value))),
  );
  return {
    name: "code",
    ...types,
    results: [],
    body: loop((nextValue) => [
      set(n.value, f64.load(n.values)),
      set(n.at, n.edges),
      ...steps,
      i32.store8(n.codes, choose(i32.shr(i32.sub(n.at, n.edges), int(3)), int(MISSING), f64.eq(n.value, n.value))),
      set(n.codes, i32.add(n.codes, n.stride)),
      branchIf(nextValue, i32.lt(tee(n.values, i32.add(n.values, int(8))), n.to)),
    ]),
  };
}

/** How a lane that stands at a node moves on; the node's eight bytes are in `node`, the codes of the row at `row`. */
type Side = (n: { node: Local; row: Local; lane: Local }) => Code;

/** (code + m) mod 256 > split + m, m = 1 where a missing value, 255, goes left. */
const rightOfSplit: Side = ({ node, row }) => {
  const word = i32.wrap(i64.shr(node, i64.const(32)));
  const code = i32.add(i32.load8(i32.add(row, i32.and(word, int(0xffff)))), i32.shr(word, int(25)));
  return i32.gt(i32.and(code, int(255)), i32.and(i32.shr(word, int(16)), int(0x1ff)));
};

/** Whether the code is not among those that go left, whose bits follow the nodes. */
const rightOfSet =
  (sets: Local, code: Local): Side =>
  ({ node, row, lane }) => {
    const column = i32.and(i32.wrap(i64.shr(node, i64.const(32))), int(0xffff));
    const at = i32.add(i32.shl(lane, int(5)), i32.shl(i32.shr(code, int(5)), int(2)));
    return seq(
      set(code, i32.load8(i32.add(row, column))),
      i32.xor(i32.and(i32.shr(i32.load(i32.add(sets, at)), i32.and(code, int(31))), int(1)), int(1)),
    );
  };

/** Walks rows down trees of numbers: `walk` of `WasmLoops`. */
export function walkFunction(): WasmFunction {
  return walkBy("walk", () => rightOfSplit);
}

/** Walks rows down trees with categories: `walkSets` of `WasmLoops`. */
export function walkSetsFunction(): WasmFunction {
  return walkBy("walkSets", (sets, code) => rightOfSet(sets, code));
}

function walkBy(name: string, sideBy: (sets: Local, code: Local) => Side): WasmFunction {
  const { types, n } = variables(
    { codes: I32, stride: I32, rows: I32, nodes: I32, values: I32, sums: I32, sets: I32 },
    { a: I32, b: I32, c: I32, d: I32, ra: I32, rb: I32, rc: I32, rd: I32, left: I32, moved: I32, code: I32, node: I64 },
  );
  const side = sideBy(n.sets, n.code);
  const lanes = [
    [n.a, n.ra],
    [n.b, n.rb],
    [n.c, n.rc],
    [n.d, n.rd],
  ] as const;
  const step = ([lane, row]: readonly [Local, Local]) =>
    seq(
      set(n.node, i64.load(i32.add(n.nodes, i32.shl(lane, int(3))))),
      set(n.left, i32.add(i32.wrap(n.node), side({ node: n.node, row, lane }))),
      set(n.moved, i32.or(n.moved, i32.xor(n.left, lane))),
      set(lane, n.left),
    );
  const add = ([lane]: readonly [Local, Local], k: number) =>
    f64.store(n.sums, f64.add(f64.load(n.sums, 8 * k), f64.load(i32.add(n.values, i32.shl(lane, int(3))))), 8 * k);
  return {
    name,
    ...types,
    results: [],
    body: loop((nextFour) => [
      ...lanes.map(([lane]) => set(lane, int(0))),
      ...lanes.map(([, row], k) => set(row, i32.add(n.codes, i32.mul(n.stride, int(k))))),
      loop((nextStep) => [set(n.moved, int(0)), ...lanes.map(step), branchIf(nextStep, n.moved)]),
      ...lanes.map(add),
      set(n.sums, i32.add(n.sums, int(32))),
      set(n.codes, i32.add(n.codes, i32.mul(n.stride, int(4)))),
      branchIf(nextFour, i32.gt(tee(n.rows, i32.sub(n.rows, int(4))), int(0))),
    ]),
  };
}
