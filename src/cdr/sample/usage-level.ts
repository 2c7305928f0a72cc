import { ENDED, FADING, type SubscriberStates } from "./subscriber-states.js";

/** What a leaving subscriber still uses, from 1 down to 0 when the line has ended. */
export function fadeOn(lines: SubscriberStates, line: number, day: number): number {
  if (lines.phase[line] === ENDED) return 0;
  if (lines.phase[line] !== FADING) return 1;
  const start = lines.fadeStart[line];
  const x = (day - start) / (lines.end[line] - start);
  const bend = lines.bend[line];
  return 1 - lines.depth[line] * x * (1 - bend + bend * x);
}

/** How much of the usual a staying subscriber uses, 0 … 1: newcomers start slowly, breaks are silent, dips pass. */
export function habitOn(lines: SubscriberStates, line: number, day: number): number {
  const toBreak = lines.breakStart[line] - day;
  if (toBreak <= 0 && day < lines.breakEnd[line]) return 0;
  const habit = Math.min(1, 0.4 + 0.06 * (day - lines.joined[line])) * (toBreak > 0 && toBreak < 6 ? 0.6 : 1);
  const dipStart = lines.dipStart[line];
  const dipEnd = lines.dipEnd[line];
  if (day < dipStart || day >= dipEnd) return habit;
  const x = (day - dipStart) / (dipEnd - dipStart);
  return habit * (1 - lines.dipDepth[line] * 4 * x * (1 - x));
}
