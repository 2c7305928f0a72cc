import { faultCode } from "../core/fault.js";
import { sleep } from "./primordials.js";

/** A part of a message, in bytes or as text. */
export type Frame = Buffer | string;

/** What a queue needs of a zeromq socket. */
export interface Sendable {
  send(frames: Frame[]): Promise<void>;
}

/**
 * Sends messages over a zeromq socket one after another.
 *
 * zeromq.js refuses a second `send` while one is under way ("Socket is busy writing"), so a burst of output is lost
 * unless somebody waits; here everything waits its turn.
 */
export class SendQueue {
  readonly #socket: Sendable;
  readonly #waiting: { frames: Frame[]; bytes: number }[] = [];
  #pump: Promise<void> | undefined;
  #bytes = 0;
  #turn = 0;

  constructor(socket: Sendable) {
    this.#socket = socket;
  }

  /** Bytes that wait to be sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts a message at the end of the queue; it is sent at once when the queue is empty. */
  push(frames: Frame[]): void {
    let bytes = 0;
    for (const frame of frames) bytes += frame.length;
    this.#bytes += bytes;
    this.#waiting.push({ frames, bytes });
    this.#pump ??= this.#run();
  }

  /** Resolves when everything that was put in has been handed to zeromq. */
  async drained(): Promise<void> {
    while (this.#pump) await this.#pump;
  }

  /** Goes on after the code that waited for a send was terminated, which happens when a cell is. */
  revive(): void {
    if (!this.#pump) return;
    this.#turn++;
    this.#pump = this.#run();
  }

  async #run(): Promise<void> {
    const turn = this.#turn;
    for (let next = this.#waiting[0]; next && turn === this.#turn; next = this.#waiting[0]) {
      try {
        await this.#socket.send(next.frames);
      } catch (error) {
        if (faultCode(error) === "EBUSY") {
          await sleep(5);
          continue;
        }
        // the socket was closed, or the peer that the message was for is gone: nobody is left to read it
      }
      if (turn !== this.#turn) return;
      this.#waiting.shift();
      this.#bytes -= next.bytes;
    }
    if (turn === this.#turn) this.#pump = undefined;
  }
}
