import { locals } from "./loop-parts.js";
import {
  block,
  branch,
  branchIf,
  type Code,
  F64,
  f64,
  f64x2,
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

const { bits } = f64x2;

/**
 * Logarithm to base 2 of two positive numbers: the exponent, and for the mantissa m the series of
 * log₂(m / √2) = 2 / ln 2 × atanh((m − √2) / (m + √2)), to about 1e-15.
 */
function log2(x: Code, s: number, square: number): Code {
  const mantissa = bits.or(bits.and(x, bits.const(0x000f_ffff_ffff_ffffn)), bits.const(0x3ff0_0000_0000_0000n));
  // the exponent as the low bits of 2⁵² + exponent
  const exponent = f64x2.sub(
    bits.or(bits.shr(x, 52), bits.const(0x4330_0000_0000_0000n)),
    f64x2.const(2 ** 52 + 1023 - 0.5),
  );
  const terms = Array.from({ length: 9 }, (_, k) => 2 / Math.LN2 / (2 * k + 1));
  const series = terms
    .slice(0, -1)
    .reduceRight<Code>(
      (sum, term) => f64x2.add(f64x2.mul(sum, localGet(square)), f64x2.const(term)),
      f64x2.const(terms.at(-1)!),
    );
  return seq(
    set(s, f64x2.div(f64x2.sub(mantissa, f64x2.const(Math.SQRT2)), f64x2.add(mantissa, f64x2.const(Math.SQRT2)))),
    set(square, f64x2.mul(localGet(s), localGet(s))),
    f64x2.add(exponent, f64x2.mul(localGet(s), series)),
  );
}

/** What the three bins after the one at an address hold, combined. */
const nextThree = (at: Code): Code => i64.or(i64.or(i64.load(at, 8), i64.load(at, 16)), i64.load(at, 24));

/**
 * Tries the cuts of a column by the entropy of two classes with weights. JavaScript has no `log2` of its own in two lanes, and
 * its `Math.log2` rounds otherwise.
 */
export function scanWeightedEntropyFunction(): WasmFunction {
  const n = locals(
    ...(["bins", "size", "total", "ones", "weight0", "weight1", "start", "table", "fewest", "least"] as const),
    ...(["left", "leftOnes", "out"] as const),
    ...(["at", "end", "best", "v", "right", "rightOnes", "impurity", "sums", "s", "square"] as const),
  );
  const value = (name: keyof typeof n) => localGet(n[name]);
  const nLogN = (count: Code) => f64.load(i32.add(value("table"), i32.shl(count, int(3))));
  const weightOf = (zeros: Code, ones: Code) =>
    f64.add(f64.mul(f64.from(zeros), value("weight0")), f64.mul(f64.from(ones), value("weight1")));
  const leftZeros = i32.sub(value("left"), value("leftOnes"));
  const rightZeros = i32.sub(value("right"), value("rightOnes"));
  const weightedSides = seq(
    set(
      n.sums,
      f64x2.withLane(f64x2.splat(weightOf(leftZeros, value("leftOnes"))), 1, weightOf(rightZeros, value("rightOnes"))),
    ),
    set(n.sums, f64x2.mul(value("sums"), log2(value("sums"), n.s, n.square))),
    f64.sub(
      f64.add(f64.add(value("start"), f64x2.lane(value("sums"), 0)), f64x2.lane(value("sums"), 1)),
      f64.add(
        f64.mul(value("weight1"), f64.add(nLogN(value("leftOnes")), nLogN(value("rightOnes")))),
        f64.mul(value("weight0"), f64.add(nLogN(leftZeros), nLogN(rightZeros))),
      ),
    ),
  );
  return {
    name: "scanWeightedEntropy",
    parameters: [I32, I32, I32, I32, F64, F64, F64, I32, I32, F64, I32, I32, I32],
    results: [I32],
    locals: [I32, I32, I32, I64, I32, I32, F64, V128, V128, V128],
    body: seq(
      set(n.best, int(-1)),
      set(n.at, value("bins")),
      set(n.end, i32.add(value("bins"), i32.shl(value("size"), int(3)))),
      block(
        loop(
          block(
            set(n.v, i64.load(value("at"))),
            when(
              i64.eqz(value("v")),
              // most bins of a small node are empty: four at a time
              set(n.at, i32.add(value("at"), i32.mul(int(24), i64.eqz(nextThree(value("at")))))),
              branch(1),
            ),
            set(n.left, i32.add(value("left"), i32.wrap(value("v")))),
            set(n.leftOnes, i32.add(value("leftOnes"), i32.wrap(i64.shr(value("v"), i64.const(32))))),
            branchIf(0, i32.lt(value("left"), value("fewest"))),
            set(n.right, i32.sub(value("total"), value("left"))),
            branchIf(2, i32.lt(value("right"), value("fewest"))),
            set(n.rightOnes, i32.sub(value("ones"), value("leftOnes"))),
            set(n.impurity, weightedSides),
            when(
              f64.lt(value("impurity"), value("least")),
              set(n.least, value("impurity")),
              set(n.best, value("at")),
              f64.store(value("out"), f64.from(value("left")), 8),
              f64.store(value("out"), f64.from(value("leftOnes")), 16),
            ),
          ),
          branchIf(0, i32.lt(tee(n.at, i32.add(value("at"), int(8))), value("end"))),
        ),
      ),
      when(
        i32.gt(i32.add(value("best"), int(1)), int(0)),
        f64.store(value("out"), value("least")),
        set(n.best, i32.shr(i32.sub(value("best"), value("bins")), int(3))),
      ),
      value("best"),
    ),
  };
}
