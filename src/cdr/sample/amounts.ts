import { exp } from "./exp.js";
import type { KeyedDraws } from "./keyed-draws.js";

/**
 * Draws a Poisson number: by inversion where the mean is small, else a rounded normal one.
 *
 * @param draws advanced by the numbers that it takes
 */
export function drawCount(draws: KeyedDraws, mean: number): number {
  if (mean > 14) return Math.max(0, Math.floor(mean + Math.sqrt(mean) * draws.normal() + 0.5));
  let rest = draws.uniform();
  let chance = exp(-mean);
  let count = 0;
  while (rest >= chance && count < 60) {
    rest -= chance;
    count++;
    chance *= mean / count;
  }
  return count;
}

/** Whole seconds of some calls, at least one a call. */
export function callDuration(draws: KeyedDraws, calls: number, seconds: number): number {
  if (calls === 0) return 0;
  return Math.max(calls, Math.floor(calls * seconds * exp((0.7 * draws.normal()) / Math.sqrt(calls)) + 0.5));
}

/** MB of some sessions in whole thousandths, at least one a session. */
export function megabytes(draws: KeyedDraws, sessions: number, each: number): number {
  if (sessions === 0) return 0;
  const thousandths = 1000 * sessions * each * exp((0.9 * draws.normal()) / Math.sqrt(sessions));
  return Math.max(sessions, Math.floor(thousandths + 0.5)) / 1000;
}
