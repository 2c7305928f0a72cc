import {
  all,
  branchIf,
  type Code,
  F64,
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
} from "./wasm-assembler.js";

/** s z + t o at the quadrature node that `node` points to. */
const linear = (node: Code, z: Code, o: Code): Code =>
  f64x2.add(f64x2.mul(f64x2.load(node), z), f64x2.mul(f64x2.load(node, 16), o));

/** A step down a tree for Shapley values: `descend` of `WasmLoops`. */
export function descendFunction(): WasmFunction {
  const { types, n } = variables(
    {
      ...all(I32, "from", "to", "oldOnes", "newOnes", "end"),
      ...all(F64, "zOld", "zNew", "scale"),
      ...all(I32, "nodes", "size"),
    },
    { node: I32, last: I32, vOld: V128, vNew: V128, vScale: V128, oOld: V128, oNew: V128 },
  );
  return {
    name: "descend",
    ...types,
    results: [],
    body: seq(
      set(n.last, i32.add(n.nodes, i32.mul(n.size, int(48)))),
      set(n.vOld, f64x2.splat(n.zOld)),
      set(n.vNew, f64x2.splat(n.zNew)),
      set(n.vScale, f64x2.splat(n.scale)),
      loop((nextTwo) => [
        set(n.oOld, f64x2.load(n.oldOnes)),
        set(n.oNew, f64x2.load(n.newOnes)),
        set(n.node, n.nodes),
        loop((nextNode) => [
          f64x2.store(
            n.to,
            f64x2.div(
              f64x2.mul(f64x2.mul(f64x2.load(n.from), n.vScale), linear(n.node, n.vNew, n.oNew)),
              linear(n.node, n.vOld, n.oOld),
            ),
          ),
          set(n.from, i32.add(n.from, int(16))),
          set(n.to, i32.add(n.to, int(16))),
          branchIf(nextNode, i32.lt(tee(n.node, i32.add(n.node, int(48))), n.last)),
        ]),
        set(n.oldOnes, i32.add(n.oldOnes, int(16))),
        branchIf(nextTwo, i32.lt(tee(n.newOnes, i32.add(n.newOnes, int(16))), n.end)),
      ]),
    ),
  };
}

/** The step back up: `ascend` of `WasmLoops`. */
export function ascendFunction(): WasmFunction {
  const { types, n } = variables(
    {
      ...all(I32, "below", "parent", "oldOnes", "newOnes", "end"),
      ...all(F64, "zOld", "zNew"),
      ...all(I32, "own", "nodes", "size"),
    },
    { node: I32, last: I32, vOld: V128, vNew: V128, oOld: V128, oNew: V128, sum: V128, now: V128, before: V128 },
  );
  const effect = (o: Code, z: Code, sum: Code) => f64x2.mul(f64x2.sub(o, z), sum);
  return {
    name: "ascend",
    ...types,
    results: [],
    body: seq(
      set(n.last, i32.add(n.nodes, i32.mul(n.size, int(48)))),
      set(n.vOld, f64x2.splat(n.zOld)),
      set(n.vNew, f64x2.splat(n.zNew)),
      loop((nextTwo) => [
        set(n.oOld, f64x2.load(n.oldOnes)),
        set(n.oNew, f64x2.load(n.newOnes)),
        set(n.node, n.nodes),
        set(n.now, f64x2.splat(float(0))),
        set(n.before, f64x2.splat(float(0))),
        loop((nextNode) => [
          set(n.sum, f64x2.load(n.below)),
          f64x2.store(n.parent, f64x2.add(f64x2.load(n.parent), n.sum)),
          set(n.sum, f64x2.mul(n.sum, f64x2.load(n.node, 32))),
          set(n.now, f64x2.add(n.now, f64x2.div(n.sum, linear(n.node, n.vNew, n.oNew)))),
          set(n.before, f64x2.add(n.before, f64x2.div(n.sum, linear(n.node, n.vOld, n.oOld)))),
          set(n.below, i32.add(n.below, int(16))),
          set(n.parent, i32.add(n.parent, int(16))),
          branchIf(nextNode, i32.lt(tee(n.node, i32.add(n.node, int(48))), n.last)),
        ]),
        f64x2.store(
          n.own,
          f64x2.add(f64x2.load(n.own), f64x2.sub(effect(n.oNew, n.vNew, n.now), effect(n.oOld, n.vOld, n.before))),
        ),
        set(n.own, i32.add(n.own, int(16))),
        set(n.oldOnes, i32.add(n.oldOnes, int(16))),
        branchIf(nextTwo, i32.lt(tee(n.newOnes, i32.add(n.newOnes, int(16))), n.end)),
      ]),
    ),
  };
}
