import { randomUUID } from "node:crypto";
import * as zmq from "zeromq";
import { messageOf } from "../core/fault.js";
import { Control } from "./control.js";
import { SendQueue } from "./send-queue.js";
import { type ConnectionInfo, decode, encode, type Header, type Message, message } from "./wire.js";

/** The socket that a request came by, and its answer goes by. */
export type Channel = "shell" | "control";

/** What arrives. */
export interface SocketEvents {
  request(request: Message, channel: Channel): void;
  interrupt(): void;
}

/** The kernel's end of its sockets: messages are signed, and sent one after another, none dropped. */
export class KernelSockets {
  readonly #session = randomUUID();
  readonly #shell = new zmq.Router({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  readonly #stdin = new zmq.Router({ linger: 0 });
  // the publisher hears of subscriptions, so that it can greet; without a high-water mark it never drops a message
  readonly #iopub = new zmq.XPublisher({ linger: 1000, sendHighWaterMark: 0 });
  readonly #shellOut = new SendQueue(this.#shell);
  readonly #iopubOut = new SendQueue(this.#iopub);
  readonly #on: SocketEvents;
  #control: Control | undefined;
  #key = "";
  #isClosing = false;

  constructor(on: SocketEvents) {
    this.#on = on;
  }

  /**
   * Binds the sockets; ports that are 0 are chosen. The thread for the control socket starts beside.
   *
   * @param patience milliseconds that a shutdown may take, before that thread ends the process
   */
  async bind(
    connection: ConnectionInfo,
    patience: number,
  ): Promise<ConnectionInfo & { control: Promise<Partial<ConnectionInfo>> }> {
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
      { session: this.#session, patience },
      { request: (frames) => this.#on.request(decode(this.#key, frames), "control"), interrupt: this.#on.interrupt },
    );
    await bind(this.#iopub, "iopub_port");
    await bind(this.#stdin, "stdin_port");
    await bind(this.#shell, "shell_port");
    this.#listen(this.#iopub, ([frame]) => this.#welcome(frame));
    this.#listen(this.#shell, (frames) => this.#on.request(decode(this.#key, frames), "shell"));
    return { ...bound, control: this.#control.bound };
  }

  async #listen(socket: AsyncIterable<Buffer[]>, handle: (frames: Buffer[]) => void): Promise<void> {
    try {
      for await (const frames of socket) {
        try {
          handle(frames);
        } catch (error) {
          // a message that cannot be read is nobody's request: there is no one to answer
          process.stderr.write(`kernel: ${messageOf(error)}\n`);
        }
      }
    } catch (error) {
      if (!this.#isClosing) throw error;
    }
  }

  /** Greets a new subscriber (protocol 5.4), who then knows that it misses nothing from here on. */
  #welcome(frame: Buffer): void {
    if (frame[0] !== 1) return;
    const topic = frame.subarray(1);
    this.#send(this.#iopubOut, "iopub_welcome", { subscription: topic.toString() }, {}, [topic]);
  }

  #send(
    out: { push(frames: Buffer[]): void },
    type: string,
    content: unknown,
    parent: Partial<Header>,
    idents: Buffer[],
  ): void {
    out.push(encode(this.#key, message(type, content, { session: this.#session, parent, idents })));
  }

  /** Sends a message to all who listen; its topic is its type. */
  publish(type: string, content: unknown, parent: Partial<Header>): void {
    this.#send(this.#iopubOut, type, content, parent, [Buffer.from(type)]);
  }

  status(state: "starting" | "busy" | "idle", parent: Partial<Header>): void {
    this.publish("status", { execution_state: state }, parent);
  }

  /** Answers a request, on the socket that it came by. */
  reply({ header, idents }: Message, channel: Channel, content: unknown): void {
    const out = channel === "control" ? (this.#control as Control) : this.#shellOut;
    this.#send(out, header.msg_type.replace(/_request$/, "_reply"), content, header, idents);
  }

  /** The control thread interrupts nothing but a cell that runs. */
  get running(): Pick<Control, "begin" | "compiling" | "stopped" | "end"> {
    return this.#control as Control;
  }

  /** Bytes that wait to be published. */
  get backlog(): number {
    return this.#iopubOut.bytes;
  }

  /** Resolves when everything that was published has been handed on. */
  drained(): Promise<void> {
    return this.#iopubOut.drained();
  }

  /** Goes on sending after a cell was terminated, and with it what waited for a send. */
  revive(): void {
    this.#iopubOut.revive();
    this.#shellOut.revive();
  }

  /** Closes the control thread's sockets while the process exits. */
  closeNow(): void {
    if (!this.#isClosing) this.#control?.closeNow();
  }

  /** Sends what waits, and closes everything. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#shellOut.drained();
    await this.#iopubOut.drained();
    await this.#control?.close();
    for (const socket of [this.#shell, this.#stdin, this.#iopub]) socket.close();
  }
}
