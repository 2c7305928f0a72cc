import { NEXT_BIN } from "./boost-bins.js";
import { GROUP, locals } from "./loop-parts.js";
import {
  block,
  branchIf,
  type Code,
  choose,
  F64,
  f64,
  f64x2,
  fill,
  float,
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
  V128,
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

export function pairsFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "pairs", "bins", "mask", "row", "cell", "eight", "pair");
  const updates = Array.from({ length: GROUP }, (_, k) => {
    const shifted =
      k === 0
        ? i32.shl(i32.wrap(localGet(n.eight)), int(7))
        : i32.wrap(i64.shr(localGet(n.eight), i64.const(8 * k - 7)));
    return seq(
      set(n.cell, i32.add(localGet(n.bins), i32.and(shifted, localGet(n.mask)))),
      f64x2.store(localGet(n.cell), f64x2.add(f64x2.load(localGet(n.cell), k * 16), localGet(n.pair)), k * 16),
    );
  });
  return {
    name: "pairs",
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I64, V128],
    body: seq(
      set(n.mask, i32.shl(localGet(n.mask), int(7))),
      fill(localGet(n.bins), int(0), i32.add(localGet(n.mask), int(NEXT_BIN))),
      loop(
        set(n.row, i32.shr(i32.load(localGet(n.at)), int(8))),
        set(n.eight, i64.load(i32.add(localGet(n.codes), i32.mul(localGet(n.row), localGet(n.stride))))),
        set(n.pair, f64x2.load(i32.add(localGet(n.pairs), i32.shl(localGet(n.row), int(4))))),
        ...updates,
        branchIf(0, i32.lt(tee(n.at, i32.add(localGet(n.at), int(4))), localGet(n.to))),
      ),
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
      f64x2.store(localGet(n.a), f64x2.sub(f64x2.load(localGet(n.a)), f64x2.load(localGet(n.b)))),
      set(n.b, i32.add(localGet(n.b), int(16))),
      branchIf(0, i32.lt(tee(n.a, i32.add(localGet(n.a), int(16))), localGet(n.end))),
    ),
  };
}

/** Least hessian of a side of a split, as in scikit-learn. */
export const LEAST_HESSIAN = 1e-3;

export function searchFunction(): WasmFunction {
  const n = locals(
    ...(["order", "orderEnd", "columns", "slot", "node", "out"] as const),
    ...(["column", "at", "end", "start", "missing", "isMissingLeft", "isRanked", "best"] as const),
    ...(["gradient", "hessian", "own", "least", "rows", "fewest", "l2", "count", "unit"] as const),
    ...(["left", "coded", "leftRows", "leftHessian", "rightHessian", "gain", "pair", "sides", "weights"] as const),
  );
  const value = (name: keyof typeof n) => localGet(n[name]);
  const both = (a: Code, b: Code) => f64x2.withLane(f64x2.splat(a), 1, b);
  const given = ["gradient", "hessian", "own", "least", "rows", "fewest", "l2", "count", "unit"] as const;
  const tryCut = block(
    set(n.pair, f64x2.load(value("at"))),
    branchIf(0, f64.eq(f64x2.lane(value("pair"), 1), float(0))),
    set(n.left, f64.add(value("left"), f64x2.lane(value("pair"), 0))),
    set(n.coded, f64.add(value("coded"), f64x2.lane(value("pair"), 1))),
    // a division by a power of two is exact
    set(n.leftRows, f64.floor(f64.mul(value("coded"), value("count")))),
    branchIf(0, f64.lt(value("leftRows"), value("fewest"))),
    branchIf(2, f64.lt(f64.sub(value("rows"), value("leftRows")), value("fewest"))),
    set(n.leftHessian, f64.mul(f64.sub(value("coded"), f64.div(value("leftRows"), value("count"))), value("unit"))),
    set(n.rightHessian, f64.sub(value("hessian"), value("leftHessian"))),
    branchIf(0, f64.lt(value("leftHessian"), float(LEAST_HESSIAN))),
    branchIf(0, f64.lt(value("rightHessian"), float(LEAST_HESSIAN))),
    set(n.sides, both(value("left"), f64.sub(value("gradient"), value("left")))),
    set(n.weights, f64x2.add(both(value("leftHessian"), value("rightHessian")), f64x2.splat(value("l2")))),
    set(n.sides, f64x2.div(f64x2.mul(value("sides"), value("sides")), value("weights"))),
    set(n.gain, f64.sub(f64.add(f64x2.lane(value("sides"), 0), f64x2.lane(value("sides"), 1)), value("own"))),
    when(
      f64.lt(value("least"), value("gain")),
      set(n.least, value("gain")),
      set(n.best, i32.load(value("order"))),
      f64.store(value("out"), value("gain")),
      f64.store(value("out"), value("left"), 8),
      f64.store(value("out"), value("leftHessian"), 16),
      f64.store(value("out"), value("leftRows"), 24),
      i32.store(value("out"), i32.shr(i32.sub(value("at"), value("start")), int(Math.log2(NEXT_BIN))), 32),
      i32.store(value("out"), value("isMissingLeft"), 36),
    ),
  );
  return {
    name: "search",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [I32],
    locals: [
      ...[I32, I32, I32, I32, I32, I32, I32, I32, ...given.map(() => F64)],
      ...[F64, F64, F64, F64, F64, F64, V128, V128, V128],
    ],
    body: seq(
      ...given.map((name, k) => set(n[name], f64.load(value("node"), 8 * k))),
      set(n.count, f64.div(float(1), value("count"))),
      set(n.best, int(-1)),
      loop(
        set(n.column, i32.add(value("columns"), i32.shl(i32.load(value("order")), int(4)))),
        set(n.isRanked, i32.load(value("column"), 12)),
        set(n.start, choose(value("isRanked"), i32.add(value("slot"), i32.load(value("column"))), value("isRanked"))),
        set(n.end, i32.add(value("start"), i32.mul(i32.load(value("column"), 4), int(NEXT_BIN)))),
        set(n.missing, i32.add(value("slot"), i32.load(value("column"), 8))),
        set(n.left, float(0)),
        set(n.coded, float(0)),
        set(n.isMissingLeft, int(0)),
        block(
          loop(
            set(n.at, value("start")),
            block(loop(tryCut, branchIf(0, i32.lt(tee(n.at, i32.add(value("at"), int(NEXT_BIN))), value("end"))))),
            branchIf(1, i32.or(value("isRanked"), value("isMissingLeft"))),
            set(n.left, f64.load(value("missing"))),
            set(n.coded, f64.load(value("missing"), 8)),
            set(n.isMissingLeft, int(1)),
            branchIf(0, f64.lt(float(0), value("coded"))),
          ),
        ),
        branchIf(0, i32.lt(tee(n.order, i32.add(value("order"), int(4))), value("orderEnd"))),
      ),
      value("best"),
    ),
  };
}
