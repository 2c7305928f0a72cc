import { locals } from "./kernel-parts.js";
import { MISSING } from "./missing.js";
import {
  branchIf,
  choose,
  F64,
  f64,
  get,
  I32,
  I64,
  i32,
  i64,
  int,
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
      choose(i32.add(get(n.at), int(8 * half)), get(n.at), f64.lt(f64.load(get(n.at), 8 * (half - 1)), get(n.value))),
    ),
  );
  return {
    name: "code",
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [F64, I32],
    body: loop(
      set(n.value, f64.load(get(n.values))),
      set(n.at, get(n.edges)),
      ...steps,
      i32.store8(
        get(n.codes),
        choose(i32.shr(i32.sub(get(n.at), get(n.edges)), int(3)), int(MISSING), f64.eq(get(n.value), get(n.value))),
      ),
      set(n.codes, i32.add(get(n.codes), get(n.stride))),
      branchIf(0, i32.lt(tee(n.values, i32.add(get(n.values), int(8))), get(n.to))),
    ),
  };
}

export function walkFunction(): WasmFunction {
  const n = locals(
    ...(["codes", "stride", "rows", "nodes", "values", "sums"] as const),
    ...(["a", "b", "c", "d", "ra", "rb", "rc", "rd", "left", "moved"] as const),
    "node",
  );
  const lanes = [
    [n.a, n.ra],
    [n.b, n.rb],
    [n.c, n.rc],
    [n.d, n.rd],
  ] as const;
  const step = ([lane, row]: readonly [number, number]) => {
    const word = i32.wrap(i64.shr(get(n.node), i64.const(32)));
    // (code + m) mod 256 > split + m, m = 1 where a missing value, 255, goes left
    const code = i32.and(
      i32.add(i32.load8(i32.add(get(row), i32.and(word, int(0xffff)))), i32.shr(word, int(25))),
      int(255),
    );
    const right = i32.gt(code, i32.and(i32.shr(word, int(16)), int(0x1ff)));
    return seq(
      set(n.node, i64.load(i32.add(get(n.nodes), i32.shl(get(lane), int(3))))),
      set(n.left, i32.add(i32.wrap(get(n.node)), right)),
      set(n.moved, i32.or(get(n.moved), i32.xor(get(n.left), get(lane)))),
      set(lane, get(n.left)),
    );
  };
  const add = ([lane]: readonly [number, number], k: number) =>
    f64.store(
      get(n.sums),
      f64.add(f64.load(get(n.sums), 8 * k), f64.load(i32.add(get(n.values), i32.shl(get(lane), int(3))))),
      8 * k,
    );
  return {
    name: "walk",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I64],
    body: loop(
      ...lanes.map(([lane]) => set(lane, int(0))),
      ...lanes.map(([, row], k) => set(row, i32.add(get(n.codes), i32.mul(get(n.stride), int(k))))),
      loop(set(n.moved, int(0)), ...lanes.map(step), branchIf(0, get(n.moved))),
      ...lanes.map(add),
      set(n.sums, i32.add(get(n.sums), int(32))),
      set(n.codes, i32.add(get(n.codes), i32.mul(get(n.stride), int(4)))),
      branchIf(0, i32.gt(tee(n.rows, i32.sub(get(n.rows), int(4))), int(0))),
    ),
  };
}
