import { knownValue } from "../../core/known-value.js";
import { fitBoosting } from "../../forest/boosting/fit-boosting.js";
import { free } from "../../forest/loops/binned-heap.js";
import type { BinnedMatrix } from "../../forest/loops/binned-matrix.js";
import { SharedHeap } from "../../forest/loops/shared-heap.js";
import { bin } from "../../forest/matrix/bin.js";
import { rocAuc, rocAucError } from "../../statistics/roc-auc.js";
import type { ChunkQueue, RawMeasure } from "../calculators/calculator.js";
import type { Chunk } from "../chunks/chunk.js";
import { type Column, gather, isCategory } from "../chunks/column.js";
import type { DomainClassifierState } from "./domain-classifier-state.js";

// the error of the area is that of the smaller group: more reference rows than this for each of a chunk add little
const ROWS_FOR_EACH = 3;

/** The area under ROC of each chunk that no other thread takes, by its number. */
export async function measureDomain(queue: ChunkQueue<DomainClassifierState>): Promise<[number, RawMeasure][]> {
  const { chunks, next } = queue;
  const raw: [number, RawMeasure][] = [];
  const heap = new SharedHeap(0);
  for (let i = Atomics.add(next, 0, 1); i < chunks.length; i = Atomics.add(next, 0, 1)) {
    raw.push([i, await measureChunk(queue, chunks[i], heap)]);
  }
  return raw;
}

async function measureChunk(
  { state, columns, period }: ChunkQueue<DomainClassifierState>,
  { from, to }: Chunk,
  heap: SharedHeap,
): Promise<RawMeasure> {
  const n = to - from;
  const others = period === "reference" ? rowsOutside(state.places, from, to) : rowsOutside(state.places, 0, 0);
  if (n < state.folds || others.length < state.folds) {
    const reason =
      n === 0
        ? "no rows"
        : others.length === 0
          ? "the chunk is the whole reference"
          : `too few rows to cross-validate, n=${n}`;
    return { value: Number.NaN, n, reason };
  }
  const negatives = state.compat ? others : spread(others, Math.max(2000, ROWS_FOR_EACH * n));
  const x = {
    names: state.columns.map(({ name }) => name),
    columns: state.columns.map(({ values }, c) => stacked(values, negatives, columns[c], from, to)),
  };
  const y = new Float64Array(negatives.length + n).fill(1, negatives.length);
  const binned = bin(x, state.trees.maxBins, heap);
  const scores = await crossValidated(binned, y, negatives.length, state);
  free(binned);
  const value = rocAuc(y, scores) ?? Number.NaN;
  return { value, n, samplingError: rocAucError(value, n, negatives.length) ?? Number.NaN };
}

/** The rows that were kept of a reference without those from one place to another. */
function rowsOutside(places: Uint32Array, from: number, to: number): Uint32Array {
  const rows = new Uint32Array(places.length);
  let size = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (place < from || place >= to) rows[size++] = i;
  }
  return rows.subarray(0, size);
}

/** As many of the rows, spread evenly; all where they are fewer. */
function spread(rows: Uint32Array, wanted: number): Uint32Array {
  if (rows.length <= wanted) return rows;
  const some = new Uint32Array(wanted);
  for (let i = 0; i < wanted; i++) some[i] = rows[Math.floor((i * rows.length) / wanted)];
  return some;
}

/** The score of each row by trees that were grown on the other folds; the first rows are the negatives. */
async function crossValidated(
  binned: BinnedMatrix,
  y: Float64Array,
  negatives: number,
  { trees, folds, seed }: DomainClassifierState,
): Promise<Float64Array> {
  const scores = new Float64Array(y.length);
  const foldOf = new Uint32Array(y.length);
  toFolds(foldOf.subarray(0, negatives), folds);
  toFolds(foldOf.subarray(negatives), folds);
  for (let fold = 0; fold < folds; fold++) {
    const { train, test } = parted(foldOf, fold);
    const model = await fitBoosting({ binned, rows: train }, y, {
      ...trees,
      l2: 0,
      maxFeatures: null,
      earlyStopping: false,
      seed,
    });
    const found = model.predict({ binned, rows: test });
    for (let i = 0; i < test.length; i++) scores[test[i]] = found[i];
  }
  return scores;
}

/** Writes the folds of scikit-learn's StratifiedKFold without shuffling: runs of a class, the earlier ones one row longer. */
function toFolds(foldOf: Uint32Array, folds: number): void {
  const size = Math.floor(foldOf.length / folds);
  const longer = foldOf.length % folds;
  for (let fold = 0; fold < folds; fold++) foldOf.fill(fold, fold * size + Math.min(fold, longer));
}

function parted(foldOf: Uint32Array, fold: number): { train: Int32Array; test: Int32Array } {
  const train = new Int32Array(foldOf.length);
  const test = new Int32Array(foldOf.length);
  let [trains, tests] = [0, 0];
  for (let row = 0; row < foldOf.length; row++) {
    if (foldOf[row] === fold) test[tests++] = row;
    else train[trains++] = row;
  }
  return { train: train.subarray(0, trains), test: test.subarray(0, tests) };
}

/** Some rows of a reference column, then the rows of a chunk; categories share one list of levels, sorted. */
function stacked(reference: Column, rows: Uint32Array, chunk: Column, from: number, to: number): Column {
  if (!isCategory(reference)) {
    if (isCategory(chunk)) throw otherType();
    const values = new Float64Array(rows.length + to - from);
    values.set(gather(reference, rows));
    values.set(chunk.subarray(from, to), rows.length);
    return values;
  }
  if (!isCategory(chunk)) throw otherType();
  const levels = [...new Set([...reference.levels, ...chunk.levels])].sort();
  const place = new Map(levels.map((level, i) => [level, i]));
  const [own, theirs] = [reference, chunk].map((each) => each.levels.map((level) => knownValue(place, level)));
  const codes = new Int32Array(rows.length + to - from);
  rows.forEach((row, i) => {
    codes[i] = own[reference.codes[row]] ?? -1;
  });
  for (let i = from; i < to; i++) codes[rows.length + i - from] = theirs[chunk.codes[i]] ?? -1;
  return { codes, levels };
}

const otherType = (): Error => new Error("the column of the analysis was not checked: it has another type");
