import {
  all,
  branchIf,
  type Code,
  choose,
  F64,
  f64,
  f64x2,
  I32,
  i32,
  int,
  loop,
  seq,
  set,
  tee,
  V128,
  variables,
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

/** Polynomial and parts of log 2 of `exp` in fdlibm (Sun Microsystems 1993), which is what engines use for `Math.exp`. */
const P = [
  ...[0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934],
  ...[-0.0000016533902205465252, 4.1381367970572385e-8],
];
const LOG2_HIGH = 0.6931471803691238;
const LOG2_LOW = 1.9082149292705877e-10;
/** fdlibm looks at the upper half of a number alone: the first one whose half is above that of log 2 / 2. */
const HALF_LOG2 = new Float64Array(BigInt64Array.of(0x3fd62e43_00000000n).buffer)[0];

/**
 * Gradient and hessian of log loss, of two rows at a time; the logistic function in it is to the bit what `Math.exp` gives but
 * where that is infinite.
 */
export function logisticFunction(): WasmFunction {
  const { types, n } = variables(
    { at: I32, end: I32, scores: I32, labels: I32, weights: I32, weightStep: I32, pairs: I32, code: I32 },
    {
      ...all(I32, "a", "b", "isTwo"),
      ...all(F64, "gradient", "coded", "count", "unit", "rounding"),
      ...all(V128, "x", "k", "high", "low", "r", "t", "c", "p", "weight", "g", "h"),
    },
  );
  const number = f64x2.const;
  const both = (of: (row: Code) => Code) => f64x2.withLane(f64x2.splat(of(n.a)), 1, of(n.b));
  const numberOf = (from: Code, row: Code) => f64.load(i32.add(from, i32.shl(row, int(3))));
  const polynomial = P.reduceRight<Code>((rest, p) => f64x2.add(number(p), f64x2.mul(n.t, rest)), number(0));
  const logistic = seq(
    // where exp would overflow, or 1 + exp is 1
    set(n.x, f64x2.max(f64x2.min(f64x2.neg(n.x), number(709)), number(-708))),
    // x = k log 2 + r
    set(
      n.k,
      f64x2.trunc(
        f64x2.add(f64x2.mul(n.x, number(Math.LOG2E)), f64x2.bits.or(f64x2.bits.and(n.x, number(-0)), number(0.5))),
      ),
    ),
    set(n.k, f64x2.bits.choose(number(0), n.k, f64x2.lt(f64x2.abs(n.x), number(HALF_LOG2)))),
    set(n.high, f64x2.sub(n.x, f64x2.mul(n.k, number(LOG2_HIGH)))),
    set(n.low, f64x2.mul(n.k, number(LOG2_LOW))),
    set(n.r, f64x2.sub(n.high, n.low)),
    set(n.t, f64x2.mul(n.r, n.r)),
    set(n.c, f64x2.sub(n.r, f64x2.mul(n.t, polynomial))),
    set(n.c, f64x2.div(f64x2.mul(n.r, n.c), f64x2.sub(number(2), n.c))),
    set(n.p, f64x2.sub(number(1), f64x2.sub(f64x2.sub(n.low, n.c), n.high))),
    // 2ᵏ: the exponent, moved to its place from the last bits of a number of which it is the last bits
    set(n.p, f64x2.mul(n.p, f64x2.bits.shl(f64x2.add(n.k, number(2 ** 52 + 1023)), 52))),
    // what fdlibm and engines set apart
    set(n.p, f64x2.bits.choose(f64x2.add(number(1), n.x), n.p, f64x2.lt(f64x2.abs(n.x), number(2 ** -28)))),
    set(n.p, f64x2.bits.choose(number(Math.E), n.p, f64x2.eq(n.x, number(1)))),
    set(n.p, f64x2.div(number(1), f64x2.add(number(1), n.p))),
  );
  const store = (row: Code, lane: 0 | 1) =>
    seq(
      f64.store(i32.add(n.pairs, i32.shl(row, int(4))), f64x2.lane(n.g, lane)),
      f64.store(i32.add(n.pairs, i32.shl(row, int(4))), f64x2.lane(n.h, lane), 8),
      set(n.gradient, f64.add(n.gradient, f64x2.lane(n.g, lane))),
      set(n.coded, f64.add(n.coded, f64x2.lane(n.h, lane))),
    );
  return {
    name: "logistic",
    ...types,
    results: [],
    body: seq(
      set(n.count, f64.load(n.code)),
      set(n.unit, f64.load(n.code, 8)),
      set(n.rounding, f64.load(n.code, 32)),
      loop((nextTwo) => [
        set(n.isTwo, i32.lt(i32.add(n.at, int(4)), n.end)),
        set(n.a, i32.shr(i32.load(n.at), int(8))),
        set(n.b, choose(i32.shr(i32.load(n.at, 4), int(8)), n.a, n.isTwo)),
        set(
          n.x,
          both((row) => numberOf(n.scores, row)),
        ),
        logistic,
        set(
          n.weight,
          both((row) => f64.load(i32.add(n.weights, i32.mul(row, n.weightStep)))),
        ),
        set(
          n.g,
          both((row) => f64.from(i32.load8(i32.add(n.labels, row)))),
        ),
        set(n.g, f64x2.mul(n.weight, f64x2.sub(n.p, n.g))),
        set(n.g, f64x2.sub(f64x2.add(n.g, f64x2.splat(n.rounding)), f64x2.splat(n.rounding))),
        set(n.h, f64x2.mul(f64x2.mul(n.weight, n.p), f64x2.sub(number(1), n.p))),
        // rounded as Math.round does; one that is not 0 stays above 0
        set(n.x, f64x2.div(n.h, f64x2.splat(n.unit))),
        set(n.h, f64x2.ceil(n.x)),
        set(n.h, f64x2.sub(n.h, f64x2.bits.and(f64x2.lt(n.x, f64x2.sub(n.h, number(0.5))), number(1)))),
        set(n.h, f64x2.add(f64x2.splat(n.count), f64x2.max(number(1), n.h))),
        store(n.a, 0),
        when(n.isTwo, () => [store(n.b, 1)]),
        branchIf(nextTwo, i32.lt(tee(n.at, i32.add(n.at, int(8))), n.end)),
      ]),
      f64.store(n.code, n.gradient, 16),
      f64.store(n.code, n.coded, 24),
    ),
  };
}
