import { NEXT_BIN } from "./boost-bins.js";
import { GROUP } from "./loop-parts.js";
import {
  all,
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
  type Label,
  loop,
  seq,
  set,
  tee,
  V128,
  variables,
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

/** Counts gradients and hessians into the bins of eight columns: `pairs` of `WasmLoops`. */
export function pairsFunction(): WasmFunction {
  const { types, n } = variables(
    { codes: I32, stride: I32, at: I32, to: I32, pairs: I32, bins: I32, mask: I32 },
    { row: I32, cell: I32, eight: I64, pair: V128 },
  );
  const updates = Array.from({ length: GROUP }, (_, k) => {
    const shifted = k === 0 ? i32.shl(i32.wrap(n.eight), int(7)) : i32.wrap(i64.shr(n.eight, i64.const(8 * k - 7)));
    return seq(
      set(n.cell, i32.add(n.bins, i32.and(shifted, n.mask))),
      f64x2.store(n.cell, f64x2.add(f64x2.load(n.cell, k * 16), n.pair), k * 16),
    );
  });
  return {
    name: "pairs",
    ...types,
    results: [],
    body: seq(
      set(n.mask, i32.shl(n.mask, int(7))),
      fill(n.bins, int(0), i32.add(n.mask, int(NEXT_BIN))),
      loop((nextEntry) => [
        set(n.row, i32.shr(i32.load(n.at), int(8))),
        set(n.eight, i64.load(i32.add(n.codes, i32.mul(n.row, n.stride)))),
        set(n.pair, f64x2.load(i32.add(n.pairs, i32.shl(n.row, int(4))))),
        ...updates,
        branchIf(nextEntry, i32.lt(tee(n.at, i32.add(n.at, int(4))), n.to)),
      ]),
    ),
  };
}

/** Takes the bins of one node from those of another: `subtract` of `WasmLoops`. */
export function subtractFunction(): WasmFunction {
  const { types, n } = variables({ a: I32, end: I32, b: I32 }, {});
  return {
    name: "subtract",
    ...types,
    results: [],
    body: loop((nextPair) => [
      f64x2.store(n.a, f64x2.sub(f64x2.load(n.a), f64x2.load(n.b))),
      set(n.b, i32.add(n.b, int(16))),
      branchIf(nextPair, i32.lt(tee(n.a, i32.add(n.a, int(16))), n.end)),
    ]),
  };
}

/** Least hessian of a side of a split, as in scikit-learn. */
export const LEAST_HESSIAN = 1e-3;

/** What `search` is given of a node, in this order. */
const NODE = ["gradient", "hessian", "own", "least", "rows", "fewest", "l2", "count", "unit"] as const;

const search = variables(
  { order: I32, orderEnd: I32, columns: I32, slot: I32, node: I32, out: I32 },
  {
    ...all(I32, "column", "at", "end", "start", "missing", "isMissingLeft", "isRanked", "best"),
    ...all(F64, ...NODE),
    ...all(F64, "left", "coded", "leftRows", "leftHessian", "rightHessian", "gain"),
    ...all(V128, "pair", "sides", "weights"),
  },
);

/** Tries the cut after the bin at hand; goes to `enough` where too few rows are left for the right side. */
function tryCut(enough: Label): Code {
  const { n } = search;
  const both = (a: Code, b: Code) => f64x2.withLane(f64x2.splat(a), 1, b);
  return block((skip) => [
    set(n.pair, f64x2.load(n.at)),
    branchIf(skip, f64.eq(f64x2.lane(n.pair, 1), float(0))),
    set(n.left, f64.add(n.left, f64x2.lane(n.pair, 0))),
    set(n.coded, f64.add(n.coded, f64x2.lane(n.pair, 1))),
    // a division by a power of two is exact
    set(n.leftRows, f64.floor(f64.mul(n.coded, n.count))),
    branchIf(skip, f64.lt(n.leftRows, n.fewest)),
    branchIf(enough, f64.lt(f64.sub(n.rows, n.leftRows), n.fewest)),
    set(n.leftHessian, f64.mul(f64.sub(n.coded, f64.div(n.leftRows, n.count)), n.unit)),
    set(n.rightHessian, f64.sub(n.hessian, n.leftHessian)),
    branchIf(skip, f64.lt(n.leftHessian, float(LEAST_HESSIAN))),
    branchIf(skip, f64.lt(n.rightHessian, float(LEAST_HESSIAN))),
    set(n.sides, both(n.left, f64.sub(n.gradient, n.left))),
    set(n.weights, f64x2.add(both(n.leftHessian, n.rightHessian), f64x2.splat(n.l2))),
    set(n.sides, f64x2.div(f64x2.mul(n.sides, n.sides), n.weights)),
    set(n.gain, f64.sub(f64.add(f64x2.lane(n.sides, 0), f64x2.lane(n.sides, 1)), n.own)),
    when(f64.lt(n.least, n.gain), () => [
      set(n.least, n.gain),
      set(n.best, i32.load(n.order)),
      f64.store(n.out, n.gain),
      f64.store(n.out, n.left, 8),
      f64.store(n.out, n.leftHessian, 16),
      f64.store(n.out, n.leftRows, 24),
      i32.store(n.out, i32.shr(i32.sub(n.at, n.start), int(Math.log2(NEXT_BIN))), 32),
      i32.store(n.out, n.isMissingLeft, 36),
    ]),
  ]);
}

/** Looks for the cut of a node that gains most: `search` of `WasmLoops`. */
export function searchFunction(): WasmFunction {
  const { types, n } = search;
  return {
    name: "search",
    ...types,
    results: [I32],
    body: seq(
      ...NODE.map((name, k) => set(n[name], f64.load(n.node, 8 * k))),
      set(n.count, f64.div(float(1), n.count)),
      set(n.best, int(-1)),
      loop((nextColumn) => [
        set(n.column, i32.add(n.columns, i32.shl(i32.load(n.order), int(4)))),
        set(n.isRanked, i32.load(n.column, 12)),
        set(n.start, choose(n.isRanked, i32.add(n.slot, i32.load(n.column)), n.isRanked)),
        set(n.end, i32.add(n.start, i32.mul(i32.load(n.column, 4), int(NEXT_BIN)))),
        set(n.missing, i32.add(n.slot, i32.load(n.column, 8))),
        set(n.left, float(0)),
        set(n.coded, float(0)),
        set(n.isMissingLeft, int(0)),
        block((columnDone) => [
          loop((bothSides) => [
            set(n.at, n.start),
            block((cutsDone) => [
              loop((nextCut) => [
                tryCut(cutsDone),
                branchIf(nextCut, i32.lt(tee(n.at, i32.add(n.at, int(NEXT_BIN))), n.end)),
              ]),
            ]),
            branchIf(columnDone, i32.or(n.isRanked, n.isMissingLeft)),
            set(n.left, f64.load(n.missing)),
            set(n.coded, f64.load(n.missing, 8)),
            set(n.isMissingLeft, int(1)),
            branchIf(bothSides, f64.lt(float(0), n.coded)),
          ]),
        ]),
        branchIf(nextColumn, i32.lt(tee(n.order, i32.add(n.order, int(4))), n.orderEnd)),
      ]),
      n.best,
    ),
  };
}
