/** One report of long work: how far it is, and of what. */
export interface Progress {
  /** What is being done, as a person reads it: "load rows". */
  task: string;
  /** Units done so far. */
  done: number;
  /** Units in all, when that is known. */
  total?: number;
  /** Name of the unit: "rows", "trees", "bytes". */
  unit?: string;
}

/** Receives reports of progress; a stage calls it now and then, never more than some dozens of times a second. */
export type OnProgress = (progress: Progress) => void;

/** What every stage takes beside its options. */
export interface StageContext {
  onProgress?: OnProgress;
  signal?: AbortSignal;
}
