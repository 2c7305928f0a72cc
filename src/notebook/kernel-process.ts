import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ChurnError } from "../core/errors.js";
import { notebooksMissing } from "../kernel/notebooks-missing.js";
import { type Sendable, SendQueue } from "../kernel/send-queue.js";
import { snapshotArgs } from "../kernel/startup-snapshot.js";
import { compilerPath } from "../kernel/tslab.js";
import { type ConnectionInfo, decode, encode, type Message, message } from "../kernel/wire.js";

/** How a kernel's process ended. */
export interface KernelExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines that the process wrote to its own stderr: out of memory, a crash of a native module. */
  stderr: string;
  /** It ended because it was asked to, and said so. */
  isOrderly: boolean;
  /** What cells have left running and was not over in time, in words. */
  left: string[];
}

/** One request for execution, while it runs and after. */
/** What a kernel answers to a request, as far as runs look at it. */
export interface ExecuteReply {
  status?: string;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  /** Of a shutdown: what cells have left running. */
  left?: string[];
}

export interface Execution {
  /** Content of the reply; undefined when the kernel died first. */
  reply: Promise<ExecuteReply>;
  /** Resolves when the kernel says that everything about the request has been sent. */
  idle: Promise<void>;
}

/** The built kernel; it is beside this module in dist/, and the same file serves when this module runs as source. */
const ENTRY = fileURLToPath(new URL("../../dist/kernel/main.js", import.meta.url));

const START_SECONDS = 60;
/** Seconds in which a kernel answers that it will end; it waits some of them for timers that cells have left. */
const SHUTDOWN_SECONDS = 10;

/** Seconds between that answer and the end. */
const END_SECONDS = 3;

const alive = new Set<KernelProcess>();
process.on("exit", () => {
  for (const kernel of alive) kernel.kill();
});

/** What we need of a socket of zeromq, of which the library's types say nothing: it may not be installed. */
type ClientSocket = AsyncIterable<Buffer[]> & { connect(address: string): void; close(): void };

/** Our ends of a kernel's sockets. */
interface ClientSockets {
  shell: ClientSocket & Sendable;
  control: ClientSocket & Sendable;
  iopub: ClientSocket & { subscribe(): void };
}

async function openSockets(): Promise<ClientSockets> {
  const { Dealer, Subscriber } = await import("zeromq").catch((cause) => {
    throw notebooksMissing(cause);
  });
  return {
    shell: new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 }),
    control: new Dealer({ linger: 0 }),
    iopub: new Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
  };
}

/** A kernel in a process of its own, and our end of its sockets. */
export class KernelProcess {
  readonly #child: ChildProcess;
  readonly #session = randomUUID();
  readonly #shell: ClientSocket;
  readonly #control: ClientSocket;
  readonly #iopub: ClientSocket & { subscribe(): void };
  readonly #shellOut: SendQueue;
  readonly #controlOut: SendQueue;
  readonly #replies = new Map<string, (content: ExecuteReply) => void>();
  readonly #listeners = new Map<string, (message: Message) => void>();
  readonly #exited: Promise<KernelExit>;
  #key = "";
  #stderr = "";
  #isOrderly = false;
  #left: string[] = [];
  #greeted: () => void = () => {};

  /** Gets what goes to the streams of the process itself: from child processes that share them, from native code. */
  onRawText: ((name: "stdout" | "stderr", text: string) => void) | undefined;

