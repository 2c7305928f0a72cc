import { locals, rowOf } from "./loop-parts.js";
import {
  branchIf,
  copy,
  I32,
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

export function partitionFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "side", "spare", "entry", "left", "right", "step");
  return {
    name: "partition",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [I32],
    locals: [I32, I32, I32, I32],
    body: seq(
      set(n.left, localGet(n.at)),
      set(n.right, localGet(n.spare)),
      loop(
        set(n.entry, i32.load(localGet(n.at))),
        set(
          n.step,
          i32.load8(
            i32.add(localGet(n.side), i32.load8(rowOf(localGet(n.entry), localGet(n.codes), localGet(n.stride)))),
          ),
        ),
        i32.store(localGet(n.left), localGet(n.entry)),
        i32.store(localGet(n.right), localGet(n.entry)),
        set(n.right, i32.add(localGet(n.right), localGet(n.step))),
        set(n.left, i32.add(localGet(n.left), i32.sub(int(4), localGet(n.step)))),
        branchIf(0, i32.lt(tee(n.at, i32.add(localGet(n.at), int(4))), localGet(n.to))),
      ),
      copy(localGet(n.left), localGet(n.spare), i32.sub(localGet(n.right), localGet(n.spare))),
      localGet(n.left),
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
      set(n.entry, i32.load(localGet(n.at))),
      set(n.row, rowOf(localGet(n.entry), localGet(n.codes), localGet(n.stride))),
      i32.store(localGet(n.at), i32.add(i32.shl(localGet(n.number), int(8)), i32.and(localGet(n.entry), int(255)))),
      set(n.number, i32.add(localGet(n.number), int(1))),
      set(n.end, i32.add(localGet(n.target), localGet(n.stride))),
      loop(
        i64.store(localGet(n.target), i64.load(localGet(n.row))),
        set(n.row, i32.add(localGet(n.row), int(8))),
        branchIf(0, i32.lt(tee(n.target, i32.add(localGet(n.target), int(8))), localGet(n.end))),
      ),
      branchIf(0, i32.lt(tee(n.at, i32.add(localGet(n.at), int(4))), localGet(n.to))),
    ),
  };
}
