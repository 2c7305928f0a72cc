import { measuresOf } from "../cdr/columns.js";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import type { Database } from "./database.js";
import { logColumns } from "./log-columns.js";

/**
 * Calls measures what a configuration calls them: every page that is made from now on does.
 *
 * @param titles by measure; what stands in parentheses at the end of that of an amount is its unit: "amount (US dollars)"
 * @throws ChurnError BAD_OPTION for a measure that the log does not have
 */
export async function setTitles(db: Database, titles: Readonly<Record<string, string>>): Promise<void> {
  const measures = measuresOf(await logColumns(db));
  const changed = Object.entries(titles).flatMap(([given, text]) => {
    const measure = measures.find(({ name }) => name.toLowerCase() === given.toLowerCase());
    if (!measure)
      throw unknownMeasure(
        given,
        measures.map(({ name }) => name),
      );
    const { title, unit } = splitTitle(text, measure.kind);
    return measure.title === title && (measure.unit ?? null) === unit ? [] : [{ name: measure.name, title, unit }];
  });
  if (changed.length === 0) return;
  await db.transaction(async () => {
    for (const { name, title, unit } of changed) {
      await db.run("UPDATE measures SET title = $1, unit = $2 WHERE name = $3", [title, unit, name]);
    }
  });
}

/** "amount (US dollars)" is an amount in US dollars. */
function splitTitle(text: string, kind: "count" | "amount"): { title: string; unit: string | null } {
  const [, title, unit] = (kind === "amount" && /^(.*\S)\s*\(([^()]+)\)$/.exec(text)) || [];
  return title && unit ? { title, unit } : { title: text, unit: null };
}

function unknownMeasure(given: string, names: readonly string[]): ChurnError {
  const near = closestMatch(given, names);
  return new ChurnError(
    "BAD_OPTION",
    `option "load.titles" names ${JSON.stringify(given)}, which is not a measure of the log`,
    {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it has ${names.join(", ")}`,
    },
  );
}
