import type { FittedPart, RawMeasure } from "../calculators/calculator.js";
import {
  type AnyTable,
  fittedFrom,
  isCompat,
  type MeasureOptions,
  measuredFrom,
  ordered,
  type RunTables,
} from "../calculators/fit-calculator.js";
import { type Chunk, type Chunking, chunkTable } from "../chunks/chunk.js";
import type { OrderedTable } from "../chunks/table.js";
import { categoriesOf, numbersOf } from "../chunks/typed-columns.js";
import {
  type DomainClassifierOptions,
  type DomainClassifierState,
  domainClassifierPart,
} from "../drift/domain-classifier-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { resultOf } from "./run-calculator.js";
import { domainOnTwoThreads } from "./two-threads.js";

/**
 * Multivariate drift by a domain classifier: how well boosted trees tell the rows of a chunk from those of the reference
 * (area under ROC of cross-validated predictions; 0.5 is "not at all").
 */
export async function domainClassifier(
  options: DomainClassifierOptions & MeasureOptions & RunTables,
): Promise<MonitoringResult> {
  const fitted = await fitDomainClassifier(options.reference, options);
  if (options.analysis) return measureDomainClassifier(fitted, options.analysis, options.chunking);
  return resultOf(domainClassifierPart, fitted);
}

export async function fitDomainClassifier(
  reference: AnyTable,
  options: DomainClassifierOptions & MeasureOptions,
): Promise<FittedPart<DomainClassifierState>> {
  const compat = isCompat(options.compat);
  const table = ordered(reference, "reference", compat, options.chunking ?? {});
  const warnings = [...table.warnings];
  const context = { compat, warn: (text: string) => warnings.push(text) };
  const state = domainClassifierPart.fit(table, options, context);
  const chunks = chunkTable(table, options.chunking ?? {}, { gaps: !compat, warnings });
  const raw = await measureAll(state, table, chunks, true);
  return fittedFrom(domainClassifierPart, state, table, chunks, raw, context, warnings);
}

export async function measureDomainClassifier(
  fitted: FittedPart<DomainClassifierState>,
  analysis: AnyTable,
  chunking: Chunking = {},
): Promise<MonitoringResult> {
  const table = ordered(analysis, "analysis", fitted.compat, chunking);
  const warnings = [...fitted.warnings, ...table.warnings];
  const chunks = chunkTable(table, chunking, { gaps: !fitted.compat, warnings });
  const raw = await measureAll(fitted.state, table, chunks, false);
  const measured = measuredFrom(domainClassifierPart, fitted, table, chunks, raw, warnings);
  return resultOf(domainClassifierPart, fitted, measured);
}

async function measureAll(
  state: DomainClassifierState,
  table: OrderedTable,
  chunks: readonly Chunk[],
  isReference: boolean,
): Promise<RawMeasure[][]> {
  const where = isReference ? "reference" : "analysis";
  const columns = state.columns.map(({ name, wasText }) =>
    wasText ? categoriesOf(table, name, where, true) : numbersOf(table, name, where),
  );
  const raw = await domainOnTwoThreads({ state, columns, chunks, isReference });
  return raw.map((each) => [each]);
}
