import { answerTo } from "./answer-request.js";
import { type CellContext, currentCell } from "./cell-context.js";
import { CellTimers } from "./cell-timers.js";
import { Compiler } from "./compiler.js";
import { MENDING } from "./control.js";
import { installDisplay } from "./display-hook.js";
import { type Channel, KernelSockets } from "./kernel-sockets.js";
import { onLateErrors } from "./late-errors.js";
import { mimeBundle } from "./mime-bundle.js";
import { Output } from "./output.js";
import { nextTurn, primordials, sleep } from "./primordials.js";
import { refuseStdin } from "./refuse-stdin.js";
import { InterruptError, type Outcome, Session } from "./session.js";
import { UnfinishedWork } from "./unfinished-work.js";
import type { ConnectionInfo, Message } from "./wire.js";

/** Settings of a kernel, beside its connection. */
export interface KernelOptions {
  /** Bytes of text that one cell may print. */
  outputLimit: number;
  /** Milliseconds to wait at shutdown for what cells have left running; a late error is still an error. */
  drain: number;
  /** Packages that cells will import: the compiler reads their declarations at the start. */
  packages: readonly string[];
}

/** Milliseconds of silence after which no more requests are taken to be on their way. */
const QUIET = 5;

/** Milliseconds that the main thread has to shut down. */
const PATIENCE = 1500;

