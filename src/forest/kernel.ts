import { MISSING } from "./missing.js";
import {
  assemble,
  block,
  branch,
  branchIf,
  type Code,
  choose,
  copy,
  F64,
  f64,
  f64x2,
  fill,
  float,
  get,
  I32,
  I64,
  i32,
  i64,
  int,
  loop,
  seq,
  set,
  tee,
  V128,
  type WasmFunction,
  type WasmMemory,
  wasm,
  when,
} from "./wasm-assembler.js";

/** Columns whose codes one call of `fill` counts. */
export const GROUP = 8;
/** Bytes of the bins of one column: 256 × (count, ones). */
export const COLUMN_BYTES = 256 * 8;

/**
 * The loops in which a forest spends its time, on shared memory; all places are addresses in bytes.
 *
 * An entry is a row of a tree in 32 bits: its row number times 256, plus a payload code. JavaScript checks every index
 * against the length of its array, which costs more than half of the time here; these loops cannot leave the memory either,
 * but the check is done by the memory unit of the processor.
 */
export interface Kernel {
  /**
   * fill1 … fill8: clears the bins of that many columns and adds the payload of the entries `from` … `to` to the bins of
   * their codes.
   */
  fill: readonly ((
    codes: number,
    stride: number,
    from: number,
    to: number,
    payload: number,
    bins: number,
    ...columns: number[]
  ) => number)[];
  /**
   * Tries the cuts between the bins of a column by the Gini impurity of two classes.
   *
   * @returns the code at the cut, or −1 when none is better than `least`; impurity, count and ones of the left go to `out`
   */
  scan(
    bins: number,
    size: number,
    total: number,
    ones: number,
    weight0: number,
    weight1: number,
    fewest: number,
    least: number,
    startCount: number,
    startOnes: number,
    out: number,
  ): number;
  /**
   * Moves the entries `from` … `to` whose code is marked 0 in `side` before the others, each in their order.
   *
   * @returns address of the first of the others
   */
  partition(codes: number, stride: number, from: number, to: number, side: number, spare: number): number;
  /** Copies the codes of the entries' rows to `target`, in the order of the entries, and numbers the entries by it. */
  gather(codes: number, stride: number, from: number, to: number, target: number): number;
  /** Writes the code of each value: the number of edges below it. `edges` are 255, the unused ones +Infinity. */
  code(values: number, to: number, edges: number, codes: number, stride: number): number;
  /**
   * Adds the pair of numbers of each entry's row to the bins of its codes in eight neighbouring columns; a column's bins
   * are 256 pairs.
   */
  pairs(codes: number, stride: number, from: number, to: number, pairs: number, bins: number): number;
  /** Takes the numbers at `b` from those at `a`; `end` is the end of `a`. */
  subtract(a: number, end: number, b: number): number;
  /**
   * A step down a tree for Shapley values, for two rows at a time and `size` quadrature nodes: product × (s zNew + t oNew) /
   * (s zOld + t oOld) × scale, where `nodes` has s, t and the weight of each node, each number twice.
   */
  descend(
    from: number,
    to: number,
    oldOnes: number,
    newOnes: number,
    end: number,
    zOld: number,
    zNew: number,
    scale: number,
    nodes: number,
    size: number,
  ): number;
  /**
   * The step back up: adds the sums below to those of the parent, and to `own` what the column of the step adds:
   * (oNew − zNew) Σ weight × sum / fNew − (oOld − zOld) Σ weight × sum / fOld.
   */
  ascend(
    below: number,
    parent: number,
    oldOnes: number,
    newOnes: number,
    end: number,
    zOld: number,
    zNew: number,
    own: number,
    nodes: number,
    size: number,
  ): number;
  /**
   * Adds the value of the leaf that each row falls into to its sum; `rows` is a multiple of 4.
   *
   * A node is 8 bytes: its left child, its column in 16 bits, its split in 9, and 1 where a missing value goes left (which
   * adds 1 to the split). Leaves point to themselves. Four rows take their steps together, without a branch on data.
   */
  walk(codes: number, stride: number, rows: number, nodes: number, values: number, sums: number): number;
}

/** Names the locals of a function in order. */
function locals<Name extends string>(...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>;
}

