import { locals } from "./loop-parts.js";
import {
  branchIf,
  type Code,
  F64,
  f64x2,
  float,
  get,
  I32,
  i32,
  int,
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
      set(n.last, i32.add(get(n.nodes), i32.mul(get(n.size), int(48)))),
      set(n.vOld, f64x2.splat(get(n.zOld))),
      set(n.vNew, f64x2.splat(get(n.zNew))),
      set(n.vScale, f64x2.splat(get(n.scale))),
      loop(
        set(n.oOld, f64x2.load(get(n.oldOnes))),
        set(n.oNew, f64x2.load(get(n.newOnes))),
        set(n.node, get(n.nodes)),
        loop(
          f64x2.store(
            get(n.to),
            f64x2.div(
              f64x2.mul(
                f64x2.mul(f64x2.load(get(n.from)), get(n.vScale)),
                linear(get(n.node), get(n.vNew), get(n.oNew)),
              ),
              linear(get(n.node), get(n.vOld), get(n.oOld)),
            ),
          ),
          set(n.from, i32.add(get(n.from), int(16))),
          set(n.to, i32.add(get(n.to), int(16))),
          branchIf(0, i32.lt(tee(n.node, i32.add(get(n.node), int(48))), get(n.last))),
        ),
        set(n.oldOnes, i32.add(get(n.oldOnes), int(16))),
        branchIf(0, i32.lt(tee(n.newOnes, i32.add(get(n.newOnes), int(16))), get(n.end))),
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
      set(n.last, i32.add(get(n.nodes), i32.mul(get(n.size), int(48)))),
      set(n.vOld, f64x2.splat(get(n.zOld))),
      set(n.vNew, f64x2.splat(get(n.zNew))),
      loop(
        set(n.oOld, f64x2.load(get(n.oldOnes))),
        set(n.oNew, f64x2.load(get(n.newOnes))),
        set(n.node, get(n.nodes)),
        set(n.now, f64x2.splat(float(0))),
        set(n.before, f64x2.splat(float(0))),
        loop(
          set(n.sum, f64x2.load(get(n.below))),
          f64x2.store(get(n.parent), f64x2.add(f64x2.load(get(n.parent)), get(n.sum))),
          set(n.sum, f64x2.mul(get(n.sum), f64x2.load(get(n.node), 32))),
          set(n.now, f64x2.add(get(n.now), f64x2.div(get(n.sum), linear(get(n.node), get(n.vNew), get(n.oNew))))),
          set(n.before, f64x2.add(get(n.before), f64x2.div(get(n.sum), linear(get(n.node), get(n.vOld), get(n.oOld))))),
          set(n.below, i32.add(get(n.below), int(16))),
          set(n.parent, i32.add(get(n.parent), int(16))),
          branchIf(0, i32.lt(tee(n.node, i32.add(get(n.node), int(48))), get(n.last))),
        ),
        f64x2.store(
          get(n.own),
          f64x2.add(
            f64x2.load(get(n.own)),
            f64x2.sub(effect(get(n.oNew), get(n.vNew), get(n.now)), effect(get(n.oOld), get(n.vOld), get(n.before))),
          ),
        ),
        set(n.own, i32.add(get(n.own), int(16))),
        set(n.oldOnes, i32.add(get(n.oldOnes), int(16))),
        branchIf(0, i32.lt(tee(n.newOnes, i32.add(get(n.newOnes), int(16))), get(n.end))),
      ),
    ),
  };
}