  /** Use `startKernel`. */
  constructor(child: ChildProcess, { shell, control, iopub }: ClientSockets) {
    this.#child = child;
    this.#shell = shell;
    this.#control = control;
    this.#iopub = iopub;
    this.#shellOut = new SendQueue(shell);
    this.#controlOut = new SendQueue(control);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
      this.onRawText?.("stderr", text);
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.onRawText?.("stdout", text));
    alive.add(this);
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        alive.delete(this);
        this.kill();
        resolve({ code, signal, stderr: this.#stderr.trim(), isOrderly: this.#isOrderly, left: this.#left });
      };
      child.once("close", end);
      child.once("error", (error) => {
        this.#stderr += error.message;
        end(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process has ended, whatever the reason. */
  get exited(): Promise<KernelExit> {
    return this.#exited;
  }

  /** Connects to a kernel that is bound, and waits until it has greeted our subscription: from then on nothing is missed. */
  async connect(connection: ConnectionInfo): Promise<void> {
    this.#key = connection.key;
    const address = (port: number) => `${connection.transport}://${connection.ip}:${port}`;
    const greeted = new Promise<void>((resolve) => {
      this.#greeted = resolve;
    });
    this.#listen(this.#shell, (reply) => this.#onReply(reply));
    this.#listen(this.#control, (reply) => this.#onReply(reply));
    this.#listen(this.#iopub, (news) => this.#onNews(news));
    this.#iopub.connect(address(connection.iopub_port));
    this.#iopub.subscribe();
    this.#shell.connect(address(connection.shell_port));
    this.#control.connect(address(connection.control_port));
    await greeted;
  }

  async #listen(socket: AsyncIterable<Buffer[]>, handle: (message: Message) => void): Promise<void> {
    try {
      for await (const frames of socket) handle(decode(this.#key, frames));
    } catch {
      // closed while it waited
    }
  }

  #onReply(reply: Message): void {
    const id = reply.parent.msg_id ?? "";
    this.#replies.get(id)?.(reply.content);
    this.#replies.delete(id);
  }

  #onNews(news: Message): void {
    if (news.header.msg_type === "iopub_welcome") this.#greeted();
    else this.#listeners.get(news.parent.msg_id ?? "")?.(news);
  }

  /**
   * Sends a cell for execution.
   *
   * @param onMessage gets every message about the cell, also those that come after it has ended
   */
  execute(code: string, onMessage: (message: Message) => void): Execution {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const request = message("execute_request", content, { session: this.#session });
    const id = request.header.msg_id;
    const idle = new Promise<void>((resolve) => {
      this.#listeners.set(id, (news) => {
        if (news.header.msg_type === "status" && news.content.execution_state === "idle") resolve();
        onMessage(news);
      });
    });
    const reply = new Promise<ExecuteReply>((resolve) => {
      this.#replies.set(id, resolve);
    });
    this.#shellOut.push(encode(this.#key, request));
    return { reply, idle };
  }

  /** Stops the cell that runs; the kernel lives on. */
  interrupt(): void {
    this.#controlOut.push(encode(this.#key, message("interrupt_request", {}, { session: this.#session })));
  }

  /** Ends the kernel in good order; one that does not answer is killed, with all that its cells have started. */
  async shutdown(): Promise<KernelExit> {
    if (alive.has(this)) {
      const request = message("shutdown_request", { restart: false }, { session: this.#session });
      let timer = setTimeout(() => this.kill(), SHUTDOWN_SECONDS * 1000);
      this.#replies.set(request.header.msg_id, ({ left }) => {
        this.#isOrderly = true;
        this.onRawText = undefined;
        this.#left = left ?? [];
        clearTimeout(timer);
        timer = setTimeout(() => this.kill(), END_SECONDS * 1000);
      });
      this.#controlOut.push(encode(this.#key, request));
      await this.#exited;
      clearTimeout(timer);
    }
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    return this.#exited;
  }

  /** Ends the kernel and the processes that its cells have started, now. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      // it is gone
    }
  }
}

/** Where a kernel runs, and what it finds in its environment. */
export interface KernelProcessOptions {
  /** Working folder of the cells. Default: the current one. */
  cwd?: string;
  /** Variables on top of the current environment. */
  env?: Record<string, string>;
  /** Packages that the cells will import; a kernel that warms up has them ready. */
  packages?: readonly string[];
}

/**
 * Starts a kernel in a process of its own and connects to it.
 *
 * @throws ChurnError KERNEL_DIED when it does not come up; NOT_FOUND where tslab and zeromq are not installed
 */
export async function startKernel(options: KernelProcessOptions = {}): Promise<KernelProcess> {
  const cwd = options.cwd ?? process.cwd();
  if (!existsSync(cwd)) throw new ChurnError("NOT_FOUND", `no folder ${cwd} for the cells to work in`);
  // said before a process is started in vain
  compilerPath();
  const sockets = await openSockets();
  const folder = await mkdtemp(join(tmpdir(), "churn-kernel-"));
  const file = join(folder, "connection.json");
  const connection: ConnectionInfo = {
    transport: "tcp",
    ip: "127.0.0.1",
    key: randomBytes(16).toString("hex"),
    signature_scheme: "hmac-sha256",
    shell_port: 0,
    iopub_port: 0,
    control_port: 0,
    stdin_port: 0,
    hb_port: 0,
    kernel_name: "tslab",
  };
  await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CHURN_KERNEL_DRAIN_MS: "3000",
    CHURN_KERNEL_PACKAGES: (options.packages ?? []).join(),
    ...options.env,
  };
  const child = spawn(process.execPath, [...snapshotArgs(env.NODE_OPTIONS), ENTRY, "--config-path", file], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // a group of its own: Ctrl-C reaches us alone, and what the cells have started ends with the kernel
    detached: process.platform !== "win32",
  });
  const kernel = new KernelProcess(child, sockets);
  let timer: NodeJS.Timeout | undefined;
  try {
    const ready = new Promise<ConnectionInfo>((resolve) => {
      child.once("message", (said: { connection: ConnectionInfo }) => resolve(said.connection));
    });
    const up = ready.then((bound) => kernel.connect(bound)).then(() => undefined);
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, START_SECONDS * 1000, `no answer in ${START_SECONDS} s`);
    });
    const fault = await Promise.race([up, late, kernel.exited.then(describeExit)]);
    if (fault !== undefined) {
      throw new ChurnError("KERNEL_DIED", `the notebook kernel did not start: ${fault}`, { hint: "npm run build" });
    }
    return kernel;
  } catch (error) {
    kernel.kill();
    throw error;
  } finally {
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  }
}

/** How a process ended, in words: its exit code or signal, and the last it wrote to standard error. */
export function describeExit({ code, signal, stderr }: KernelExit): string {
  const how = signal ? `killed by ${signal}` : `exit code ${code}`;
  const outOfMemory = /heap out of memory|allocation failed/i.test(stderr) ? ", out of memory" : "";
  const said = stderr.split("\n").filter(Boolean).slice(-8).join("\n");
  return said ? `${how}${outOfMemory}\n${said}` : how;
}
