import { bin } from "../forest/bin.js";
import { fitBoosting } from "../forest/fit-boosting.js";
import type { Chunk } from "./chunk.js";
import { type CategoryColumn, type Column, gather, isCategory } from "./column.js";
import type { DomainClassifierState } from "./domain-classifier-part.js";
import type { RawMeasure } from "./part.js";
import { rocAuc, scoresByClass } from "./ranking-metrics.js";

/** Chunks to tell from the reference: plain data, so that two threads can take one chunk after the other of it. */
export interface DomainWork {
  readonly kind: "domain_classifier";
  readonly state: DomainClassifierState;
  /** The columns of the table that the chunks are of, in the order of the state's. */
  readonly columns: readonly Column[];
  readonly chunks: readonly Chunk[];
  readonly isReference: boolean;
  /** Number of the next chunk to take, in memory that the threads share. */
  readonly next: Int32Array;
}

// the error of the area is that of the smaller group: more reference rows than this for each of a chunk add little
const ROWS_FOR_EACH = 3;

/** The area under ROC of each chunk that no other thread takes, by its number. */
export async function measureDomain(work: DomainWork): Promise<[number, RawMeasure][]> {
  const { state, columns, chunks, isReference, next } = work;
  const raw: [number, RawMeasure][] = [];
  for (let i = Atomics.add(next, 0, 1); i < chunks.length; i = Atomics.add(next, 0, 1)) {
    raw.push([i, await measureChunk(state, columns, chunks[i] as Chunk, isReference)]);
  }
  return raw;
}

async function measureChunk(
  state: DomainClassifierState,
  columns: readonly Column[],
  { from, to }: Chunk,
  isReference: boolean,
): Promise<RawMeasure> {
  const n = to - from;
  const all = state.places.map((_, i) => i);
  const others = isReference ? all.filter((i) => !isWithin(state.places[i] as number, from, to)) : all;
  if (n < state.folds || others.length < state.folds) {
    const reason =
      n === 0
        ? "no rows"
        : others.length === 0
          ? "the chunk is the whole reference"
          : `too few rows to cross-validate, n=${n}`;
    return { value: Number.NaN, n, reason };
  }
  const wanted = state.compat ? others.length : Math.min(others.length, Math.max(2000, ROWS_FOR_EACH * n));
  const negatives = Uint32Array.from(
    { length: wanted },
    (_, i) => others[Math.floor((i * others.length) / wanted)] as number,
  );
  const x = {
    names: state.columns.map(({ name }) => name),
    columns: state.columns.map(({ values }, c) => stacked(values, negatives, columns[c] as Column, from, to)),
  };
  const rows = negatives.length + n;
  const y = new Float64Array(rows).fill(1, negatives.length);
  const binned = bin(x, state.trees.maxBins);
  const scores = new Float64Array(rows);
  const folds = [...foldsOf(negatives.length, state.folds), ...foldsOf(n, state.folds)];
  const numbers = Int32Array.from(folds, (_, row) => row);
  for (let fold = 0; fold < state.folds; fold++) {
    const options = { ...state.trees, earlyStopping: false, seed: state.seed };
    const model = await fitBoosting({ binned, rows: numbers.filter((row) => folds[row] !== fold) }, y, options);
    const test = numbers.filter((row) => folds[row] === fold);
    model.predict({ binned, rows: test }).forEach((score, i) => {
      scores[test[i] as number] = score;
    });
  }
  const value = rocAuc(scoresByClass(scores, y, 0, rows));
  return { value, n, samplingError: hanleyMcNeil(value, n, negatives.length) };
}

const isWithin = (place: number, from: number, to: number): boolean => place >= from && place < to;

/** Fold of each row of a class in scikit-learn's StratifiedKFold without shuffling: runs, the earlier ones one row longer. */
function foldsOf(n: number, folds: number): number[] {
  const size = Math.floor(n / folds);
  const longer = n % folds;
  const inLonger = longer * (size + 1);
  return Array.from({ length: n }, (_, i) =>
    i < inLonger ? Math.floor(i / (size + 1)) : longer + Math.floor((i - inLonger) / size),
  );
}

/** Standard error of an area under ROC (Hanley and McNeil 1982). */
function hanleyMcNeil(auc: number, positives: number, negatives: number): number {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const variance = auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc);
  return Math.sqrt(variance / (positives * negatives));
}

/** Some rows of a reference column, then the rows of a chunk; categories share one list of levels, sorted. */
function stacked(reference: Column, rows: Uint32Array, chunk: Column, from: number, to: number): Column {
  if (!isCategory(reference)) {
    const values = new Float64Array(rows.length + to - from);
    values.set(gather(reference, rows));
    values.set((chunk as Float64Array).subarray(from, to), rows.length);
    return values;
  }
  const other = chunk as CategoryColumn;
  const levels = [...new Set([...reference.levels, ...other.levels])].sort();
  const place = new Map(levels.map((level, i) => [level, i]));
  const [own, theirs] = [reference, other].map((each) => each.levels.map((level) => place.get(level) as number));
  const codes = new Int32Array(rows.length + to - from);
  rows.forEach((row, i) => {
    codes[i] = (own as number[])[reference.codes[row] as number] ?? -1;
  });
  for (let i = from; i < to; i++) codes[rows.length + i - from] = (theirs as number[])[other.codes[i] as number] ?? -1;
  return { codes, levels };
}
