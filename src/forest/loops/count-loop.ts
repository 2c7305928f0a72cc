import { COLUMN_BYTES, locals, rowOf } from "./loop-parts.js";
import {
  block,
  branch,
  branchIf,
  type Code,
  choose,
  F64,
  f64,
  fill,
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
  type WasmFunction,
  when,
} from "./wasm-assembler.js";

export function fillFunction(columns: number): WasmFunction {
  const first = 6;
  const [codes, stride, at, to, payload, bins] = [0, 1, 2, 3, 4, 5];
  const entry = first + columns;
  const row = entry + 1;
  const cell = entry + 2;
  const value = entry + 3;
  const updates = Array.from({ length: columns }, (_, k) =>
    seq(
      set(cell, i32.add(localGet(bins), i32.shl(i32.load8(i32.add(localGet(row), localGet(first + k))), int(3)))),
      i64.store(localGet(cell), i64.add(i64.load(localGet(cell), k * COLUMN_BYTES), localGet(value)), k * COLUMN_BYTES),
    ),
  );
  return {
    name: `fill${columns}`,
    parameters: new Array(first + columns).fill(I32),
    results: [],
    locals: [I32, I32, I32, I64],
    body: seq(
      fill(localGet(bins), int(0), int(columns * COLUMN_BYTES)),
      loop(
        set(entry, i32.load(localGet(at))),
        set(row, rowOf(localGet(entry), localGet(codes), localGet(stride))),
        set(value, i64.load(i32.add(localGet(payload), i32.shl(i32.and(localGet(entry), int(255)), int(3))))),
        ...updates,
        branchIf(0, i32.lt(tee(at, i32.add(localGet(at), int(4))), localGet(to))),
      ),
    ),
  };
}

/** What the three bins after the one at an address hold, combined. */
const nextThree = (at: Code): Code => i64.or(i64.or(i64.load(at, 8), i64.load(at, 16)), i64.load(at, 24));

export function scanFunction(): WasmFunction {
  const n = locals(
    ...(["bins", "size", "total", "ones", "weight0", "weight1", "fewest", "least", "left", "leftOnes", "out"] as const),
    ...(["at", "end", "best", "v", "right", "p", "q", "r", "s", "impurity"] as const),
  );
  const value = (name: keyof typeof n) => localGet(n[name]);
  return {
    name: "scan",
    parameters: [I32, I32, F64, F64, F64, F64, F64, F64, F64, F64, I32],
    results: [I32],
    locals: [I32, I32, I32, I64, F64, F64, F64, F64, F64, F64],
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
              set(n.at, choose(i32.add(value("at"), int(24)), value("at"), i64.eqz(nextThree(value("at"))))),
              branch(1),
            ),
            set(n.left, f64.add(value("left"), f64.from(i32.wrap(value("v"))))),
            set(n.leftOnes, f64.add(value("leftOnes"), f64.from(i32.wrap(i64.shr(value("v"), i64.const(32)))))),
            branchIf(0, f64.lt(value("left"), value("fewest"))),
            set(n.right, f64.sub(value("total"), value("left"))),
            branchIf(2, f64.lt(value("right"), value("fewest"))),
            set(n.p, f64.mul(value("leftOnes"), value("weight1"))),
            set(n.q, f64.mul(f64.sub(value("left"), value("leftOnes")), value("weight0"))),
            set(n.r, f64.mul(f64.sub(value("ones"), value("leftOnes")), value("weight1"))),
            set(n.s, f64.mul(f64.sub(value("right"), f64.sub(value("ones"), value("leftOnes"))), value("weight0"))),
            set(
              n.impurity,
              f64.div(
                f64.add(
                  f64.mul(f64.mul(value("p"), value("q")), f64.add(value("r"), value("s"))),
                  f64.mul(f64.mul(value("r"), value("s")), f64.add(value("p"), value("q"))),
                ),
                f64.mul(f64.add(value("p"), value("q")), f64.add(value("r"), value("s"))),
              ),
            ),
            when(
              f64.lt(value("impurity"), value("least")),
              set(n.least, value("impurity")),
              set(n.best, value("at")),
              f64.store(value("out"), value("left"), 8),
              f64.store(value("out"), value("leftOnes"), 16),
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
