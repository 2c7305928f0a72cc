import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ChurnError, type ErrorCode } from "../../core/errors.js";
import { LARGE } from "../chunks/large-arrays.js";
import type { JobKind, JobResults, Jobs } from "./jobs.js";

let idle: Worker | undefined;

/** Starts the second thread, so that it is there when a large table has been read. */
export function startThread(rows: number): void {
  if (rows >= LARGE && !idle && availableParallelism() > 1) idle = newThread();
}

/** The second thread, or undefined where the machine has none to give. */
export function takeThread(): Worker | undefined {
  if (availableParallelism() < 2) return undefined;
  const worker = idle;
  idle = undefined;
  return worker ?? newThread();
}

/** Does a job on another thread; a fault there is one here. */
export function askThread<K extends JobKind>(worker: Worker, kind: K, job: Jobs[K]): Promise<JobResults[K]> {
  return new Promise((resolve, reject) => {
    worker.ref();
    worker.once("message", ({ done, fault }: ThreadAnswer<K>) => {
      for (const event of ["error", "exit"]) worker.removeAllListeners(event);
      if (idle) void worker.terminate();
      else idle = atRest(worker);
      if (done) resolve(done);
      else if (fault) reject(toError(fault));
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread ended with code ${code}`)));
    worker.postMessage({ kind, job });
  });
}

/** What a thread sends back. An error loses its class on the way. */
export interface ThreadAnswer<K extends JobKind> {
  readonly done?: JobResults[K];
  readonly fault?: Fault;
}

interface Fault {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | null;
}

function newThread(): Worker | undefined {
  const built = import.meta.url.endsWith(".ts")
    ? "../../../dist/monitoring/engine/calculator-worker.js"
    : "./calculator-worker.js";
  try {
    return atRest(new Worker(new URL(built, import.meta.url), { execArgv: [], stdin: false }));
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

function toError({ message, stack, code }: Fault): Error {
  const error = code ? new ChurnError(code, message) : new Error(message);
  if (stack) error.stack = stack;
  return error;
}
