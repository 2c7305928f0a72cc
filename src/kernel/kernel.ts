import { randomUUID } from "node:crypto";
import * as zmq from "zeromq";
import { type CellContext, currentCell } from "./cell-context.js";
import { CellTimers } from "./cell-timers.js";
import { completeReply, inspectReply, isCompleteReply, kernelInfo } from "./code-replies.js";
import { createCompiler } from "./compiler.js";
import { Control, MENDING } from "./control.js";
import { KERNEL_HOOK, type KernelHook } from "./display.js";
import { mimeBundle } from "./mime-bundle.js";
import { Output } from "./output.js";
import { refuseStdin } from "./refuse-stdin.js";
import { SendQueue } from "./send-queue.js";
import { InterruptError, type Outcome, Session } from "./session.js";
import { type ConnectionInfo, decode, encode, type Header, type Message, message } from "./wire.js";

/** Settings of a kernel, beside its connection. */
export interface KernelOptions {
  /** Bytes of text that one cell may print. */
  outputLimit: number;
  /** Milliseconds to wait at shutdown for timers that cells have left; a late error is still an error. */
  drain: number;
  /** Keep the documentation of built-in functions, for people who ask. */
  docs: boolean;
}

/** Milliseconds of silence after which no more requests are taken to be on their way. */
const QUIET = 5;

/** Work of Node's that ends by itself: files, names of hosts, connections. */
const ONE_SHOT = /Req/;

/** Milliseconds that the main thread has to shut down. */
const PATIENCE = 1500;

/** Where messages go out. */
interface Outgoing {
  push(frames: Buffer[]): void;
}

type Reply = (content: object) => void;

