import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "./wire.js";

/** A cell that runs, or ran: everything that it started, timers and promises too, finds its way back here. */
export interface CellContext {
  /** Header of the request; what the cell prints goes out under it. */
  parent: Partial<Header>;
  /** Execution count. */
  count: number;
  /** Nobody is to hear of it. */
  silent: boolean;
  /** The reply has been sent. */
  finished: boolean;
  /** An error that came out of the cell by another way than its code: a rejected promise, a throwing timer. */
  failure?: { error: unknown };
  /** Stops waiting for the code of the cell. */
  stop?: () => void;
  /** Displays that were begun and not waited for. */
  pending: Set<Promise<unknown>>;
  /** Bytes of output so far. */
  written: number;
  /** Bytes and lines over the limit that were left out. */
  cut: { bytes: number; lines: number };
}

/** The cell on whose behalf the current code runs, also after awaits and in timers. */
export const currentCell = new AsyncLocalStorage<CellContext>();
