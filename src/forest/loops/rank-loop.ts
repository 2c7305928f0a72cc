import { NEXT_BIN } from "./boost-bins.js";
import { MISSING } from "./missing.js";
import {
  all,
  block,
  branch,
  branchIf,
  F64,
  f64,
  f64x2,
  float,
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

/** What the rate of a category is smoothed by when categories are ordered, as in LightGBM. */
const SMOOTHING = 10;

/** Orders the categories of a column by their rate: `rank` of `WasmLoops`. */
export function rankFunction(): WasmFunction {
  const { types, n } = variables(
    { bins: I32, size: I32, missing: I32, to: I32, node: I32 },
    {
      ...all(I32, "code", "at", "end", "before"),
      ...all(F64, "perCount", "count", "unit", "coded", "rate"),
      pair: V128,
    },
  );
  return {
    name: "rank",
    ...types,
    results: [I32],
    body: seq(
      set(n.count, f64.load(n.node, 56)),
      set(n.perCount, f64.div(float(1), n.count)),
      set(n.unit, f64.load(n.node, 64)),
      set(n.end, n.to),
      loop((nextCode) => [
        // missing values come after all others
        when(i32.eq(n.code, n.size), () => [set(n.bins, n.missing), set(n.code, int(MISSING))]),
        set(n.pair, f64x2.load(n.bins)),
        set(n.coded, f64x2.lane(n.pair, 1)),
        when(f64.lt(float(0), n.coded), () => [
          // a division by a power of two is exact
          set(n.rate, f64.mul(f64.floor(f64.mul(n.coded, n.perCount)), n.count)),
          set(n.rate, f64.add(f64.mul(f64.sub(n.coded, n.rate), n.unit), float(SMOOTHING))),
          set(n.rate, f64.div(f64x2.lane(n.pair, 0), n.rate)),
          set(n.at, n.end),
          block((placed) => [
            loop((shift) => [
              branchIf(placed, i32.eq(n.at, n.to)),
              set(n.before, i32.sub(n.at, int(NEXT_BIN))),
              branchIf(placed, f64.le(f64.load(n.before, 16), n.rate)),
              f64x2.store(n.at, f64x2.load(n.before)),
              f64x2.store(n.at, f64x2.load(n.before, 16), 16),
              set(n.at, n.before),
              branch(shift),
            ]),
          ]),
          f64x2.store(n.at, n.pair),
          f64.store(n.at, n.rate, 16),
          i32.store(n.at, n.code, 24),
          set(n.end, i32.add(n.end, int(NEXT_BIN))),
        ]),
        set(n.bins, i32.add(n.bins, int(NEXT_BIN))),
        branchIf(nextCode, i32.lt(tee(n.code, i32.add(n.code, int(1))), int(MISSING + 1))),
      ]),
      i32.shr(i32.sub(n.end, n.to), int(Math.log2(NEXT_BIN))),
    ),
  };
}
