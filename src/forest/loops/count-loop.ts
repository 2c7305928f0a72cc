import { COLUMN_BYTES, rowOf } from "./loop-parts.js";
import {
  branchIf,
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
} from "./wasm-assembler.js";

/** Counts the entries of a node into the bins of some columns: `fill1` … `fill8`. */
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
