import { createHash, createHmac } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../../core/errors.js";
import { messageOf } from "../../core/fault.js";
import { snakeKeys } from "../../core/key-case.js";
import type { AlertEvent } from "./alert-event.js";

/** Where alerts go. `send` rejects when an event did not arrive; the same event may be sent again. */
export interface AlertSink {
  readonly name: string;
  send(event: AlertEvent): Promise<void>;
}

/** Writes alerts to standard error. */
export const consoleSink: AlertSink = {
  name: "console",
  async send({ kind, message }) {
    process.stderr.write(`${kind === "alert" ? "ALERT" : "all clear"}: ${message}\n`);
  },
};

/** Appends alerts to a file, one JSON object a line; an event that the file has is not written twice. */
export function fileSink(path: string): AlertSink {
  return {
    name: `file ${path}`,
    async send(event) {
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      if (text.includes(`"id":"${event.id}"`)) return;
      await appendFile(path, `${JSON.stringify(snakeKeys(event))}\n`);
    },
  };
}

/** How a webhook is reached: address, key, and how long and how often it is tried. */
export interface WebhookOptions {
  readonly url: string;
  /** Key of the signature: header `x-churn-signature: sha256=HMAC(body)`. */
  readonly secret?: string;
  /** Tries in all; 5. */
  readonly tries?: number;
  /** Milliseconds before the second try, doubled before each later one; 500. */
  readonly backoff?: number;
  /** Milliseconds for an answer; 10,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * Posts alerts as JSON to an URL. Failures of the network, 408, 429 and 5xx are tried again with growing pauses; the header
 * `idempotency-key` is the id of the event, so that a receiver can drop what it has.
 */
export function webhookSink({
  url,
  secret,
  tries = 5,
  backoff = 500,
  timeout = 10_000,
  signal,
}: WebhookOptions): AlertSink {
  const where = new URL(url);
  if (where.protocol !== "https:" && where.protocol !== "http:") {
    throw new ChurnError("BAD_OPTION", `a webhook cannot be at ${where.protocol}…`, {
      hint: "give an http or https address",
    });
  }
  return {
    // the address is the secret: path and query are shown nowhere, and a digest tells two of one place apart
    name: `webhook ${where.origin} (${createHash("sha256").update(where.href).digest("hex").slice(0, 6)})`,
    async send(event) {
      const body = JSON.stringify(snakeKeys(event));
      const headers: Record<string, string> = { "content-type": "application/json", "idempotency-key": event.id };
      if (secret) headers["x-churn-signature"] = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
      let fault = "";
      for (let attempt = 0; attempt < tries; attempt++) {
        if (attempt > 0) await sleep(backoff * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
        const limit = AbortSignal.timeout(timeout);
        try {
          const answer = await fetch(where, {
            method: "POST",
            headers,
            body,
            redirect: "error",
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
          });
          await answer.body?.cancel();
          if (answer.ok) return;
          fault = `status ${answer.status}`;
          if (answer.status < 500 && answer.status !== 408 && answer.status !== 429) break;
        } catch (error) {
          if (signal?.aborted) throw error;
          fault = messageOf((error instanceof Error && error.cause) || error);
        }
      }
      throw new ChurnError("TIMED_OUT", `${this.name} did not take the alert: ${fault}`);
    },
  };
}
