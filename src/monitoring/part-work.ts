import type { Chunking } from "./chunk.js";
import type { PartName } from "./measure.js";
import { partOf } from "./monitor-parts.js";
import { MonitoringResult } from "./monitoring-result.js";
import type { FittedPart } from "./part.js";
import { fitPart, measurePart } from "./run-part.js";
import type { OrderedTable } from "./table.js";

/** Parts to fit or to measure on one table: plain data, so that another thread can do it. */
export type PartWork = { readonly table: OrderedTable } & (
  | { readonly kind: "fit"; readonly plans: readonly { name: PartName; options: object }[] }
  | { readonly kind: "measure"; readonly parts: readonly [PartName, FittedPart][]; readonly chunking: Chunking }
);

type PlainResult = Pick<MonitoringResult, "part" | "chunks" | "series" | "fields" | "warnings">;

/** What comes of it, as plain data too. */
export type PartAnswer = {
  readonly fitted?: readonly [PartName, FittedPart][];
  readonly results?: readonly [PartName, PlainResult][];
};

export function partAnswer(work: PartWork): PartAnswer {
  if (work.kind === "fit") {
    return {
      fitted: work.plans.map(({ name, options }) => [name, fitPart(partOf(name), work.table, options) as FittedPart]),
    };
  }
  return {
    results: work.parts.map(([name, part]) => {
      const { chunks, series, fields, warnings } = measurePart(partOf(name), part, work.table, work.chunking);
      return [name, { part: name, chunks, series, fields, warnings }];
    }),
  };
}

export const resultOfPlain = ({ part, chunks, series, fields, warnings }: PlainResult): MonitoringResult =>
  new MonitoringResult(part, chunks, series, fields, warnings);
