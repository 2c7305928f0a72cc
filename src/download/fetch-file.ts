import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { Checksums } from "./checksums.js";
import { checkSpace } from "./disk-space.js";
import { describeFailure, isTransient, retriesExhausted } from "./http/describe-failure.js";
import { ConnectionLost, type Remote, ServerBusy, type Version } from "./http/remote.js";
import { backOff, LONGEST_WAIT, waitFor } from "./http/retry-wait.js";
import type { Transfer } from "./http/transfer.js";
import { readNote, writeNote } from "./partial-file.js";
import { progressMeter } from "./progress-meter.js";
import { checkSize } from "./size-limit.js";
import type { FetchSettings, Validators, Written } from "./source.js";

/**
 * Fetches a file from a server into a partial file. A transfer that breaks resumes where it broke off, if the server can be asked for the
 * rest of the same version, else from the start; it fails when `retries` times in a row nothing new came.
 *
 * A partial file that already holds the beginning is continued, and one that could not be ended is left for the next download.
 *
 * @returns what the server says of the file, or "unchanged" when `before` still holds
 * @throws ChurnError DOWNLOAD_FAILED when the server fails or the bytes do not have its checksums, NOT_FOUND, INTERRUPTED
 */
export async function fetchFile(
  remote: Remote,
  { partial, before }: { partial: string; before: Validators | undefined },
  settings: FetchSettings,
  context: StageContext,
): Promise<Written | "unchanged"> {
  const file = await open(partial, constants.O_RDWR | constants.O_CREAT);
  const transfer: Transfer = { remote, partial, file, done: 0, version: undefined, sums: undefined, damaged: false };
  try {
    const result = await untilDone(transfer, before, settings, context);
    await file.sync();
    const { version } = transfer;
    // from here on only the check of its rows is left: a process that ends in it need not fetch again
    if (version && remote.isPinned(version)) await writeNote(partial, { server: remote.server, version, synced: true });
    return result;
  } catch (error) {
    throw await describeFailure(transfer, error);
  } finally {
    await file.close();
  }
}

async function untilDone(
  transfer: Transfer,
  before: Validators | undefined,
  settings: FetchSettings,
  context: StageContext,
): Promise<Written | "unchanged"> {
  const { remote } = transfer;
  let most = 0;
  let begun = false;
  for (let failures = 0; ; failures++) {
    try {
      if (!begun) await goOn(transfer, context);
      begun = true;
      most = Math.max(most, transfer.done);
      return await attempt(transfer, before, settings, context);
    } catch (error) {
      throwIfInterrupted(context.signal, remote.shown);
      if (!isTransient(error, transfer)) throw error;
      if (transfer.done > most) failures = 0;
      most = Math.max(most, transfer.done);
      if (failures >= settings.retries) throw retriesExhausted(transfer, failures, error);
      const asked = error instanceof ServerBusy ? error.seconds : undefined;
      if (asked !== undefined && asked > LONGEST_WAIT) throw retriesExhausted(transfer, failures, error);
      await waitFor(Math.max(asked ?? 0, backOff(failures)), messageOf(error), remote.shown, context);
    }
  }
}

/** Takes over what an earlier download left in the partial file, when that is the beginning of the version that is there now. */
async function goOn(transfer: Transfer, context: StageContext): Promise<void> {
  const { remote, partial, file } = transfer;
  const note = await readNote(partial);
  const { size } = await file.stat();
  if (!note || note.server !== remote.server || size === 0) return;
  const { version } = note;
  const tooLong = version.size !== undefined && size > version.size;
  // after a crash of the machine the last bytes may be zeros, which only a checksum finds
  const sound = note.synced || version.crc32c || version.md5;
  if (tooLong || !sound || !remote.isPinned(version) || !(await remote.isNewest(version))) return;
  transfer.version = version;
  transfer.done = size;
  if (version.crc32c || version.md5) {
    transfer.sums = new Checksums();
    await transfer.sums.updateFromFile(partial, size, () => throwIfInterrupted(context.signal, remote.shown));
  }
}

async function attempt(
  transfer: Transfer,
  before: Validators | undefined,
  settings: FetchSettings,
  context: StageContext,
): Promise<Written | "unchanged"> {
  const { remote, file } = transfer;
  const held =
    transfer.done > 0 && transfer.version && remote.isPinned(transfer.version) ? transfer.version : undefined;
  if (held && transfer.done === held.size) return complete(transfer, held);
  const answer = held ? await remote.rest(held, transfer.done) : await remote.whole(before);
  if (answer === "unchanged") return answer;
  if (!answer) {
    transfer.version = undefined;
    throw new ConnectionLost("the server cannot resume where it broke off");
  }
  const { response, version } = answer;
  try {
    checkSize(version.size ?? 0, settings.size_limit, remote.shown);
    if (answer.from !== transfer.done || answer.from === 0) await startOver(transfer, version);
    await checkSpace(transfer.partial, (version.size ?? 0) - transfer.done, remote.shown);

    const report = progressMeter(context, "download", "bytes", version.size);
    report(transfer.done);
    for await (const chunk of body(response)) {
      checkSize(transfer.done + chunk.length, settings.size_limit, remote.shown);
      await writeAt(file, chunk, transfer.done);
      transfer.sums?.update(chunk);
      transfer.done += chunk.length;
      report(transfer.done);
    }
  } finally {
    response.destroy();
  }
  if (version.size !== undefined && transfer.done < version.size) throw new ConnectionLost("the connection broke");
  return complete(transfer, version);
}

function complete(transfer: Transfer, version: Version): Written {
  checkBytes(transfer, version);
  const { size: _, ...written } = version;
  return written;
}

/** Takes an answer as the whole file from its first byte on. */
async function startOver(transfer: Transfer, version: Version): Promise<void> {
  await transfer.file.truncate(0);
  transfer.done = 0;
  transfer.version = version;
  transfer.sums = version.crc32c || version.md5 ? new Checksums() : undefined;
  if (transfer.remote.isPinned(version)) {
    await writeNote(transfer.partial, { server: transfer.remote.server, version, synced: false });
  }
}

/** @throws Broken the first time that the bytes are not those that the server meant, ChurnError the second time */
function checkBytes(transfer: Transfer, version: Version): void {
  const { done, remote } = transfer;
  const difference =
    version.size !== undefined && done > version.size
      ? `${done} bytes came, the server says ${version.size}`
      : transfer.sums?.difference(version);
  if (!difference) return;
  const twice = transfer.damaged;
  Object.assign(transfer, { done: 0, version: undefined, sums: undefined, damaged: true });
  if (!twice) throw new ConnectionLost(`checksum mismatch: ${difference}`);
  throw new ChurnError("DOWNLOAD_FAILED", `checksum mismatch: ${remote.shown} came damaged, twice: ${difference}`, {
    hint: "try again over another network; if it stays, the server's own copy is damaged",
  });
}

async function* body(response: IncomingMessage): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = response;
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (cause) {
    throw new ConnectionLost("the connection broke", { cause });
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    from += (await file.write(bytes, from, bytes.length - from, position + from)).bytesWritten;
  }
}
