import { knownValue } from "../core/known-value.js";
import type { FeaturePlan } from "./feature-plan.js";
import type { UsageMeasure } from "./usage-measures.js";

/** Units in which amounts are summed: whole millionths, since sums of doubles depend on their order. */
export const MILLIONTHS = 1e6;

/** A measure and where `past` has it: whatever its name is, it is none of the others there. */
export type PlannedMeasure = UsageMeasure & { alias: string };

/** The measures of a plan by their names. */
export function plannedMeasures({ measures }: FeaturePlan): (name: string) => PlannedMeasure {
  const found = new Map(measures.map((measure, index) => [measure.name, { ...measure, alias: `m${index}` }]));
  return (name) => knownValue(found, name);
}

/** SQL for a measure as a whole number; what a row leaves out counts as 0. */
export function whole({ kind }: UsageMeasure, column: string): string {
  const value = `coalesce(${column}, 0)`;
  return kind === "count" ? value : `CAST(round(${value} * ${MILLIONTHS}) AS BIGINT)`;
}

/** Units in which logarithms are summed: so fine that no sum of a lifetime's days differs from that of doubles by more than they do. */
export const LOG_UNITS = 1e12;

/** SQL for the logarithm of a measure in whole units of `LOG_UNITS`, sign · ln(1 + |x|); what a row leaves out counts as 0. */
export function logOf({ negative = false }: UsageMeasure, column: string): string {
  const value = `coalesce(${column}, 0)`;
  const log = negative ? `sign(${value}) * ln(1 + abs(${value}))` : `ln(1 + greatest(${value}, 0))`;
  return `CAST(round(${log} * ${LOG_UNITS}) AS BIGINT)`;
}

/** What one unit of `whole` is worth. */
export const unitOf = (measure: UsageMeasure) => (measure.kind === "count" ? 1 : MILLIONTHS);
