import {
  all,
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
  type Local,
  loop,
  seq,
  set,
  tee,
  V128,
  variables,
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

const { bits } = f64x2;

/**
 * Logarithm to base 2 of two positive numbers: the exponent, and for the mantissa m the series of
 * log₂(m / √2) = 2 / ln 2 × atanh((m − √2) / (m + √2)), to about 1e-15.
 */
function log2(x: Code, s: Local, square: Local): Code {
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
      (sum, term) => f64x2.add(f64x2.mul(sum, square), f64x2.const(term)),
      f64x2.const(terms[terms.length - 1]),
    );
  return seq(
    set(s, f64x2.div(f64x2.sub(mantissa, f64x2.const(Math.SQRT2)), f64x2.add(mantissa, f64x2.const(Math.SQRT2)))),
    set(square, f64x2.mul(s, s)),
    f64x2.add(exponent, f64x2.mul(s, series)),
  );
}

/** What the three bins after the one at an address hold, combined. */
const nextThree = (at: Code): Code => i64.or(i64.or(i64.load(at, 8), i64.load(at, 16)), i64.load(at, 24));

/**
 * Tries the cuts of a column by the entropy of two classes with weights. JavaScript has no `log2` of its own in two lanes, and
 * its `Math.log2` rounds otherwise.
 */
export function scanWeightedEntropyFunction(): WasmFunction {
  const { types, n } = variables(
    {
      ...all(I32, "bins", "size", "total", "ones"),
      ...all(F64, "weight0", "weight1", "start"),
      ...all(I32, "table", "fewest"),
      least: F64,
      ...all(I32, "left", "leftOnes", "out"),
    },
    {
      ...all(I32, "at", "end", "best"),
      v: I64,
      ...all(I32, "right", "rightOnes"),
      impurity: F64,
      ...all(V128, "sums", "s", "square"),
    },
  );
  const nLogN = (count: Code) => f64.load(i32.add(n.table, i32.shl(count, int(3))));
  const weightOf = (zeros: Code, ones: Code) =>
    f64.add(f64.mul(f64.from(zeros), n.weight0), f64.mul(f64.from(ones), n.weight1));
  const leftZeros = i32.sub(n.left, n.leftOnes);
  const rightZeros = i32.sub(n.right, n.rightOnes);
  const weightedSides = seq(
    set(n.sums, f64x2.withLane(f64x2.splat(weightOf(leftZeros, n.leftOnes)), 1, weightOf(rightZeros, n.rightOnes))),
    set(n.sums, f64x2.mul(n.sums, log2(n.sums, n.s, n.square))),
    f64.sub(
      f64.add(f64.add(n.start, f64x2.lane(n.sums, 0)), f64x2.lane(n.sums, 1)),
      f64.add(
        f64.mul(n.weight1, f64.add(nLogN(n.leftOnes), nLogN(n.rightOnes))),
        f64.mul(n.weight0, f64.add(nLogN(leftZeros), nLogN(rightZeros))),
      ),
    ),
  );
  return {
    name: "scanWeightedEntropy",
    ...types,
    results: [I32],
    body: seq(
      set(n.best, int(-1)),
      set(n.at, n.bins),
      set(n.end, i32.add(n.bins, i32.shl(n.size, int(3)))),
      block((scanned) => [
        loop((nextBin) => [
          block((skip) => [
            set(n.v, i64.load(n.at)),
            when(i64.eqz(n.v), () => [
              // most bins of a small node are empty: four at a time
              set(n.at, i32.add(n.at, i32.mul(int(24), i64.eqz(nextThree(n.at))))),
              branch(skip),
            ]),
            set(n.left, i32.add(n.left, i32.wrap(n.v))),
            set(n.leftOnes, i32.add(n.leftOnes, i32.wrap(i64.shr(n.v, i64.const(32))))),
            branchIf(skip, i32.lt(n.left, n.fewest)),
            set(n.right, i32.sub(n.total, n.left)),
            branchIf(scanned, i32.lt(n.right, n.fewest)),
            set(n.rightOnes, i32.sub(n.ones, n.leftOnes)),
            set(n.impurity, weightedSides),
            when(f64.lt(n.impurity, n.least), () => [
              set(n.least, n.impurity),
              set(n.best, n.at),
              f64.store(n.out, f64.from(n.left), 8),
              f64.store(n.out, f64.from(n.leftOnes), 16),
            ]),
          ]),
          branchIf(nextBin, i32.lt(tee(n.at, i32.add(n.at, int(8))), n.end)),
        ]),
      ]),
      when(i32.gt(i32.add(n.best, int(1)), int(0)), () => [
        f64.store(n.out, n.least),
        set(n.best, i32.shr(i32.sub(n.best, n.bins), int(3))),
      ]),
      n.best,
    ),
  };
}