/** The message loop: one request after another on shell, control requests at any time. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #sockets = new KernelSockets({
    request: (request, channel) => void this.#onRequest(request, channel),
    interrupt: () => this.interrupt(),
  });
  readonly #timers = new CellTimers();
  readonly #unfinished = new UnfinishedWork(this.#timers);
  readonly #output: Output;
  readonly #queue: Message[] = [];
  #code: Session | undefined;
  #received = 0;
  #count = 0;
  #running: CellContext | undefined;
  #last: CellContext | undefined;
  #isPumping = false;
  #isClosing = false;
  #clearBeforeNext: CellContext | undefined;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#output = new Output({
      publish: (cell, type, content) => this.#publish(cell, type, content),
      fallback: () => this.#running ?? this.#last,
      backlog: () => this.#sockets.backlog,
      drained: () => this.#sockets.drained(),
      limit: options.outputLimit,
    });
  }

  /** Binds the sockets; the ports of the control thread come when it is up. */
  async bind(connection: ConnectionInfo) {
    const bound = await this.#sockets.bind(connection, this.#options.drain + PATIENCE);
    this.#sockets.status("starting", {});
    return bound;
  }

  /** Starts the compiler; requests that came before wait for it. */
  start(): void {
    const session = new Session(new Compiler(this.#options.packages), (isCompiling) =>
      this.#sockets.running.compiling(isCompiling),
    );
    this.#code = session;
    this.#output.capture();
    refuseStdin();
    installDisplay(
      {
        cell: () => this.#cellOfCode(),
        publish: (cell, type, content) => this.#publishInOrder(cell, type, content),
        clearLater: (cell) => {
          this.#output.flush();
          this.#clearBeforeNext = cell;
        },
      },
      session,
    );
    process.on("SIGINT", () => this.interrupt());
    onLateErrors((error) => this.#onLateError(error));
    void this.#pump();
  }

  /** Ends the cell that runs, and the timers that it has started. */
  interrupt(): void {
    const cell = this.#running;
    if (!cell) return;
    this.#sockets.running.stopped();
    this.#sockets.revive();
    this.#timers.clear(cell);
    cell.failure ??= { error: new InterruptError() };
    cell.stop?.();
  }

  /** A cell has called process.exit: what it printed before still goes out. */
  exit(): void {
    this.#output.flush();
    this.#sockets.closeNow();
  }

  get #session(): Session {
    if (!this.#code) throw new Error("the kernel's compiler has not started");
    return this.#code;
  }

  #cellOfCode(): CellContext | undefined {
    return currentCell.getStore() ?? this.#running ?? this.#last;
  }

  #publish(cell: CellContext, type: string, content: unknown): void {
    if (cell.silent && type !== "error") return;
    if (this.#clearBeforeNext) {
      const cleared = this.#clearBeforeNext;
      this.#clearBeforeNext = undefined;
      this.#sockets.publish("clear_output", { wait: true }, cleared.parent);
    }
    this.#sockets.publish(type, content, cell.parent);
  }

  /** After what was printed before. */
  #publishInOrder(cell: CellContext, type: string, content: unknown): void {
    this.#output.flush();
    this.#publish(cell, type, content);
  }

  async #onRequest(request: Message, channel: Channel): Promise<void> {
    if (channel === "control") {
      this.#sockets.status("busy", request.header);
      await this.#answer(request, channel);
      this.#sockets.status("idle", request.header);
      if (request.header.msg_type === "shutdown_request") await this.#shutdown();
      return;
    }
    this.#received++;
    this.#queue.push(request);
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping || !this.#code) return;
    this.#isPumping = true;
    try {
      for (let request = this.#queue.shift(); request && !this.#isClosing; request = this.#queue.shift()) {
        this.#sockets.status("busy", request.header);
        if (request.header.msg_type === "execute_request") await this.#execute(request);
        else await this.#answer(request, "shell");
        this.#output.flush();
        this.#sockets.status("idle", request.header);
        await this.#sockets.drained();
        if (request.header.msg_type === "shutdown_request") await this.#shutdown();
      }
    } catch (error) {
      // a cell has broken what the kernel stands on: a client that waits must not wait for ever
      process.stderr.write(`kernel: ${(error as Error)?.stack ?? error}\n`);
      primordials.exit(70);
    }
    this.#isPumping = false;
  }

  /** Requests other than for execution; they mean the same on shell and on control. */
  async #answer(request: Message, channel: Channel): Promise<void> {
    const { header, content } = request;
    if (header.msg_type === "shutdown_request") {
      const left = await this.#drain();
      this.#sockets.reply(request, channel, { status: "ok", restart: Boolean(content.restart), left });
      return;
    }
    // widgets are not supported: closing at once shows that to the front end
    if (header.msg_type === "comm_open") {
      this.#sockets.publish("comm_close", { comm_id: content.comm_id, data: {} }, header);
      return;
    }
    const answer = answerTo(request, this.#session);
    if (answer) this.#sockets.reply(request, channel, answer);
  }

  async #execute(request: Message): Promise<void> {
    const { header, content } = request;
    const code = String(content.code ?? "");
    const silent = content.silent === true;
    if (!silent && content.store_history !== false) this.#count++;
    const cell: CellContext = {
      parent: header,
      count: this.#count,
      silent,
      finished: false,
      pending: new Set(),
      written: 0,
      cut: { bytes: 0, lines: 0 },
    };
    this.#publish(cell, "execute_input", { code, execution_count: cell.count });
    const outcome = await this.#run(cell, code);
    this.#output.reportCut(cell);
    cell.finished = true;
    const reply = { execution_count: cell.count, user_expressions: {}, payload: [] };
    if (outcome.status === "ok") {
      this.#sockets.reply(request, "shell", { status: "ok", ...reply });
      return;
    }
    this.#publish(cell, "error", outcome.error);
    const aborted = content.stop_on_error === false ? [] : await this.#takeQueued();
    this.#sockets.reply(request, "shell", { status: "error", ...outcome.error, ...reply });
    for (const unwanted of aborted) this.#abort(unwanted);
  }

  async #run(cell: CellContext, code: string): Promise<Outcome> {
    const session = this.#session;
    this.#running = cell;
    this.#sockets.running.begin();
    try {
      // a termination empties the queue of microtasks: nothing of ours is to be in it when the cell begins
      await sleep(0);
      const outcome = await session.run(cell, code);
      if (outcome.status === "error" || outcome.value === undefined || outcome.value === null) return outcome;
      const shown = await session.await(cell, () => mimeBundle(outcome.value));
      if (shown.status === "error") return shown;
      const bundle = shown.value as object;
      this.#publishInOrder(cell, "execute_result", { ...bundle, execution_count: cell.count });
      return outcome;
    } catch (error) {
      // a value of which no message can be made: circular, or larger than a text may be
      return { status: "error", error: session.describe(error) };
    } finally {
      this.#running = undefined;
      this.#sockets.running.end();
      this.#last = cell;
      this.#output.flush();
    }
  }

  /**
   * Takes the cells that were already on their way when one failed.
   *
   * It happens before the failure is answered: a client that waits for the answer and continues is never aborted.
   */
  async #takeQueued(): Promise<Message[]> {
    for (let before = -1; before !== this.#received; ) {
      before = this.#received;
      await sleep(QUIET);
    }
    const isCell = ({ header }: Message) => header.msg_type === "execute_request";
    const queued = this.#queue.splice(0);
    this.#queue.push(...queued.filter((request) => !isCell(request)));
    return queued.filter(isCell);
  }

  #abort(request: Message): void {
    this.#sockets.status("busy", request.header);
    // without a count: a cell that did not run has no number
    const reply = { status: "aborted", ename: "Aborted", evalue: "an earlier cell failed", traceback: [] };
    this.#sockets.reply(request, "shell", reply);
    this.#sockets.status("idle", request.header);
  }

  #onLateError(error: unknown): void {
    if (error === MENDING) return;
    const cell = this.#cellOfCode();
    if (!cell) {
      process.stderr.write(`kernel: ${error instanceof Error ? error.stack : error}\n`);
      return;
    }
    if (cell.finished) {
      this.#publishInOrder(cell, "error", this.#session.describe(error));
      return;
    }
    cell.failure ??= { error };
    cell.stop?.();
  }

  /** Waits for what cells have left running, as an error of it is still an error; gives what was not over in time. */
  async #drain(): Promise<string[]> {
    if (this.#options.drain === 0) return [];
    const end = primordials.now() + this.#options.drain;
    while (primordials.now() < end && this.#unfinished.list().length > 0) await sleep(10);
    await nextTurn();
    this.#output.flush();
    return this.#unfinished.list();
  }

  async #shutdown(): Promise<void> {
    this.#isClosing = true;
    this.#output.flush();
    await this.#sockets.close();
    // a cell may have left timers, servers and sockets; they do not keep the kernel
    primordials.setTimeout(() => primordials.exit(0), 20);
  }
}
