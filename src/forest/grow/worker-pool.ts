import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** Workers that wait for work; they do not keep the process alive. */
const idle: Worker[] = [];

/** Number of threads that are used when none is asked for. */
export function defaultThreads(): number {
  return availableParallelism();
}

/** Whether a worker waits, so that work on threads costs no start. */
export function hasIdleWorker(): boolean {
  return idle.length > 0;
}

/** The built worker; run from the sources (as tests are), it is the one in dist/. */
function workerUrl(): URL {
  const fromSource = import.meta.url.endsWith(".ts");
  return new URL(fromSource ? "../../../dist/forest/grow/forest-worker.js" : "./forest-worker.js", import.meta.url);
}

/** Gives workers, fresh ones starting in the background; fewer than asked for, or none, where they are not to be had. */
export function takeWorkers(count: number): Worker[] {
  const taken = idle.splice(0, count);
  try {
    // no flags of this process (--input-type, --cpu-prof …) and none of its standard input
    while (taken.length < count) taken.push(new Worker(workerUrl(), { execArgv: [], stdin: false }));
  } catch {
    // no worker can be started here: what there is has to do
  }
  return taken;
}

/** Takes a worker back when its work is done. */
export function giveWorker(worker: Worker): void {
  // by name: without one, Node's own listeners of a worker go too, and it is deaf from then on
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
  // an idle worker that dies is not missed
  worker.on("error", () => forget(worker));
  worker.on("exit", () => forget(worker));
  worker.unref();
  idle.push(worker);
}

function forget(worker: Worker): void {
  const at = idle.indexOf(worker);
  if (at >= 0) idle.splice(at, 1);
}
