import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { faultCode } from "./fault.js";
import { interruptibleSleep } from "./interrupted.js";
import { isProcessAlive, ownProcess, type ProcessId } from "./process-life.js";

/** A right that one process at a time has, until it gives it back or ends. */
export interface ProcessLock {
  /** True when another process took it, because this one gave no sign for too long. */
  readonly lost: boolean;
  release(): void;
}

/** Who has a lock, as its file says. */
export interface LockHolder extends ProcessId {
  host: string;
  /** What it does, in words. */
  what: string;
  /** ISO 8601, UTC. */
  since: string;
}

interface LockFile extends LockHolder {
  token: string;
}

/** Milliseconds from one sign of life to the next, and after how many without one a holder counts as gone. */
const BEAT = 2000;
const GONE = 30_000;

/** Milliseconds in which a file that was just made is filled. */
const FILLING = 1000;

/** Milliseconds from one look at a lock that is waited for to the next. */
const LOOK = 200;

/** Locks that this process holds. */
const held = new Set<string>();

/**
 * Takes a lock that is kept in a file: who holds it, and a sign of life every two seconds. It is given back by itself when
 * the process ends, however it ends.
 *
 * A holder on this machine counts as gone when its process has ended, one on another machine when it gave no sign for 30 s.
 * Two processes that find a dead holder at the same moment may both think that they have the lock for as long as one beat:
 * `lost` tells. Where that does harm, only one may call this at a time, as in a lease of the store.
 *
 * @param what human-readable purpose of the lock, shown to other processes
 * @returns undefined while another has it: `lockHolder` tells who
 */
export function tryLock(path: string, what: string): ProcessLock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const token = randomUUID();
  if (!writeNew(path, token, what)) {
    if (isHeld(path)) return undefined;
    rmSync(path, { force: true });
    if (!writeNew(path, token, what)) return undefined;
  }
  held.add(token);
  const isMine = () => readLock(path)?.token === token;
  const beat = setInterval(() => {
    if (isMine()) touch(path);
  }, BEAT).unref();
  return {
    get lost() {
      return !isMine();
    },
    release() {
      clearInterval(beat);
      held.delete(token);
      if (isMine()) rmSync(path, { force: true });
    },
  };
}

/** Who holds a lock now; undefined when nobody does. */
export function lockHolder(path: string): LockHolder | undefined {
  const lock = readLock(path);
  return lock && isAlive(lock, path) ? lock : undefined;
}

/**
 * Does work while no other process has the lock; waits for it as long as it takes.
 *
 * @param onWait called again and again while it waits
 * @throws ChurnError INTERRUPTED when the signal comes while it waits
 */
export async function withLock<T>(
  path: string,
  what: string,
  { signal, onWait }: { signal?: AbortSignal; onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  let lock = tryLock(path, what);
  while (!lock) {
    onWait?.();
    await interruptibleSleep(LOOK, signal, what);
    lock = tryLock(path, what);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Makes the file, if there is none. */
function writeNew(path: string, token: string, what: string): boolean {
  const lock: LockFile = { token, ...ownProcess(), host: hostname(), what, since: new Date().toISOString() };
  try {
    writeFileSync(path, JSON.stringify(lock), { flag: "wx" });
    return true;
  } catch (error) {
    if (faultCode(error) === "EEXIST") return false;
    // a full disk makes the file and cannot fill it
    if (faultCode(error) === "ENOSPC") rmSync(path, { force: true });
    throw error;
  }
}

function isHeld(path: string): boolean {
  const lock = readLock(path);
  // one that is not yet filled, or that a crash cut off
  return lock ? isAlive(lock, path) : sinceSign(path) < FILLING;
}

function readLock(path: string): LockFile | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(holder: LockFile, path: string): boolean {
  if (holder.host !== hostname()) return sinceSign(path) < GONE;
  // in a container every start has the same number
  if (holder.pid === process.pid) return held.has(holder.token);
  return isProcessAlive(holder) && (holder.began !== null || sinceSign(path) < GONE);
}

/** Milliseconds since the last sign of life. */
function sinceSign(path: string): number {
  const sign = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.abs(Date.now() - sign);
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // the folder went: the next look finds the lock lost
  }
}