/** Address of the codes of an entry's row. */
const rowOf = (entry: Code, codes: Code, stride: Code): Code => i32.add(codes, i32.mul(i32.shr(entry, int(8)), stride));

function fillFunction(columns: number): WasmFunction {
  const first = 6;
  const [codes, stride, at, to, payload, bins] = [0, 1, 2, 3, 4, 5];
  const entry = first + columns;
  const row = entry + 1;
  const cell = entry + 2;
  const value = entry + 3;
  const updates = Array.from({ length: columns }, (_, k) =>
    seq(
      set(cell, i32.add(get(bins), i32.shl(i32.load8(i32.add(get(row), get(first + k))), int(3)))),
      i64.store(get(cell), i64.add(i64.load(get(cell), k * COLUMN_BYTES), get(value)), k * COLUMN_BYTES),
    ),
  );
  return {
    name: `fill${columns}`,
    parameters: new Array(first + columns).fill(I32),
    results: [],
    locals: [I32, I32, I32, I64],
    body: seq(
      fill(get(bins), int(0), int(columns * COLUMN_BYTES)),
      loop(
        set(entry, i32.load(get(at))),
        set(row, rowOf(get(entry), get(codes), get(stride))),
        set(value, i64.load(i32.add(get(payload), i32.shl(i32.and(get(entry), int(255)), int(3))))),
        ...updates,
        branchIf(0, i32.lt(tee(at, i32.add(get(at), int(4))), get(to))),
      ),
    ),
  };
}

/** What the three bins after the one at an address hold, combined. */
const nextThree = (at: Code): Code => i64.or(i64.or(i64.load(at, 8), i64.load(at, 16)), i64.load(at, 24));

