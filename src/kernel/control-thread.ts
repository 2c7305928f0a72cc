import { Session } from "node:inspector";
import { parentPort, workerData } from "node:worker_threads";
import * as zmq from "zeromq";
import { messageOf } from "../core/fault.js";
import { CLEAR_ASYNC_STACK, type ControlData, type FromControl, type ToControl } from "./control.js";
import { type Frame, SendQueue } from "./send-queue.js";
import { decode, encode, message } from "./wire.js";

/**
 * The thread that still listens when a cell keeps the main thread busy: control requests, heartbeat, death of the parent.
 */
const { connection, state, session, parent, patience } = workerData as ControlData;
const [RUNNING, STOPPED, CLOSED, COMPILING] = [0, 1, 2, 3];
const main = parentPort as NonNullable<typeof parentPort>;
const post = (said: FromControl) => main.postMessage(said);

const control = new zmq.Router({ linger: 1000, sendHighWaterMark: 0 });
const heartbeat = new zmq.Reply({ linger: 0 });
const out = new SendQueue(control);
/** The loops that receive; each ends when its socket is closed. */
const listening: Promise<void>[] = [];

/** Bytes that zeromq copies. */
const COPIED = 128;

/**
 * Sends a message so that zeromq owns what it sends.
 *
 * Larger buffers it would borrow, and give back when they are sent; that can be after this thread has ended, and then
 * spoils the memory of the process.
 */
function send(frames: Uint8Array[]): void {
  out.push(frames.map((frame): Frame => (frame.length > COPIED ? Buffer.from(frame).toString() : Buffer.from(frame))));
}

async function bind(socket: zmq.Router | zmq.Reply, port: number): Promise<number> {
  const { transport, ip } = connection;
  await socket.bind(`${transport}://${ip}${transport === "ipc" ? "-" : ":"}${port === 0 ? "*" : port}`);
  return port === 0 ? Number(/(\d+)$/.exec(socket.lastEndpoint ?? "")?.[1]) : port;
}

function onRequest(frames: Buffer[]): void {
  const request = decode(connection.key, frames);
  const { header, idents } = request;
  const reply = (type: string, content: object) =>
    send(encode(connection.key, message(type, content, { session, parent: header, idents })));
  if (header.msg_type === "interrupt_request") {
    void interrupt();
    reply("interrupt_reply", { status: "ok" });
    return;
  }
  if (header.msg_type === "shutdown_request") {
    // a main thread that is stuck in a cell never hears of it
    setTimeout(async () => {
      reply("shutdown_reply", { status: "ok", restart: Boolean(request.content.restart) });
      await out.drained();
      end();
    }, patience).unref();
  }
  post({ request: frames });
}

/**
 * Stops the cell that runs. A message ends an await; a loop does not hear it, and is broken by a signal in the first part
 * of a cell; after an await it hears neither, and is terminated through the inspector.
 *
 * One after the other, each only if the one before was not heard: a signal that comes late would stop the next cell.
 */
async function interrupt(): Promise<void> {
  const cell = Atomics.load(state, RUNNING);
  if (cell === 0) return;
  const isDeaf = () => Atomics.load(state, RUNNING) === cell && Atomics.load(state, STOPPED) !== cell;
  post({ interrupt: cell });
  await patienceOf(100);
  if (isDeaf() && process.platform !== "win32") process.kill(process.pid, "SIGINT");
  await patienceOf(300);
  if (isDeaf()) terminate();
}

/** Waits; while a cell is compiled nothing can be broken, and to terminate the compiler would be to terminate the kernel. */
async function patienceOf(milliseconds: number): Promise<void> {
  let isCompiling: boolean;
  do {
    isCompiling = Atomics.load(state, COMPILING) === 1;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  } while (isCompiling || Atomics.load(state, COMPILING) === 1);
}

function terminate(): void {
  const inspector = new Session();
  inspector.connectToMainThread();
  // terminated code would leave its async ids on Node's stack, and the next callback fail an assertion of Node's
  inspector.post("Runtime.evaluate", { expression: CLEAR_ASYNC_STACK });
  inspector.post("Runtime.terminateExecution", () => inspector.disconnect());
}

function end(): void {
  try {
    // what the cells have started is in the kernel's group, if it leads one
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}

async function listen(socket: AsyncIterable<Buffer[]>, handle: (frames: Buffer[]) => unknown): Promise<void> {
  try {
    for await (const frames of socket) {
      try {
        await handle(frames);
      } catch (error) {
        process.stderr.write(`kernel: ${messageOf(error)}\n`);
      }
    }
  } catch {
    // closed
  }
}

/** Sends what waits and closes the sockets; the main thread hears of it when zeromq has nothing more to call back for. */
async function close(): Promise<void> {
  await out.drained();
  control.close();
  heartbeat.close();
  // a process that exits stops this thread; a receive that fails just then throws in native code, and the process aborts
  await Promise.all(listening);
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.store(state, CLOSED, 1);
  Atomics.notify(state, CLOSED);
  main.close();
}

main.on("message", (said: ToControl) => {
  if ("frames" in said) send(said.frames);
  else void close();
});

setInterval(() => {
  if (process.ppid !== parent) end();
}, 500).unref();

const control_port = await bind(control, connection.control_port);
const hb_port = await bind(heartbeat, connection.hb_port);
listening.push(
  listen(control, onRequest),
  listen(heartbeat, (frames) => heartbeat.send(frames)),
);
post({ bound: { control_port, hb_port } });
