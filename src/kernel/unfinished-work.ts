import { Worker } from "node:worker_threads";
import type { CellTimers } from "./cell-timers.js";

/** What keeps a Node process alive and ends by itself, by the names that Node gives it, in words for people. */
const ENDS: [name: RegExp, word: string][] = [
  [/Req/, "a request"],
  [/^ProcessWrap$/, "a child process"],
  [/^(TCPSocket|TLS)Wrap$/, "a connection"],
];

/** Knows what cells have begun and what is not over: timers, threads, child processes, requests. */
export class UnfinishedWork {
  readonly #timers: CellTimers;
  readonly #workers = new Set<Worker>();
  /** Threads that do not keep the program alive, as those of a pool; nobody waits for them. */
  readonly #free = freeWorkers();

  constructor(timers: CellTimers) {
    this.#timers = timers;
    process.on("worker", (worker) => {
      this.#workers.add(worker);
      worker.once("exit", () => this.#workers.delete(worker));
    });
  }

  /** What is still under way, in words; servers and intervals, which never end, are left out. */
  list(): string[] {
    const active = process.getActiveResourcesInfo();
    return [
      ...(this.#timers.pending() > 0 ? ["a timer"] : []),
      ...([...this.#workers].some((worker) => !this.#free.has(worker)) ? ["a worker thread"] : []),
      ...ENDS.filter(([name]) => active.some((resource) => name.test(resource))).map(([, word]) => word),
    ];
  }
}

/** Workers that do not keep the program alive, by `unref`; Node does not say which these are. */
function freeWorkers(): WeakSet<Worker> {
  const free = new WeakSet<Worker>();
  const { ref, unref } = Worker.prototype;
  Worker.prototype.ref = function (this: Worker) {
    free.delete(this);
    ref.call(this);
  };
  Worker.prototype.unref = function (this: Worker) {
    free.add(this);
    unref.call(this);
  };
  return free;
}