function scanFunction(): WasmFunction {
  const n = locals(
    ...(["bins", "size", "total", "ones", "weight0", "weight1", "fewest", "least", "left", "leftOnes", "out"] as const),
    ...(["at", "end", "best", "v", "right", "p", "q", "r", "s", "impurity"] as const),
  );
  const value = (name: keyof typeof n) => get(n[name]);
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

function partitionFunction(): WasmFunction {
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

function gatherFunction(): WasmFunction {
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

function codeFunction(): WasmFunction {
  const n = locals("values", "to", "edges", "codes", "stride", "value", "at");
  const steps = [128, 64, 32, 16, 8, 4, 2, 1].map((half) =>
    set(
      n.at,
      choose(i32.add(get(n.at), int(8 * half)), get(n.at), f64.lt(f64.load(get(n.at), 8 * (half - 1)), get(n.value))),
    ),
  );
  return {
    name: "code",
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [F64, I32],
    body: loop(
      set(n.value, f64.load(get(n.values))),
      set(n.at, get(n.edges)),
      ...steps,
      i32.store8(
        get(n.codes),
        choose(i32.shr(i32.sub(get(n.at), get(n.edges)), int(3)), int(MISSING), f64.eq(get(n.value), get(n.value))),
      ),
      set(n.codes, i32.add(get(n.codes), get(n.stride))),
      branchIf(0, i32.lt(tee(n.values, i32.add(get(n.values), int(8))), get(n.to))),
    ),
  };
}

function pairsFunction(): WasmFunction {
  const n = locals("codes", "stride", "at", "to", "pairs", "bins", "row", "cell", "eight", "pair");
  const updates = Array.from({ length: 8 }, (_, k) => {
    const shifted =
      k === 0 ? i32.shl(i32.wrap(get(n.eight)), int(4)) : i32.wrap(i64.shr(get(n.eight), i64.const(8 * k - 4)));
    return seq(
      set(n.cell, i32.add(get(n.bins), i32.and(shifted, int(0xff0)))),
      f64x2.store(get(n.cell), f64x2.add(f64x2.load(get(n.cell), k * 4096), get(n.pair)), k * 4096),
    );
  });
  return {
    name: "pairs",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I64, V128],
    body: loop(
      set(n.row, i32.shr(i32.load(get(n.at)), int(8))),
      set(n.eight, i64.load(i32.add(get(n.codes), i32.mul(get(n.row), get(n.stride))))),
      set(n.pair, f64x2.load(i32.add(get(n.pairs), i32.shl(get(n.row), int(4))))),
      ...updates,
      branchIf(0, i32.lt(tee(n.at, i32.add(get(n.at), int(4))), get(n.to))),
    ),
  };
}

function subtractFunction(): WasmFunction {
  const n = locals("a", "end", "b");
  return {
    name: "subtract",
    parameters: [I32, I32, I32],
    results: [],
    locals: [],
    body: loop(
      f64x2.store(get(n.a), f64x2.sub(f64x2.load(get(n.a)), f64x2.load(get(n.b)))),
      set(n.b, i32.add(get(n.b), int(16))),
      branchIf(0, i32.lt(tee(n.a, i32.add(get(n.a), int(16))), get(n.end))),
    ),
  };
}

/** s z + t o at the quadrature node that `node` points to. */
const linear = (node: Code, z: Code, o: Code): Code =>
  f64x2.add(f64x2.mul(f64x2.load(node), z), f64x2.mul(f64x2.load(node, 16), o));

function descendFunction(): WasmFunction {
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

function ascendFunction(): WasmFunction {
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

function walkFunction(): WasmFunction {
  const n = locals(
    ...(["codes", "stride", "rows", "nodes", "values", "sums"] as const),
    ...(["a", "b", "c", "d", "ra", "rb", "rc", "rd", "left", "moved"] as const),
    "node",
  );
  const lanes = [
    [n.a, n.ra],
    [n.b, n.rb],
    [n.c, n.rc],
    [n.d, n.rd],
  ] as const;
  const step = ([lane, row]: readonly [number, number]) => {
    const word = i32.wrap(i64.shr(get(n.node), i64.const(32)));
    // (code + m) mod 256 > split + m, m = 1 where a missing value, 255, goes left
    const code = i32.and(
      i32.add(i32.load8(i32.add(get(row), i32.and(word, int(0xffff)))), i32.shr(word, int(25))),
      int(255),
    );
    const right = i32.gt(code, i32.and(i32.shr(word, int(16)), int(0x1ff)));
    return seq(
      set(n.node, i64.load(i32.add(get(n.nodes), i32.shl(get(lane), int(3))))),
      set(n.left, i32.add(i32.wrap(get(n.node)), right)),
      set(n.moved, i32.or(get(n.moved), i32.xor(get(n.left), get(lane)))),
      set(lane, get(n.left)),
    );
  };
  const add = ([lane]: readonly [number, number], k: number) =>
    f64.store(
      get(n.sums),
      f64.add(f64.load(get(n.sums), 8 * k), f64.load(i32.add(get(n.values), i32.shl(get(lane), int(3))))),
      8 * k,
    );
  return {
    name: "walk",
    parameters: [I32, I32, I32, I32, I32, I32],
    results: [],
    locals: [I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I64],
    body: loop(
      ...lanes.map(([lane]) => set(lane, int(0))),
      ...lanes.map(([, row], k) => set(row, i32.add(get(n.codes), i32.mul(get(n.stride), int(k))))),
      loop(set(n.moved, int(0)), ...lanes.map(step), branchIf(0, get(n.moved))),
      ...lanes.map(add),
      set(n.sums, i32.add(get(n.sums), int(32))),
      set(n.codes, i32.add(get(n.codes), i32.mul(get(n.stride), int(4)))),
      branchIf(0, i32.gt(tee(n.rows, i32.sub(get(n.rows), int(4))), int(0))),
    ),
  };
}

let compiled: object | undefined;

function compile(): object {
  const fills = Array.from({ length: GROUP }, (_, k) => fillFunction(k + 1));
  const others = [scanFunction, partitionFunction, gatherFunction, codeFunction, walkFunction];
  const sums = [pairsFunction, subtractFunction, descendFunction, ascendFunction];
  return new wasm.Module(assemble([...fills, ...[...others, ...sums].map((make) => make())]));
}

/** The loops, bound to a memory. */
export function kernelOn(memory: WasmMemory): Kernel {
  compiled ??= compile();
  const { exports } = new wasm.Instance(compiled, { env: { memory } });
  const fill = Array.from({ length: GROUP }, (_, k) => exports[`fill${k + 1}`]!);
  return { ...(exports as unknown as Kernel), fill };
}
