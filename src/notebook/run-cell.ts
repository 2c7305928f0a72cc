import { firstLetters } from "../core/first-letters.js";
import { cutNote } from "../kernel/cut-note.js";
import type { Message } from "../kernel/wire.js";
import type { CellOutputs } from "./cell-outputs.js";
import { describeExit, type KernelProcess } from "./kernel-process.js";
import { type Failure, failure } from "./run-failure.js";

/** Seconds that an interrupted cell has before its kernel is killed. */
const GRACE = 5;

/** Characters that may come around the kernel for one cell; what a cell prints itself the kernel limits. */
const RAW_LIMIT = 16 * 2 ** 20;

/** Seconds between the answer and the end of the output; without the end, output was lost. */
const IDLE = 10;

export interface RunCellOptions {
  /** Seconds that the cell may take. */
  timeout?: number;
  signal?: AbortSignal;
  /** Gets an error that comes after the cell has ended: a throwing timer, a rejected promise. */
  onLate: (late: Failure) => void;
  /** Gets the text that the cell prints. */
  onText?: (text: string) => void;
}

/**
 * Runs one cell and keeps its outputs, until the kernel says that all of them were sent.
 *
 * @returns undefined when it ran to its end, else what went wrong: an error of the cell, a time-out, a dead kernel, lost
 *   output
 */
export async function runCell(
  kernel: KernelProcess,
  source: string,
  outputs: CellOutputs,
  { timeout, signal, onLate, onText }: RunCellOptions,
): Promise<Failure | undefined> {
  let isOver = false;
  let shown: Failure | undefined;
  let stopped: Failure | undefined;
  const timers: NodeJS.Timeout[] = [];
  const after = (seconds: number, act: () => void) => timers.push(setTimeout(act, seconds * 1000));

  const { reply, idle } = kernel.execute(source, (message: Message) => {
    outputs.add(message);
    if (message.header.msg_type === "stream") onText?.(message.content.text);
    if (message.header.msg_type !== "error") return;
    const error: Failure = { kind: "error", isShown: true, ...message.content };
    if (isOver) onLate(error);
    else shown = error;
  });
  let raw = 0;
  const left = { lines: 0, bytes: 0 };
  kernel.onRawText = (name, text) => {
    const shown = firstLetters(text, Math.max(0, RAW_LIMIT - raw));
    const rest = text.slice(shown.length);
    raw += text.length;
    left.bytes += Buffer.byteLength(rest);
    left.lines += rest.split("\n").length - 1;
    if (shown === "") return;
    outputs.print(name, shown);
    onText?.(shown);
  };
  const died = kernel.exited.then((exit) => failure("died", "KernelDied", `the kernel died: ${describeExit(exit)}`));

  const stop = (reason: Failure) => {
    if (stopped || isOver) return;
    stopped = reason;
    kernel.interrupt();
    after(GRACE, () => kernel.kill());
  };
  const onAbort = () => stop(failure("interrupted", "Interrupted", "the run was interrupted"));
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  if (timeout) after(timeout, () => stop(failure("timeout", "TimedOut", `the cell took longer than ${timeout} s`)));

  try {
    const death = died.then((failed) => ({ failed }));
    const answer = await Promise.race([reply.then((content) => ({ content })), death]);
    if (stopped) return stopped;
    if ("failed" in answer) return answer.failed;
    const { status, ...said } = answer.content;
    const lost = new Promise<Failure>((resolve) => {
      const missing = failure("lost", "LostOutput", `the kernel did not end the cell's output within ${IDLE} s`);
      after(IDLE, () => resolve(missing));
    });
    const fault = await Promise.race([idle, lost, died]);
    // what a child process has written is there before the cell ends
    await new Promise((resolve) => setImmediate(resolve));
    if (left.bytes > 0) outputs.print("stderr", cutNote(left, RAW_LIMIT));
    if (fault) return fault;
    if (status === "ok") return shown;
    const { ename = "Aborted", evalue = `the kernel answered ${status}`, traceback = [] } = said;
    return shown ?? { kind: status === "error" ? "error" : "aborted", ename, evalue, traceback };
  } finally {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
