import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";

/** A right that one process at a time has, until it gives it back or ends. */
export interface ProcessLock {
  /** True when another process took it, because this one gave no sign for too long. */
  readonly lost: boolean;
  release(): void;
}

interface Holder {
  token: string;
  pid: number;
  /** When the process began, in ticks since the machine did: a number of a process may come again. */
  began: string | null;
  host: string;
  /** What it does, in words. */
  what: string;
  since: string;
}

/** Milliseconds from one sign of life to the next, and after how many a holder on another machine counts as gone. */
const BEAT = 2000;
const GONE = 30_000;

/** Claims that this process holds. */
const held = new Set<string>();

/**
 * Takes a claim that is kept in a file: who holds it, and a sign of life every two seconds.
 *
 * A holder on this machine counts as gone when its process has ended, one on another machine when it gave no sign for
 * 30 s. To be called while nobody else can call it, as in a lease of the store.
 *
 * @throws ChurnError ALREADY_RUNNING naming the holder
 */
export function acquireLock(path: string, what: string): ProcessLock {
  const holder = readHolder(path);
  if (holder && isAlive(holder, path)) {
    const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
    throw new ChurnError(
      "ALREADY_RUNNING",
      `a streaming process is already running: ${holder.what} in process ${holder.pid}${where}, since ${holder.since}`,
      { hint: "stop it first, or wait until it ends" },
    );
  }
  const token = randomUUID();
  const mine: Holder = {
    token,
    pid: process.pid,
    began: beginOf(process.pid),
    host: hostname(),
    what,
    since: new Date().toISOString(),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(mine));
  held.add(token);
  const isMine = () => readHolder(path)?.token === token;
  const beat = setInterval(() => {
    if (isMine()) utimesSync(path, new Date(), new Date());
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

/** Who holds a claim now, in words; null when nobody does. */
export function lockHolder(path: string): { what: string; pid: number; since: string } | null {
  const holder = readHolder(path);
  if (!holder || !isAlive(holder, path)) return null;
  return { what: holder.what, pid: holder.pid, since: holder.since };
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    // no file, or one that a crash cut off: nobody holds it
    return undefined;
  }
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) {
    const sign = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Math.abs(Date.now() - sign) < GONE;
  }
  // in a container every start has the same number
  if (holder.pid === process.pid) return held.has(holder.token);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (faultCode(error) === "ESRCH") return false;
  }
  const began = beginOf(holder.pid);
  return began === null || holder.began === null || began === holder.began;
}

function beginOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name of the command may have spaces and brackets in it; a zombie has ended
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : (fields[19] ?? null);
  } catch {
    return null;
  }
}
