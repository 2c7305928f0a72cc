import { locals } from "./kernel-parts.js";
import {
  branchIf,
  f64x2,
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
  V128,
  type WasmFunction,
} from "./wasm-assembler.js";

export function pairsFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "pairs", "bins", "row", "cell", "eight", "pair");
  const updates = Array.from({ length: 8 }, (_, k) => {
    const shifted =
      k === 0 ? i32.shl(i32.wrap(get(n.eight)), int(4)) : i32.wrap(i64.shr(get(n.eight), i64.const(8 * k - 4)));
    return seq(
      set(n.cell, i32.add(get(n.bins), i32.and(shifted, int(0xff0)))),
      f64x2.store(get(n.cell), f64x2.add(f64x2.load(get(n.cell), k * 4096), get(n.pair)), k * 4096),
    );
  });
  return {
    name: "pairs",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I64, V128],
    body: loop(
      set(n.row, i32.shr(i32.load(get(n.at)), int(8))),
      set(n.eight, i64.load(i32.add(get(n.codes), i32.mul(get(n.row), get(n.stride))))),
      set(n.pair, f64x2.load(i32.add(get(n.pairs), i32.shl(get(n.row), int(4))))),
      ...updates,
      branchIf(0, i32.lt(tee(n.at, i32.add(get(n.at), int(4))), get(n.to))),
    ),
  };
}

export function subtractFunction(): WasmFunction {
  const n = locals("a", "end", "b");
  return {
    name: "subtract",
    parameters: [I32, I32, I32],
    results: [],
    locals: [],
    body: loop(
      f64x2.store(get(n.a), f64x2.sub(f64x2.load(get(n.a)), f64x2.load(get(n.b)))),
      set(n.b, i32.add(get(n.b), int(16))),
      branchIf(0, i32.lt(tee(n.a, i32.add(get(n.a), int(16))), get(n.end))),
    ),
  };
}
