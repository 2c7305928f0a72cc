import type { BoostBins } from "../loops/boost-bins.js";
import type { WasmMemory } from "../loops/wasm-assembler.js";
import type { WasmLoops } from "../loops/wasm-loops.js";

/** Where boosted trees are grown; addresses are in bytes. */
export interface BoostSpace {
  loops: WasmLoops;
  memory: WasmMemory;
  codesAt: number;
  stride: number;
  entriesAt: number;
  spareAt: number;
  sideAt: number;
  /** Gradient and coded hessian of each row of the matrix. */
  pairsAt: number;
  /** Bins of as many nodes as `slots`: one more than there can be leaves. */
  binsAt: number;
  layout: BoostBins;
  slots: number;
  /** What a search needs beside the bins: `searchBytes` of the columns. */
  searchAt: number;
  /** What the log loss of two classes needs: `logisticBytes`. */
  lossAt: number;
}
