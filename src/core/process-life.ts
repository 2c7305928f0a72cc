import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { faultCode } from "./fault.js";

/** A process of this machine, and when it began: the number alone may come again. */
export interface ProcessId {
  pid: number;
  /** Ticks from the start of the machine to that of the process; null where the system does not say. */
  began: string | null;
}

/** This process, as another one can find out whether it still lives. */
export function ownProcess(): ProcessId {
  return { pid: process.pid, began: readState(process.pid)?.began ?? null };
}

/**
 * True while a process of this machine runs; one that has ended but is not yet reaped by its parent does not.
 *
 * @param process `began` tells it from a later one of the same number; left out where that is not known
 */
export function isProcessAlive({ pid, began }: { pid: number; began?: string | null }): boolean {
  // 0 would ask after the group of this process
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // there is one, of another user
    if (faultCode(error) !== "EPERM") return false;
  }
  const state = readState(pid);
  if (!state) return true;
  return !state.isZombie && (!began || state.began === began);
}

/** A process in words, with its command where the system says it. */
export function describeProcess(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    const command = words.map((word) => basename(word)).join(" ");
    return command ? `process ${pid} (${command.slice(0, 80)})` : `process ${pid}`;
  } catch {
    return `process ${pid}`;
  }
}

function readState(pid: number): { isZombie: boolean; began: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name of the command may have spaces and brackets in it
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { isZombie: fields[0] === "Z", began: fields[19] };
  } catch {
    return undefined;
  }
}
