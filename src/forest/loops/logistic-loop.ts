import { locals } from "./loop-parts.js";
import {
  branchIf,
  type Code,
  choose,
  F64,
  f64,
  f64x2,
  I32,
  i32,
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
  const n = locals(
    ...(["at", "end", "scores", "labels", "weights", "weightStep", "pairs", "code", "a", "b", "isTwo"] as const),
    ...(["gradient", "coded", "count", "unit"] as const),
    ...(["x", "k", "high", "low", "r", "t", "c", "p", "weight", "g", "h"] as const),
  );
  const value = (name: keyof typeof n) => localGet(n[name]);
  const number = f64x2.const;
  const both = (of: (row: Code) => Code) => f64x2.withLane(f64x2.splat(of(value("a"))), 1, of(value("b")));
  const numberOf = (from: Code, row: Code) => f64.load(i32.add(from, i32.shl(row, int(3))));
  const polynomial = P.reduceRight<Code>((rest, p) => f64x2.add(number(p), f64x2.mul(value("t"), rest)), number(0));
  const logistic = seq(
    // where exp would overflow, or 1 + exp is 1
    set(n.x, f64x2.max(f64x2.min(f64x2.neg(value("x")), number(709)), number(-708))),
    // x = k log 2 + r
    set(
      n.k,
      f64x2.trunc(
        f64x2.add(
          f64x2.mul(value("x"), number(Math.LOG2E)),
          f64x2.bits.or(f64x2.bits.and(value("x"), number(-0)), number(0.5)),
        ),
      ),
    ),
    set(n.k, f64x2.bits.choose(number(0), value("k"), f64x2.lt(f64x2.abs(value("x")), number(HALF_LOG2)))),
    set(n.high, f64x2.sub(value("x"), f64x2.mul(value("k"), number(LOG2_HIGH)))),
    set(n.low, f64x2.mul(value("k"), number(LOG2_LOW))),
    set(n.r, f64x2.sub(value("high"), value("low"))),
    set(n.t, f64x2.mul(value("r"), value("r"))),
    set(n.c, f64x2.sub(value("r"), f64x2.mul(value("t"), polynomial))),
    set(n.c, f64x2.div(f64x2.mul(value("r"), value("c")), f64x2.sub(number(2), value("c")))),
    set(n.p, f64x2.sub(number(1), f64x2.sub(f64x2.sub(value("low"), value("c")), value("high")))),
    // 2ᵏ: the exponent, moved to its place from the last bits of a number of which it is the last bits
    set(n.p, f64x2.mul(value("p"), f64x2.bits.shl(f64x2.add(value("k"), number(2 ** 52 + 1023)), 52))),
    // what fdlibm and engines set apart
    set(
      n.p,
      f64x2.bits.choose(
        f64x2.add(number(1), value("x")),
        value("p"),
        f64x2.lt(f64x2.abs(value("x")), number(2 ** -28)),
      ),
    ),
    set(n.p, f64x2.bits.choose(number(Math.E), value("p"), f64x2.eq(value("x"), number(1)))),
    set(n.p, f64x2.div(number(1), f64x2.add(number(1), value("p")))),
  );
  const store = (row: Code, lane: 0 | 1) =>
    seq(
      f64.store(i32.add(value("pairs"), i32.shl(row, int(4))), f64x2.lane(value("g"), lane)),
      f64.store(i32.add(value("pairs"), i32.shl(row, int(4))), f64x2.lane(value("h"), lane), 8),
      set(n.gradient, f64.add(value("gradient"), f64x2.lane(value("g"), lane))),
      set(n.coded, f64.add(value("coded"), f64x2.lane(value("h"), lane))),
    );
  return {
    name: "logistic",
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [...[I32, I32, I32, F64, F64, F64, F64], ...new Array(11).fill(V128)],
    body: seq(
      set(n.count, f64.load(value("code"))),
      set(n.unit, f64.load(value("code"), 8)),
      loop(
        set(n.isTwo, i32.lt(i32.add(value("at"), int(4)), value("end"))),
        set(n.a, i32.shr(i32.load(value("at")), int(8))),
        set(n.b, choose(i32.shr(i32.load(value("at"), 4), int(8)), value("a"), value("isTwo"))),
        set(
          n.x,
          both((row) => numberOf(value("scores"), row)),
        ),
        logistic,
        set(
          n.weight,
          both((row) => f64.load(i32.add(value("weights"), i32.mul(row, value("weightStep"))))),
        ),
        set(
          n.g,
          both((row) => f64.from(i32.load8(i32.add(value("labels"), row)))),
        ),
        set(n.g, f64x2.mul(value("weight"), f64x2.sub(value("p"), value("g")))),
        set(n.h, f64x2.mul(f64x2.mul(value("weight"), value("p")), f64x2.sub(number(1), value("p")))),
        // rounded as Math.round does; one that is not 0 stays above 0
        set(n.x, f64x2.div(value("h"), f64x2.splat(value("unit")))),
        set(n.h, f64x2.ceil(value("x"))),
        set(
          n.h,
          f64x2.sub(value("h"), f64x2.bits.and(f64x2.lt(value("x"), f64x2.sub(value("h"), number(0.5))), number(1))),
        ),
        set(n.h, f64x2.add(f64x2.splat(value("count")), f64x2.max(number(1), value("h")))),
        store(value("a"), 0),
        when(value("isTwo"), store(value("b"), 1)),
        branchIf(0, i32.lt(tee(n.at, i32.add(value("at"), int(8))), value("end"))),
      ),
      f64.store(value("code"), value("gradient"), 16),
      f64.store(value("code"), value("coded"), 24),
    ),
  };
}
