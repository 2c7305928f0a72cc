import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import type { FileType } from "./file-type.js";
import { get } from "./get.js";
import { interrupted, throwIfInterrupted } from "./interrupted.js";
import { progressMeter } from "./progress-meter.js";
import type { Validators } from "./source.js";
import { statusError } from "./status-error.js";

/** Milliseconds to wait before a broken transfer is taken up again; then it counts as failed. */
const WAITS = [200, 1000, 3000];

interface Target {
  part: string;
  shown: string;
  type: FileType;
  before: Validators | undefined;
}

/** A transfer that ended too early: it may be taken up again. */
class Broken extends Error {}

/**
 * Fetches a URL into a file. A transfer that breaks goes on where it broke (`Range` with `If-Range`, RFC 9110 13.1.5, 14.2)
 * if the server named its version, else from the start; it fails when three times in a row nothing new came.
 *
 * @returns what the server says of the file, or "unchanged" (304) when `before` still holds
 */
export async function fetchFile(url: URL, target: Target, context: StageContext): Promise<Validators | "unchanged"> {
  const file = await open(target.part, "w");
  const transfer: Transfer = { file, done: 0, total: undefined, validators: { etag: null, last_modified: null } };
  try {
    let most = 0;
    for (let failures = 0; ; failures++) {
      try {
        const result = await attempt(url, target, transfer, context);
        await file.sync();
        return result;
      } catch (error) {
        throwIfInterrupted(context.signal, target.shown);
        const again = error instanceof Broken || (transfer.done > 0 && isNoAnswer(error));
        if (!again) throw error;
        if (transfer.done > most) failures = 0;
        most = Math.max(most, transfer.done);
        const wait = WAITS[failures];
        if (wait === undefined) throw broken(target, transfer, error);
        await sleep(wait, undefined, context.signal ? { signal: context.signal } : {}).catch((cause) => {
          throw interrupted(target.shown, cause);
        });
      }
    }
  } finally {
    await file.close();
  }
}

interface Transfer {
  file: FileHandle;
  /** Bytes that are in the file. */
  done: number;
  total: number | undefined;
  validators: Validators;
}

async function attempt(
  url: URL,
  target: Target,
  transfer: Transfer,
  context: StageContext,
): Promise<Validators | "unchanged"> {
  const { file } = transfer;
  const version = transfer.done > 0 ? strongest(transfer.validators) : undefined;
  const headers = version ? { range: `bytes=${transfer.done}-`, "if-range": version } : conditions(target.before);
  const response = await get(url, headers, context.signal);
  try {
    const status = response.statusCode as number;
    if (status === 304) return "unchanged";
    if (status === 206 && version && startOf(response) === transfer.done) {
      // the rest comes
    } else if (status === 200) {
      await startOver(transfer, response);
    } else if (version && (status === 206 || status === 416)) {
      transfer.validators = { etag: null, last_modified: null };
      throw new Broken("the server cannot go on where it broke");
    } else {
      throw statusError(target.shown, status);
    }
    checkContent(target, response);

    const report = progressMeter(context, "download", "bytes", transfer.total);
    report(transfer.done);
    for await (const chunk of body(response)) {
      await writeAt(file, chunk, transfer.done);
      transfer.done += chunk.length;
      report(transfer.done);
    }
    if (transfer.total !== undefined && transfer.done !== transfer.total) throw new Broken("too few bytes");
    return transfer.validators;
  } finally {
    response.destroy();
  }
}

/** Takes an answer as the whole file from its first byte on. */
async function startOver(transfer: Transfer, { headers }: IncomingMessage): Promise<void> {
  await transfer.file.truncate(0);
  transfer.done = 0;
  transfer.total = headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
  transfer.validators = { etag: headers.etag ?? null, last_modified: headers["last-modified"] ?? null };
}

async function* body(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (cause) {
    throw new Broken((cause as Error).message, { cause });
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    from += (await file.write(bytes, from, bytes.length - from, position + from)).bytesWritten;
  }
}

/** Headers that ask for the file only if it is another than the one that is there. */
function conditions(before: Validators | undefined): Record<string, string> {
  return {
    ...(before?.etag ? { "if-none-match": before.etag } : {}),
    ...(before?.last_modified ? { "if-modified-since": before.last_modified } : {}),
  };
}

/** What names the version of a file byte by byte: a weak ETag does not. */
function strongest({ etag, last_modified }: Validators): string | undefined {
  return etag && !etag.startsWith("W/") ? etag : (last_modified ?? undefined);
}

/** The first byte that a partial answer holds. */
function startOf(response: IncomingMessage): number | undefined {
  const start = /^bytes (\d+)-/.exec(response.headers["content-range"] ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

/** @throws ChurnError when what comes is packed, or a page instead of data */
function checkContent({ shown, type }: Target, { headers }: IncomingMessage): void {
  if (headers["content-encoding"] === "gzip" && !type.gzip && type.format === "csv") {
    throw new ChurnError("BAD_INPUT", `${shown} comes packed by gzip, against its name`, {
      hint: "add what it is to the URL: #log.csv.gz",
    });
  }
  if (headers["content-type"]?.startsWith("text/html")) {
    throw new ChurnError("BAD_INPUT", `${shown} gives a web page, not a ${type.ending} file`, {
      hint: "it may ask for a login: open it in a browser, and give the URL of the file itself",
    });
  }
}

function isNoAnswer(error: unknown): boolean {
  return error instanceof ChurnError && error.code === "DOWNLOAD_FAILED" && error.message.startsWith("no answer");
}

function broken({ shown }: Target, { done, total }: Transfer, cause: unknown): ChurnError {
  const of = total === undefined ? "" : ` of ${total}`;
  return new ChurnError("DOWNLOAD_FAILED", `${shown} broke off after ${done}${of} bytes, ${WAITS.length + 1} times`, {
    cause,
    hint: "try again later; if it stays, the file on the server is cut off",
  });
}
