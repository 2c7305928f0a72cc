import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { describeProcess } from "../core/process-life.js";

/** Who holds a file, in words, from the message of DuckDB, which names a process. */
export function parseHolder(message: string): string {
  const pid = /PID (\d+)/.exec(message)?.[1];
  return pid ? describeProcess(Number(pid)) : "another process";
}

/**
 * Why a file cannot be opened, as an error that a user can act on: STORE_DAMAGED, STORE_FULL, STORE_READ_ONLY, else
 * NOT_FOUND.
 *
 * @param message of DuckDB
 */
export function openError(path: string, message: string, cause: unknown): ChurnError {
  if (cause instanceof ChurnError) return cause;
  if (isDamage(message)) {
    return new ChurnError("STORE_DAMAGED", `${path} cannot be read: ${firstLine(message)}`, {
      cause,
      hint: /version/i.test(message)
        ? "update the workbench, or name another file with --store.path"
        : "name another file with --store.path, or move this one away and load again",
    });
  }
  // it takes the file for one of another database, and looks for what would read it
  if (/Extension "[^"]*" not found|needs to be loaded/i.test(message)) {
    return new ChurnError("STORE_DAMAGED", `${path} is not a store of the workbench: it is a file of another program`, {
      cause,
      hint: "name another file with --store.path",
    });
  }
  const disk = diskError(path, cause);
  if (disk instanceof ChurnError) return disk;
  return new ChurnError("NOT_FOUND", `${path} cannot be opened: ${firstLine(message)}`, { cause });
}

/**
 * Makes an error of the disk one that a user can act on, STORE_FULL or STORE_READ_ONLY; any other stays as it is.
 */
export function diskError(path: string, error: unknown): unknown {
  if (error instanceof ChurnError) return error;
  const message = messageOf(error);
  if (/no space left|ENOSPC|out of disk space|disk is full|disk quota/i.test(message)) {
    return new ChurnError("STORE_FULL", `no space is left for ${path}: ${firstLine(message)}`, {
      cause: error,
      hint: "make room, or name a file on another disk with --store.path; what was written before is kept",
    });
  }
  if (/read-only|permission denied/i.test(message)) {
    return new ChurnError("STORE_READ_ONLY", `${path} cannot be written to: ${firstLine(message)}`, {
      cause: error,
      hint: "give this user the right to write there, or name another file with --store.path",
    });
  }
  return error;
}

/** Whether DuckDB says that a file is none of its own, or broken. */
export function isDamage(message: string): boolean {
  return /not a valid DuckDB|newer version|older version|corrupt|checksum|serializ|magic|could not read enough bytes|trying to read \d+ bytes/i.test(
    message,
  );
}

/** What is found of damage while a store is worked on: a block whose checksum is wrong, a file that has become shorter. */
export function damageOf(path: string, error: unknown): ChurnError | undefined {
  if (error instanceof ChurnError) return undefined;
  const message = messageOf(error);
  if (!/corrupt database file|could not read enough bytes|checksum/i.test(message)) return undefined;
  return new ChurnError("STORE_DAMAGED", `${path} is damaged: ${firstLine(message)}`, {
    cause: error,
    hint: "name another file with --store.path, or move this one away and load again",
  });
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0];
}

/** What is said where a store is looked for and there is none. */
export function noStore(place: string): ChurnError {
  return new ChurnError("NO_DATA", `nothing is loaded: there is no store at ${place}`, {
    hint: "churn load makes it; another one is named with --store.path",
  });
}