/** The message loop: one request after another on shell, control requests at any time, every send awaited. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #session = randomUUID();
  readonly #shell = new zmq.Router({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  readonly #stdin = new zmq.Router({ linger: 0 });
  // the publisher hears of subscriptions, so that it can greet; without a high-water mark it never drops a message
  readonly #iopub = new zmq.XPublisher({ linger: 1000, sendHighWaterMark: 0 });
  readonly #shellOut = new SendQueue(this.#shell);
  readonly #iopubOut = new SendQueue(this.#iopub);
  readonly #timers = new CellTimers();
  readonly #output: Output;
  readonly #queue: Message[] = [];
  #control: Control | undefined;
  #key = "";
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
      backlog: () => this.#iopubOut.bytes,
      drained: () => this.#iopubOut.drained(),
      limit: options.outputLimit,
    });
  }

  /** Binds the sockets; ports that are 0 are chosen. The thread for the control socket starts beside. */
  async bind(connection: ConnectionInfo): Promise<ConnectionInfo & { control: Control["bound"] }> {
    this.#key = connection.key;
    const bound = { ...connection };
    const bind = async (socket: zmq.Socket & { bind(address: string): Promise<void> }, port: keyof ConnectionInfo) => {
      const given = connection[port] as number;
      const separator = connection.transport === "ipc" ? "-" : ":";
      await socket.bind(`${connection.transport}://${connection.ip}${separator}${given === 0 ? "*" : given}`);
      if (given === 0) (bound[port] as number) = Number(/(\d+)$/.exec(socket.lastEndpoint ?? "")?.[1]);
    };
    this.#control = new Control(
      connection,
      { session: this.#session, patience: this.#options.drain + PATIENCE },
      { request: (frames) => void this.#onControl(frames), interrupt: () => this.interrupt() },
    );
    await bind(this.#iopub, "iopub_port");
    await bind(this.#stdin, "stdin_port");
    await bind(this.#shell, "shell_port");
    this.#listen(this.#iopub, async ([frame]) => this.#welcome(frame as Buffer));
    this.#listen(this.#shell, async (frames) => this.#onShell(frames));
    this.#status("starting", {});
    return { ...bound, control: this.#control.bound };
  }

  /** Starts the compiler; requests that came before wait for it. */
  start(): void {
    this.#code = new Session(createCompiler({ docs: this.#options.docs }));
    this.#output.capture();
    refuseStdin();
    this.#installHook();
    process.on("SIGINT", () => this.interrupt());
    process.on("unhandledRejection", (error) => this.#onLateError(error));
    process.on("uncaughtException", (error) => this.#onLateError(error));
    void this.#pump();
  }

  /** Ends the cell that runs, and the timers that it has started. */
  interrupt(): void {
    const cell = this.#running;
    if (!cell) return;
    this.#control?.stopped();
    this.#iopubOut.revive();
    this.#shellOut.revive();
    this.#timers.clear(cell);
    cell.failure ??= { error: new InterruptError() };
    cell.stop?.();
  }

  async #listen(socket: AsyncIterable<Buffer[]>, handle: (frames: Buffer[]) => Promise<void>): Promise<void> {
    try {
      for await (const frames of socket) {
        try {
          await handle(frames);
        } catch (error) {
          // a message that cannot be read is nobody's request: there is no one to answer
          process.stderr.write(`kernel: ${(error as Error).message}\n`);
        }
      }
    } catch (error) {
      if (!this.#isClosing) throw error;
    }
  }

  /** Greets a new subscriber (protocol 5.4), who then knows that it misses nothing from here on. */
  #welcome(frame: Buffer): void {
    if (frame[0] !== 1) return;
    const subscription = frame.subarray(1).toString();
    this.#send(this.#iopubOut, "iopub_welcome", { subscription }, {}, [frame.subarray(1)]);
  }

  #send(out: Outgoing, type: string, content: unknown, parent: Partial<Header>, idents: Buffer[]): void {
    out.push(encode(this.#key, message(type, content, { session: this.#session, parent, idents })));
  }

  #status(state: "starting" | "busy" | "idle", parent: Partial<Header>): void {
    this.#send(this.#iopubOut, "status", { execution_state: state }, parent, [Buffer.from("status")]);
  }

  #publish(cell: CellContext, type: string, content: unknown): void {
    if (cell.silent && type !== "error") return;
    if (this.#clearBeforeNext) {
      const cleared = this.#clearBeforeNext;
      this.#clearBeforeNext = undefined;
      this.#send(this.#iopubOut, "clear_output", { wait: true }, cleared.parent, [Buffer.from("clear_output")]);
    }
    this.#send(this.#iopubOut, type, content, cell.parent, [Buffer.from(type)]);
  }

  async #onControl(frames: Buffer[]): Promise<void> {
    const request = decode(this.#key, frames);
    this.#status("busy", request.header);
    await this.#answer(request, this.#control as Control);
    this.#status("idle", request.header);
    if (request.header.msg_type === "shutdown_request") await this.#shutdown();
  }

  #onShell(frames: Buffer[]): void {
    this.#received++;
    this.#queue.push(decode(this.#key, frames));
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping || !this.#code) return;
    this.#isPumping = true;
    for (let request = this.#queue.shift(); request && !this.#isClosing; request = this.#queue.shift()) {
      this.#status("busy", request.header);
      try {
        if (request.header.msg_type === "execute_request") await this.#execute(request);
        else await this.#answer(request, this.#shellOut);
      } finally {
        this.#output.flush();
        this.#status("idle", request.header);
        await this.#iopubOut.drained();
      }
      if (request.header.msg_type === "shutdown_request") await this.#shutdown();
    }
    this.#isPumping = false;
  }

  /** Requests other than for execution; they mean the same on shell and on control. */
  async #answer(request: Message, out: Outgoing): Promise<void> {
    const { header, content, idents } = request;
    const type = header.msg_type.replace(/_request$/, "_reply");
    const reply: Reply = (answer) => this.#send(out, type, answer, header, idents);
    const code = this.#code;
    try {
      switch (header.msg_type) {
        case "kernel_info_request":
          return reply(kernelInfo());
        case "complete_request":
          return reply(completeReply(code as Session, content));
        case "inspect_request":
          return reply(inspectReply(code as Session, content));
        case "is_complete_request":
          return reply(isCompleteReply(code as Session, content));
        case "comm_info_request":
          return reply({ status: "ok", comms: {} });
        case "history_request":
          return reply({ status: "ok", history: [] });
        case "connect_request":
          return reply({ status: "ok" });
        case "comm_open":
          // widgets are not supported: closing at once tells the front end so
          return this.#send(this.#iopubOut, "comm_close", { comm_id: content.comm_id, data: {} }, header, [
            Buffer.from("comm_close"),
          ]);
        case "shutdown_request":
          await this.#drain();
          return reply({ status: "ok", restart: Boolean(content.restart) });
      }
    } catch (error) {
      reply({ status: "error", ename: "KernelError", evalue: (error as Error).message, traceback: [] });
    }
  }

  async #execute(request: Message): Promise<void> {
    const { header, content, idents } = request;
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
    const reply: Reply = (answer) => this.#send(this.#shellOut, "execute_reply", answer, header, idents);
    this.#publish(cell, "execute_input", { code, execution_count: cell.count });
    this.#running = cell;
    this.#control?.begin();
    let outcome: Outcome;
    try {
      // a termination empties the queue of microtasks: nothing of ours is to be in it when the cell begins
      await new Promise((resolve) => setTimeout(resolve, 0));
      outcome = await (this.#code as Session).run(cell, code);
      if (outcome.status === "ok") outcome = await this.#showValue(cell, outcome.value);
    } finally {
      this.#running = undefined;
      this.#control?.end();
      this.#last = cell;
      this.#output.flush();
    }
    this.#output.reportCut(cell);
    cell.finished = true;
    if (outcome.status === "ok") {
      reply({ status: "ok", execution_count: cell.count, user_expressions: {}, payload: [] });
      return;
    }
    this.#publish(cell, "error", outcome.error);
    const aborted = content.stop_on_error === false ? [] : await this.#takeQueued();
    reply({ status: "error", execution_count: cell.count, ...outcome.error, user_expressions: {}, payload: [] });
    for (const unwanted of aborted) this.#abort(unwanted);
  }

  async #showValue(cell: CellContext, value: unknown): Promise<Outcome> {
    if (value === undefined || value === null) return { status: "ok", value };
    try {
      const ready = await currentCell.run(cell, () => mimeBundle(value));
      this.#output.flush();
      this.#publish(cell, "execute_result", { ...ready, execution_count: cell.count });
      return { status: "ok", value };
    } catch (error) {
      return { status: "error", error: (this.#code as Session).describe(error) };
    }
  }

  /**
   * Takes the cells that were already on their way when one failed.
   *
   * It happens before the failure is answered: a client that waits for the answer and goes on is never aborted.
   */
  async #takeQueued(): Promise<Message[]> {
    for (let before = -1; before !== this.#received; ) {
      before = this.#received;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
    }
    const isCell = ({ header }: Message) => header.msg_type === "execute_request";
    const queued = this.#queue.splice(0);
    this.#queue.push(...queued.filter((request) => !isCell(request)));
    return queued.filter(isCell);
  }

  #abort({ header, idents }: Message): void {
    const aborted = { ename: "Aborted", evalue: "an earlier cell failed", traceback: [] };
    this.#status("busy", header);
    // without a count: a cell that did not run has no number
    const reply = { status: "aborted", ...aborted };
    this.#send(this.#shellOut, "execute_reply", reply, header, idents);
    this.#status("idle", header);
  }

  #onLateError(error: unknown): void {
    if (error === MENDING) return;
    const cell = currentCell.getStore() ?? this.#running ?? this.#last;
    if (!cell) {
      process.stderr.write(`kernel: ${error instanceof Error ? error.stack : error}\n`);
      return;
    }
    if (cell.finished) {
      this.#output.flush();
      this.#publish(cell, "error", (this.#code as Session).describe(error));
      return;
    }
    cell.failure ??= { error };
    cell.stop?.();
  }

  #installHook(): void {
    const cellOf = () => currentCell.getStore() ?? this.#running ?? this.#last;
    const hook: KernelHook = {
      display: (ready, { id, update }) => {
        const cell = cellOf();
        if (!cell) return;
        this.#output.flush();
        const transient = id ? { display_id: id } : {};
        this.#publish(cell, update ? "update_display_data" : "display_data", { ...ready, transient });
      },
      clear: (wait) => {
        const cell = cellOf();
        if (!cell) return;
        this.#output.flush();
        if (wait) this.#clearBeforeNext = cell;
        else this.#publish(cell, "clear_output", { wait: false });
      },
      hold: (work) => {
        const cell = currentCell.getStore();
        if (!cell || cell.finished) return;
        cell.pending.add(work);
        const release = () => cell.pending.delete(work);
        work.then(release, release);
      },
    };
    (globalThis as Record<symbol, unknown>)[KERNEL_HOOK] = hook;
    // tslab's own `display` ends here too
    (this.#code as Session).onTslabDisplay(({ data, metadata, transient }, update) =>
      hook.display({ data, metadata }, { id: transient?.display_id, update }),
    );
  }

  /** Waits for timers and requests that cells have left; an error of theirs is still an error. */
  async #drain(): Promise<void> {
    const end = performance.now() + this.#options.drain;
    const isBusy = () =>
      this.#timers.pending() > 0 || process.getActiveResourcesInfo().some((name) => ONE_SHOT.test(name));
    while (performance.now() < end && isBusy()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (this.#options.drain > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#output.flush();
  }

  /** A cell has called process.exit: what it printed before still goes out. */
  exit(): void {
    this.#output.flush();
    if (!this.#isClosing) this.#control?.closeNow();
  }

  async #shutdown(): Promise<void> {
    this.#isClosing = true;
    this.#output.flush();
    await Promise.all([this.#shellOut.drained(), this.#iopubOut.drained(), this.#control?.close()]);
    for (const socket of [this.#shell, this.#stdin, this.#iopub]) socket.close();
    // a cell may have left timers, servers and sockets; they do not keep the kernel
    setTimeout(() => process.exit(0), 20);
  }
}
