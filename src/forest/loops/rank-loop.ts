import { NEXT_BIN } from "./boost-bins.js";
import { locals } from "./loop-parts.js";
import { MISSING } from "./missing.js";
import {
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
  localGet,
  loop,
  seq,
  set,
  tee,
  V128,
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

/** What the rate of a category is smoothed by when categories are ordered, as in LightGBM. */
const SMOOTHING = 10;

export function rankFunction(): WasmFunction {
  const n = locals(
    ...(["bins", "size", "missing", "to", "node", "code", "at", "end", "before"] as const),
    ...(["perCount", "count", "unit", "coded", "rate", "pair"] as const),
  );
  const value = (name: keyof typeof n) => localGet(n[name]);
  return {
    name: "rank",
    parameters: [I32, I32, I32, I32, I32],
    results: [I32],
    locals: [I32, I32, I32, I32, F64, F64, F64, F64, F64, V128],
    body: seq(
      set(n.count, f64.load(value("node"), 56)),
      set(n.perCount, f64.div(float(1), value("count"))),
      set(n.unit, f64.load(value("node"), 64)),
      set(n.end, value("to")),
      block(
        loop(
          // missing values come after all others
          when(i32.eq(value("code"), value("size")), set(n.bins, value("missing")), set(n.code, int(MISSING))),
          set(n.pair, f64x2.load(value("bins"))),
          set(n.coded, f64x2.lane(value("pair"), 1)),
          when(
            f64.lt(float(0), value("coded")),
            // a division by a power of two is exact
            set(n.rate, f64.mul(f64.floor(f64.mul(value("coded"), value("perCount"))), value("count"))),
            set(n.rate, f64.add(f64.mul(f64.sub(value("coded"), value("rate")), value("unit")), float(SMOOTHING))),
            set(n.rate, f64.div(f64x2.lane(value("pair"), 0), value("rate"))),
            set(n.at, value("end")),
            block(
              loop(
                branchIf(1, i32.eq(value("at"), value("to"))),
                set(n.before, i32.sub(value("at"), int(NEXT_BIN))),
                branchIf(1, f64.le(f64.load(value("before"), 16), value("rate"))),
                f64x2.store(value("at"), f64x2.load(value("before"))),
                f64x2.store(value("at"), f64x2.load(value("before"), 16), 16),
                set(n.at, value("before")),
                branch(0),
              ),
            ),
            f64x2.store(value("at"), value("pair")),
            f64.store(value("at"), value("rate"), 16),
            i32.store(value("at"), value("code"), 24),
            set(n.end, i32.add(value("end"), int(NEXT_BIN))),
          ),
          set(n.bins, i32.add(value("bins"), int(NEXT_BIN))),
          branchIf(0, i32.lt(tee(n.code, i32.add(value("code"), int(1))), int(MISSING + 1))),
        ),
      ),
      i32.shr(i32.sub(value("end"), value("to")), int(Math.log2(NEXT_BIN))),
    ),
  };
}
