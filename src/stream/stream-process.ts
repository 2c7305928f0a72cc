import { fork } from "node:child_process";
import { ChurnError, type ErrorCode } from "../core/errors.js";
import type { StoreSettings } from "../store/options.js";
import type { StreamSettings } from "./options.js";
import type { StreamResult } from "./stream.js";
import type { StreamBatch } from "./stream-ledger.js";

/** What the process of a stream tells. */
export type StreamMessage =
  | { batch: StreamBatch }
  | { result: StreamResult }
  | { error: { message: string; code: ErrorCode | null } };

/** A stream in a process of its own. */
export interface StreamProcess {
  readonly pid: number | undefined;
  /** The result, when the stream came to its end; undefined when it was killed. */
  readonly done: Promise<StreamResult | undefined>;
  /** Kills it without a warning (SIGKILL) after this many batches, and says how many it had reported. */
  killAfter(batches: number): Promise<number>;
}

/**
 * Streams in another process: it continues while this one works, and may be killed to see what is left.
 *
 * @throws what the stream throws, from `done`
 */
export function streamProcess(
  settings: { store: StoreSettings; stream: StreamSettings },
  { onBatch }: { onBatch?: (batch: StreamBatch) => void } = {},
): StreamProcess {
  const child = fork(new URL("./stream-child.js", import.meta.url), {
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let told = 0;
  let limit = Number.POSITIVE_INFINITY;
  let result: StreamResult | undefined;
  let fault: Error | undefined;
  const killIfDue = () => told >= limit && child.kill("SIGKILL");
  child.on("message", (message: StreamMessage) => {
    if ("batch" in message) {
      told++;
      killIfDue();
      onBatch?.(message.batch);
    } else if ("result" in message) result = message.result;
    else {
      const { code, message: text } = message.error;
      fault = code ? new ChurnError(code, text) : new Error(text);
    }
  });
  const done = new Promise<StreamResult | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => (fault ? reject(fault) : resolve(result)));
  });
  // whoever kills it need not wait for it too
  done.catch(() => {});
  child.send(settings);
  return {
    pid: child.pid,
    done,
    async killAfter(batches) {
      limit = batches;
      killIfDue();
      await done;
      return told;
    },
  };
}
