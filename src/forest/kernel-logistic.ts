import { locals } from "./kernel-parts.js";
import {
  branchIf,
  type Code,
  f64x2,
  get,
  I32,
  i32,
  int,
  loop,
  set,
  tee,
  V128,
  type WasmFunction,
} from "./wasm-assembler.js";

/** Polynomial and parts of log 2 of `exp` in fdlibm (Sun Microsystems 1993), which is what engines use for `Math.exp`. */
const P = [
  ...[0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934],
  ...[-0.0000016533902205465252, 4.1381367970572385e-8],
];
const LOG2_HIGH = 0.6931471803691238;
const LOG2_LOW = 1.9082149292705877e-10;
/** fdlibm looks at the upper half of a number alone: the first one whose half is above that of log 2 / 2. */
const HALF_LOG2 = new Float64Array(BigInt64Array.of(0x3fd62e43_00000000n).buffer)[0]!;

/** 1 / (1 + exp(−x)) of two numbers at a time, in place, to the bit what `Math.exp` gives. */
export function logisticFunction(): WasmFunction {
  const n = locals("at", "end", "x", "k", "high", "low", "r", "t", "c", "e");
  const value = (name: keyof typeof n) => get(n[name]);
  const number = f64x2.const;
  const polynomial = P.reduceRight<Code>((rest, p) => f64x2.add(number(p), f64x2.mul(value("t"), rest)), number(0));
  return {
    name: "logistic",
    parameters: [I32, I32],
    results: [],
    locals: [V128, V128, V128, V128, V128, V128, V128, V128],
    body: loop(
      // where exp would overflow, or 1 + exp is 1
      set(n.x, f64x2.max(f64x2.min(f64x2.neg(f64x2.load(value("at"))), number(709)), number(-708))),
      // x = k log 2 + r
      set(
        n.k,
        f64x2.bits.choose(
          number(0),
          f64x2.trunc(
            f64x2.add(
              f64x2.mul(value("x"), number(Math.LOG2E)),
              f64x2.bits.or(f64x2.bits.and(value("x"), number(-0)), number(0.5)),
            ),
          ),
          f64x2.lt(f64x2.abs(value("x")), number(HALF_LOG2)),
        ),
      ),
      set(n.high, f64x2.sub(value("x"), f64x2.mul(value("k"), number(LOG2_HIGH)))),
      set(n.low, f64x2.mul(value("k"), number(LOG2_LOW))),
      set(n.r, f64x2.sub(value("high"), value("low"))),
      set(n.t, f64x2.mul(value("r"), value("r"))),
      set(n.c, f64x2.sub(value("r"), f64x2.mul(value("t"), polynomial))),
      set(n.c, f64x2.div(f64x2.mul(value("r"), value("c")), f64x2.sub(number(2), value("c")))),
      set(n.e, f64x2.sub(number(1), f64x2.sub(f64x2.sub(value("low"), value("c")), value("high")))),
      // 2ᵏ: the exponent, moved to its place from the last bits of a number of which it is the last bits
      set(n.e, f64x2.mul(value("e"), f64x2.bits.shl(f64x2.add(value("k"), number(2 ** 52 + 1023)), 52))),
      // what fdlibm and engines set apart
      set(
        n.e,
        f64x2.bits.choose(
          f64x2.add(number(1), value("x")),
          value("e"),
          f64x2.lt(f64x2.abs(value("x")), number(2 ** -28)),
        ),
      ),
      set(n.e, f64x2.bits.choose(number(Math.E), value("e"), f64x2.eq(value("x"), number(1)))),
      f64x2.store(value("at"), f64x2.div(number(1), f64x2.add(number(1), value("e")))),
      branchIf(0, i32.lt(tee(n.at, i32.add(value("at"), int(16))), value("end"))),
    ),
  };
}
