import { locals } from "./loop-parts.js";
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
  localGet,
  loop,
  seq,
  set,
  tee,
  type WasmFunction,
} from "./wasm-assembler.js";

export function codeFunction(): WasmFunction {
  const n = locals("values", "to", "edges", "codes", "stride", "value", "at");
  const steps = [128, 64, 32, 16, 8, 4, 2, 1].map((half) =>
    set(
      n.at,
      choose(
        i32.add(localGet(n.at), int(8 * half)),
        localGet(n.at),
        f64.lt(f64.load(localGet(n.at), 8 * (half - 1)), localGet(n.value)),
      ),
    ),
  );
  return {
    name: "code",
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [F64, I32],
    body: loop(
      set(n.value, f64.load(localGet(n.values))),
      set(n.at, localGet(n.edges)),
      ...steps,
      i32.store8(
        localGet(n.codes),
        choose(
          i32.shr(i32.sub(localGet(n.at), localGet(n.edges)), int(3)),
          int(MISSING),
          f64.eq(localGet(n.value), localGet(n.value)),
        ),
      ),
      set(n.codes, i32.add(localGet(n.codes), localGet(n.stride))),
      branchIf(0, i32.lt(tee(n.values, i32.add(localGet(n.values), int(8))), localGet(n.to))),
    ),
  };
}

/** How a lane that stands at a node moves on; the node's eight bytes are in `node`, the codes of the row at `row`. */
type Side = (n: { node: number; row: number; lane: number }) => Code;

/** (code + m) mod 256 > split + m, m = 1 where a missing value, 255, goes left. */
const rightOfSplit: Side = ({ node, row }) => {
  const word = i32.wrap(i64.shr(localGet(node), i64.const(32)));
  const code = i32.add(i32.load8(i32.add(localGet(row), i32.and(word, int(0xffff)))), i32.shr(word, int(25)));
  return i32.gt(i32.and(code, int(255)), i32.and(i32.shr(word, int(16)), int(0x1ff)));
};

/** Whether the code is not among those that go left, whose bits follow the nodes. */
const rightOfSet =
  (sets: number, code: number): Side =>
  ({ node, row, lane }) => {
    const column = i32.and(i32.wrap(i64.shr(localGet(node), i64.const(32))), int(0xffff));
    const at = i32.add(i32.shl(localGet(lane), int(5)), i32.shl(i32.shr(localGet(code), int(5)), int(2)));
    return seq(
      set(code, i32.load8(i32.add(localGet(row), column))),
      i32.xor(
        i32.and(i32.shr(i32.load(i32.add(localGet(sets), at)), i32.and(localGet(code), int(31))), int(1)),
        int(1),
      ),
    );
  };

export function walkFunction(): WasmFunction {
  return walkBy("walk", () => rightOfSplit);
}

export function walkSetsFunction(): WasmFunction {
  return walkBy("walkSets", (sets, code) => rightOfSet(sets, code));
}

function walkBy(name: string, sideBy: (sets: number, code: number) => Side): WasmFunction {
  const n = locals(
    ...(["codes", "stride", "rows", "nodes", "values", "sums", "sets"] as const),
    ...(["a", "b", "c", "d", "ra", "rb", "rc", "rd", "left", "moved", "code"] as const),
    "node",
  );
  const side = sideBy(n.sets, n.code);
  const lanes = [
    [n.a, n.ra],
    [n.b, n.rb],
    [n.c, n.rc],
    [n.d, n.rd],
  ] as const;
  const step = ([lane, row]: readonly [number, number]) =>
    seq(
      set(n.node, i64.load(i32.add(localGet(n.nodes), i32.shl(localGet(lane), int(3))))),
      set(n.left, i32.add(i32.wrap(localGet(n.node)), side({ node: n.node, row, lane }))),
      set(n.moved, i32.or(localGet(n.moved), i32.xor(localGet(n.left), localGet(lane)))),
      set(lane, localGet(n.left)),
    );
  const add = ([lane]: readonly [number, number], k: number) =>
    f64.store(
      localGet(n.sums),
      f64.add(
        f64.load(localGet(n.sums), 8 * k),
        f64.load(i32.add(localGet(n.values), i32.shl(localGet(lane), int(3)))),
      ),
      8 * k,
    );
  return {
    name,
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I64],
    body: loop(
      ...lanes.map(([lane]) => set(lane, int(0))),
      ...lanes.map(([, row], k) => set(row, i32.add(localGet(n.codes), i32.mul(localGet(n.stride), int(k))))),
      loop(set(n.moved, int(0)), ...lanes.map(step), branchIf(0, localGet(n.moved))),
      ...lanes.map(add),
      set(n.sums, i32.add(localGet(n.sums), int(32))),
      set(n.codes, i32.add(localGet(n.codes), i32.mul(localGet(n.stride), int(4)))),
      branchIf(0, i32.gt(tee(n.rows, i32.sub(localGet(n.rows), int(4))), int(0))),
    ),
  };
}
