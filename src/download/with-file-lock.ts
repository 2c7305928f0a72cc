import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { faultCode } from "../core/fault.js";
import type { StageContext } from "../core/progress.js";
import { interrupted } from "./interrupted.js";
import { isRunning } from "./part-file.js";

/** Milliseconds between two signs of life of a holder, and after which without one it counts as gone. */
const BEAT = 5000;
const GONE = 60_000;
const LOOK = 200;

/**
 * Does work on a file while no other process on any machine that shares the folder does, by means of `<file>.lock`.
 *
 * It saves work and nothing more: each process writes to a part of its own, so two at a time would do no harm.
 *
 * @throws ChurnError INTERRUPTED when the signal comes while it waits
 */
export async function withFileLock<T>(file: string, context: StageContext, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  while (!(await take(lock))) {
    if (await isStale(lock)) await rm(lock, { force: true });
    else {
      context.onProgress?.({ task: "wait for another download of the same file", done: 0 });
      await sleep(LOOK, undefined, context.signal ? { signal: context.signal } : {}).catch((cause) => {
        throw interrupted(file, cause);
      });
    }
  }
  const beat = setInterval(() => utimes(lock, new Date(), new Date()).catch(() => {}), BEAT).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    const made = await open(lock, "wx");
    try {
      await made.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
    } finally {
      await made.close();
    }
    return true;
  } catch (error) {
    if (faultCode(error) === "EEXIST") return false;
    // a full disk makes the file and cannot fill it
    if (faultCode(error) === "ENOSPC") await rm(lock, { force: true });
    throw error;
  }
}

/** True for the lock of a process that ended without removing it. */
async function isStale(lock: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > GONE) return true;
    const { pid, host } = JSON.parse(await readFile(lock, "utf8")) as { pid: number; host: string };
    // our own number: a process before us had it, as in a container that was started again
    return host === hostname() && (pid === process.pid || !isRunning(pid));
  } catch {
    // just removed, or not yet filled
    return false;
  }
}
