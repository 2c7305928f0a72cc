import { interruptibleSleep } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";

/** Most seconds that a server may ask us to wait for it. */
export const LONGEST_WAIT = 120;

/**
 * Seconds to wait before a try: 0.2, 0.8, 3.2 … at most 30, with a quarter of chance so that many clients do not come at
 * once.
 *
 * @param failures tries before this one, from 0
 */
export function backOff(failures: number, random: () => number = Math.random): number {
  return Math.min(0.2 * 4 ** failures, 30) * (0.75 + random() / 2);
}

/** Seconds that the header Retry-After asks for (RFC 9110 10.2.3: seconds, or a date), or undefined. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/**
 * Waits, and reports why.
 *
 * @param shown how errors name the file
 * @throws ChurnError INTERRUPTED at once on the signal
 */
export async function waitFor(seconds: number, why: string, shown: string, context: StageContext): Promise<void> {
  const { signal, onProgress } = context;
  onProgress?.({ task: `wait ${seconds < 1 ? "a moment" : `${Math.round(seconds)} s`}: ${why}`, done: 0 });
  await interruptibleSleep(seconds * 1000, signal, shown);
}
