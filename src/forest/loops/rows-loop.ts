import { locals, rowOf } from "./loop-parts.js";
import { branchIf, copy, get, I32, i32, i64, int, loop, seq, set, tee, type WasmFunction } from "./wasm-assembler.js";

export function partitionFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "side", "spare", "entry", "left", "right", "step");
  return {
    name: "partition",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [I32],
    locals: [I32, I32, I32, I32],
    body: seq(
      set(n.left, get(n.at)),
      set(n.right, get(n.spare)),
      loop(
        set(n.entry, i32.load(get(n.at))),
        set(n.step, i32.load8(i32.add(get(n.side), i32.load8(rowOf(get(n.entry), get(n.codes), get(n.stride)))))),
        i32.store(get(n.left), get(n.entry)),
        i32.store(get(n.right), get(n.entry)),
        set(n.right, i32.add(get(n.right), get(n.step))),
        set(n.left, i32.add(get(n.left), i32.sub(int(4), get(n.step)))),
        branchIf(0, i32.lt(tee(n.at, i32.add(get(n.at), int(4))), get(n.to))),
      ),
      copy(get(n.left), get(n.spare), i32.sub(get(n.right), get(n.spare))),
      get(n.left),
    ),
  };
}

export function gatherFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "target", "entry", "row", "end", "number");
  return {
    name: "gather",
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32],
    body: loop(
      set(n.entry, i32.load(get(n.at))),
      set(n.row, rowOf(get(n.entry), get(n.codes), get(n.stride))),
      i32.store(get(n.at), i32.add(i32.shl(get(n.number), int(8)), i32.and(get(n.entry), int(255)))),
      set(n.number, i32.add(get(n.number), int(1))),
      set(n.end, i32.add(get(n.target), get(n.stride))),
      loop(
        i64.store(get(n.target), i64.load(get(n.row))),
        set(n.row, i32.add(get(n.row), int(8))),
        branchIf(0, i32.lt(tee(n.target, i32.add(get(n.target), int(8))), get(n.end))),
      ),
      branchIf(0, i32.lt(tee(n.at, i32.add(get(n.at), int(4))), get(n.to))),
    ),
  };
}
