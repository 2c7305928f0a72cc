import type { FittedPart } from "../calculators/calculator.js";
import { fitPart, type MeasuredSeries, measurePart } from "../calculators/fit-calculator.js";
import type { PartName } from "../calculators/measure.js";
import type { Chunking } from "../chunks/chunk.js";
import type { OrderedTable } from "../chunks/table.js";
import { partOf } from "./calculators.js";

/** Parts to fit or to measure on one table: plain data, so that another thread can do it. */
export type PartWork = { readonly table: OrderedTable } & (
  | { readonly kind: "fit"; readonly plans: readonly { name: PartName; options: object }[] }
  | { readonly kind: "measure"; readonly parts: readonly [PartName, FittedPart][]; readonly chunking: Chunking }
);

/** What comes of it, as plain data too. */
export type PartAnswer = {
  readonly fitted?: readonly [PartName, FittedPart][];
  readonly results?: readonly [PartName, MeasuredSeries][];
};

export function partAnswer(work: PartWork): PartAnswer {
  if (work.kind === "fit") {
    return {
      fitted: work.plans.map(({ name, options }) => [name, fitPart(partOf(name), work.table, options)]),
    };
  }
  return {
    results: work.parts.map(([name, part]) => [name, measurePart(partOf(name), part, work.table, work.chunking)]),
  };
}
