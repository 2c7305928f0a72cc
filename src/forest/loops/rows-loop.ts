import { rowOf } from "./loop-parts.js";
import {
  branchIf,
  copy,
  I32,
  i32,
  i64,
  int,
  loop,
  seq,
  set,
  tee,
  variables,
  type WasmFunction,
} from "./wasm-assembler.js";

/** Parts the entries of a node by side: `partition` of `WasmLoops`. */
export function partitionFunction(): WasmFunction {
  const { types, n } = variables(
    { codes: I32, stride: I32, at: I32, to: I32, side: I32, spare: I32 },
    { entry: I32, left: I32, right: I32, step: I32 },
  );
  return {
    name: "partition",
    ...types,
    results: [I32],
    body: seq(
      set(n.left, n.at),
      set(n.right, n.spare),
      loop((nextEntry) => [
        set(n.entry, i32.load(n.at)),
        set(n.step, i32.load8(i32.add(n.side, i32.load8(rowOf(n.entry, n.codes, n.stride))))),
        i32.store(n.left, n.entry),
        i32.store(n.right, n.entry),
        set(n.right, i32.add(n.right, n.step)),
        set(n.left, i32.add(n.left, i32.sub(int(4), n.step))),
        branchIf(nextEntry, i32.lt(tee(n.at, i32.add(n.at, int(4))), n.to)),
      ]),
      copy(n.left, n.spare, i32.sub(n.right, n.spare)),
      n.left,
    ),
  };
}

/** Copies the codes of a node together: `gather` of `WasmLoops`. */
export function gatherFunction(): WasmFunction {
  const { types, n } = variables(
    { codes: I32, stride: I32, at: I32, to: I32, target: I32 },
    { entry: I32, row: I32, end: I32, number: I32 },
  );
  return {
    name: "gather",
    ...types,
    results: [],
    body: loop((nextEntry) => [
      set(n.entry, i32.load(n.at)),
      set(n.row, rowOf(n.entry, n.codes, n.stride)),
      i32.store(n.at, i32.add(i32.shl(n.number, int(8)), i32.and(n.entry, int(255)))),
      set(n.number, i32.add(n.number, int(1))),
      set(n.end, i32.add(n.target, n.stride)),
      loop((nextWord) => [
        i64.store(n.target, i64.load(n.row)),
        set(n.row, i32.add(n.row, int(8))),
        branchIf(nextWord, i32.lt(tee(n.target, i32.add(n.target, int(8))), n.end)),
      ]),
      branchIf(nextEntry, i32.lt(tee(n.at, i32.add(n.at, int(4))), n.to)),
    ]),
  };
}
