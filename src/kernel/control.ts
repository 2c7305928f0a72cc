import { Worker } from "node:worker_threads";
import { primordials } from "./primordials.js";
import type { ConnectionInfo } from "./wire.js";

/** What the control thread is given. */
export interface ControlData {
  connection: ConnectionInfo;
  session: string;
  /** Number of the request that runs, 0 for none; of the one that was last stopped; 1 once the sockets are closed; 1 while a cell is compiled. */
  state: Int32Array;
  /** Process id of the parent: when it changes, the parent is gone. */
  parent: number;
  /** Milliseconds that the main thread has to end, before it is ended. */
  patience: number;
}

export type FromControl =
  | { request: Uint8Array[] }
  | { interrupt: number }
  | { bound: { control_port: number; hb_port: number } };

export type ToControl = { frames: Uint8Array[] } | { close: true };

/** The main thread's end of the control thread. */
export class Control {
  readonly #worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(16));
  readonly #bound: Promise<{ control_port: number; hb_port: number }>;
  #number = 0;

  constructor(
    connection: ConnectionInfo,
    options: { session: string; patience: number },
    on: { request(frames: Buffer[]): void; interrupt(): void },
  ) {
    const data: ControlData = { connection, state: this.#state, parent: process.ppid, ...options };
    // from source, in tests, the thread is the built one
    const entry = new URL("../../dist/kernel/control-thread.js", import.meta.url);
    this.#worker = new Worker(entry, { workerData: data, stdout: false, stderr: false });
    this.#worker.unref();
    this.#bound = new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.on("message", (said: FromControl) => {
        if ("bound" in said) resolve(said.bound);
        else if ("request" in said) on.request(said.request.map(asBuffer));
        // it may have ended in the meantime
        else if (said.interrupt === this.#state[0]) on.interrupt();
      });
    });
  }

  /** The ports of the control socket and of the heartbeat. */
  get bound(): Promise<{ control_port: number; hb_port: number }> {
    return this.#bound;
  }

  /** Says that a cell runs now. */
  begin(): void {
    Atomics.store(this.#state, 0, ++this.#number);
  }

  /** Says that the cell has heard of its interrupt. */
  stopped(): void {
    Atomics.store(this.#state, 1, this.#number);
  }

  /** Says whether the cell is being compiled; that cannot be stopped, and is waited for. */
  compiling(isCompiling: boolean): void {
    Atomics.store(this.#state, 3, isCompiling ? 1 : 0);
  }

  /** Says that no cell runs. */
  end(): void {
    this.compiling(false);
    Atomics.store(this.#state, 0, 0);
  }

  /** Sends a message on the control socket. */
  push(frames: Buffer[]): void {
    this.#worker.postMessage({ frames } satisfies ToControl);
  }

  /** Closes the sockets while the process exits: zeromq aborts when a thread that has some is ended. */
  closeNow(): void {
    this.#worker.postMessage({ close: true } satisfies ToControl);
    Atomics.wait(this.#state, 2, 0, 500);
  }

  /** Sends what waits, closes the sockets, and waits for the end of the thread: zeromq does not bear that two end at once. */
  async close(): Promise<void> {
    this.#worker.ref();
    const ended = new primordials.Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.postMessage({ close: true } satisfies ToControl);
    await ended;
  }
}

/** Handled as an uncaught exception, which is how Node clears its stack of async ids; it is nobody's error. */
export const MENDING = Symbol.for("churn-workbench.mending");

/** Source for the main thread that does so. */
export const CLEAR_ASYNC_STACK = `process._fatalException(Symbol.for("${MENDING.description}"))`;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
