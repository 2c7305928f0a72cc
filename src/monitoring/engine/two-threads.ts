import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChurnError, type ErrorCode } from "../../core/errors.js";
import type { RawMeasure } from "../calculators/calculator.js";
import { toMeasureWith } from "../calculators/fit-calculator.js";
import type { PartName } from "../calculators/measure.js";
import { LARGE } from "../chunks/large-arrays.js";
import { type PartAnswer, type PartWork, partAnswer } from "./calculator-job.js";
import { type DomainWork, measureDomain } from "./measure-domain.js";

/** What looks at one column after the other goes to the second thread; what shares the sorted scores stays together. */
const BY_COLUMN: readonly PartName[] = [
  ...(["univariate", "missing", "unseen", "range", "stats_avg", "stats_sum", "stats_std"] as const),
  ...(["stats_median", "stats_count"] as const),
];

let idle: Worker | undefined;

/**
 * Does the work on two threads where the table is large and there is work for both, else on this one.
 *
 * @param split gives the work with only some of its parts, or null when none is left
 */
export async function onTwoThreads(
  rows: number,
  split: (keep: (name: PartName) => boolean) => PartWork | null,
): Promise<PartAnswer[]> {
  const columns = split((name) => BY_COLUMN.includes(name));
  const others = split((name) => !BY_COLUMN.includes(name));
  const worker = rows >= LARGE && columns && others && availableParallelism() > 1 ? takeWorker() : undefined;
  if (!worker || !columns) return [others, columns].flatMap((work) => (work ? [partAnswer(work)] : []));
  const there = answerOf<PartAnswer>(worker, toSend(columns));
  // a fault over there is told when its answer is awaited, not before
  there.catch(() => {});
  const here = partAnswer(others as PartWork);
  return [here, await there];
}

// so many rows, counted once for each chunk that they train for, take longer than a thread takes to start
const MANY_ROWS = 10_000;

/** Tells chunks from the reference, on two threads where there is enough to do. */
export async function domainOnTwoThreads(given: Omit<DomainWork, "kind" | "next">): Promise<RawMeasure[]> {
  const { chunks, state } = given;
  const next = new Int32Array(new SharedArrayBuffer(4));
  const work: DomainWork = { kind: "domain_classifier", ...given, next };
  const many = chunks.length > 1 && chunks.length * state.places.length >= MANY_ROWS && availableParallelism() > 1;
  const worker = many ? takeWorker() : undefined;
  const there = worker ? answerOf<[number, RawMeasure][]>(worker, work) : Promise.resolve([]);
  // a fault over there is told when its answer is awaited, not before
  there.catch(() => {});
  const raw = [...(await measureDomain(work)), ...(await there)];
  return raw.sort(([a], [b]) => a - b).map(([, measure]) => measure);
}

/** The work without what the other thread does not need. */
function toSend(work: PartWork): PartWork {
  const table = { ...work.table, shared: new Map() };
  if (work.kind === "fit") return { ...work, table };
  return { ...work, table, parts: work.parts.map(([name, part]) => [name, toMeasureWith(part)]) };
}

/** Starts the second thread, so that it is there when a table of so many rows has been read. */
export function startThread(rows: number): void {
  if (rows >= LARGE && !idle && availableParallelism() > 1) idle = newWorker();
}

function takeWorker(): Worker | undefined {
  const worker = idle;
  idle = undefined;
  return worker ?? newWorker();
}

function newWorker(): Worker | undefined {
  const built = import.meta.url.endsWith(".ts")
    ? "../../../dist/monitoring/engine/calculator-worker.js"
    : "./calculator-worker.js";
  try {
    const worker = new Worker(new URL(built, import.meta.url), { execArgv: [], stdin: false });
    return atRest(worker);
  } catch {
    return undefined;
  }
}

/** A worker that keeps nothing waiting, and is forgotten when it ends. */
function atRest(worker: Worker): Worker {
  worker.on("error", () => {});
  worker.on("exit", () => {
    if (idle === worker) idle = undefined;
  });
  worker.unref();
  return worker;
}

interface Fault {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | null;
}

function answerOf<Answer>(worker: Worker, work: PartWork | DomainWork): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.ref();
    worker.once("message", ({ done, fault }: { done?: Answer; fault?: Fault }) => {
      for (const event of ["error", "exit"]) worker.removeAllListeners(event);
      if (idle) void worker.terminate();
      else idle = atRest(worker);
      if (done) resolve(done);
      else if (fault) reject(faultOf(fault));
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread ended with code ${code}`)));
    worker.postMessage(work);
  });
}

function faultOf({ message, stack, code }: Fault): Error {
  const error = code ? new ChurnError(code, message) : new Error(message);
  if (stack) error.stack = stack;
  return error;
}
