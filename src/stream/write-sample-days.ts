import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { toCsv } from "../cdr/sample/sample-csv.js";
import { sampleDays } from "../cdr/sample/sample-days.js";
import { parseSampleSource } from "../cdr/sample/sample-source.js";
import { dayOf } from "../core/days.js";
import type { ScenarioSpan } from "./scenario-sql.js";

/** Days of records beyond which a stream of the sample does not go. */
const MOST_DAYS = 3650;

/**
 * Writes the true continuation of a sample as CSV: whole days from `from` on, until there are as many rows as needed.
 *
 * @param source the source that was loaded: `sample:?…`
 * @param options.span what changes, and when
 */
export async function writeSampleDays(
  source: string,
  options: { from: number; rows: number; span: ScenarioSpan },
  path: string,
): Promise<void> {
  const { from, rows, span } = options;
  const sample = parseSampleSource(source);
  const lasting = span.days === null ? {} : { scenarioDays: span.days };
  const changed =
    span.scenario === "none" ? {} : { scenario: span.scenario, scenarioDay: dayOf(span.from), ...lasting };
  const blocks = function* () {
    yield Buffer.from(`${CDR_COLUMNS.map((column) => column.name).join(",")}\n`);
    let written = 0;
    for (const block of sampleDays({ ...sample, ...changed, from, to: from + MOST_DAYS })) {
      yield toCsv(block);
      written += block.rows;
      if (written >= rows) return;
    }
  };
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}
