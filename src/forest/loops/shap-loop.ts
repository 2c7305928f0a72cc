import { locals } from "./loop-parts.js";
import {
  branchIf,
  type Code,
  F64,
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
} from "./wasm-assembler.js";

/** s z + t o at the quadrature node that `node` points to. */
const linear = (node: Code, z: Code, o: Code): Code =>
  f64x2.add(f64x2.mul(f64x2.load(node), z), f64x2.mul(f64x2.load(node, 16), o));

export function descendFunction(): WasmFunction {
  const n = locals(
    ...(["from", "to", "oldOnes", "newOnes", "end", "zOld", "zNew", "scale", "nodes", "size"] as const),
    ...(["node", "last", "vOld", "vNew", "vScale", "oOld", "oNew"] as const),
  );
  return {
    name: "descend",
    parameters: [I32, I32, I32, I32, I32, F64, F64, F64, I32, I32],
    results: [],
    locals: [I32, I32, V128, V128, V128, V128, V128],
    body: seq(
      set(n.last, i32.add(localGet(n.nodes), i32.mul(localGet(n.size), int(48)))),
      set(n.vOld, f64x2.splat(localGet(n.zOld))),
      set(n.vNew, f64x2.splat(localGet(n.zNew))),
      set(n.vScale, f64x2.splat(localGet(n.scale))),
      loop(
        set(n.oOld, f64x2.load(localGet(n.oldOnes))),
        set(n.oNew, f64x2.load(localGet(n.newOnes))),
        set(n.node, localGet(n.nodes)),
        loop(
          f64x2.store(
            localGet(n.to),
            f64x2.div(
              f64x2.mul(
                f64x2.mul(f64x2.load(localGet(n.from)), localGet(n.vScale)),
                linear(localGet(n.node), localGet(n.vNew), localGet(n.oNew)),
              ),
              linear(localGet(n.node), localGet(n.vOld), localGet(n.oOld)),
            ),
          ),
          set(n.from, i32.add(localGet(n.from), int(16))),
          set(n.to, i32.add(localGet(n.to), int(16))),
          branchIf(0, i32.lt(tee(n.node, i32.add(localGet(n.node), int(48))), localGet(n.last))),
        ),
        set(n.oldOnes, i32.add(localGet(n.oldOnes), int(16))),
        branchIf(0, i32.lt(tee(n.newOnes, i32.add(localGet(n.newOnes), int(16))), localGet(n.end))),
      ),
    ),
  };
}

export function ascendFunction(): WasmFunction {
  const n = locals(
    ...(["below", "parent", "oldOnes", "newOnes", "end", "zOld", "zNew", "own", "nodes", "size"] as const),
    ...(["node", "last", "vOld", "vNew", "oOld", "oNew", "sum", "now", "before"] as const),
  );
  const effect = (o: Code, z: Code, sum: Code) => f64x2.mul(f64x2.sub(o, z), sum);
  return {
    name: "ascend",
    parameters: [I32, I32, I32, I32, I32, F64, F64, I32, I32, I32],
    results: [],
    locals: [I32, I32, V128, V128, V128, V128, V128, V128, V128],
    body: seq(
      set(n.last, i32.add(localGet(n.nodes), i32.mul(localGet(n.size), int(48)))),
      set(n.vOld, f64x2.splat(localGet(n.zOld))),
      set(n.vNew, f64x2.splat(localGet(n.zNew))),
      loop(
        set(n.oOld, f64x2.load(localGet(n.oldOnes))),
        set(n.oNew, f64x2.load(localGet(n.newOnes))),
        set(n.node, localGet(n.nodes)),
        set(n.now, f64x2.splat(float(0))),
        set(n.before, f64x2.splat(float(0))),
        loop(
          set(n.sum, f64x2.load(localGet(n.below))),
          f64x2.store(localGet(n.parent), f64x2.add(f64x2.load(localGet(n.parent)), localGet(n.sum))),
          set(n.sum, f64x2.mul(localGet(n.sum), f64x2.load(localGet(n.node), 32))),
          set(
            n.now,
            f64x2.add(
              localGet(n.now),
              f64x2.div(localGet(n.sum), linear(localGet(n.node), localGet(n.vNew), localGet(n.oNew))),
            ),
          ),
          set(
            n.before,
            f64x2.add(
              localGet(n.before),
              f64x2.div(localGet(n.sum), linear(localGet(n.node), localGet(n.vOld), localGet(n.oOld))),
            ),
          ),
          set(n.below, i32.add(localGet(n.below), int(16))),
          set(n.parent, i32.add(localGet(n.parent), int(16))),
          branchIf(0, i32.lt(tee(n.node, i32.add(localGet(n.node), int(48))), localGet(n.last))),
        ),
        f64x2.store(
          localGet(n.own),
          f64x2.add(
            f64x2.load(localGet(n.own)),
            f64x2.sub(
              effect(localGet(n.oNew), localGet(n.vNew), localGet(n.now)),
              effect(localGet(n.oOld), localGet(n.vOld), localGet(n.before)),
            ),
          ),
        ),
        set(n.own, i32.add(localGet(n.own), int(16))),
        set(n.oldOnes, i32.add(localGet(n.oldOnes), int(16))),
        branchIf(0, i32.lt(tee(n.newOnes, i32.add(localGet(n.newOnes), int(16))), localGet(n.end))),
      ),
    ),
  };
}
