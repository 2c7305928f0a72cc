import { isMarkSql } from "../../store/cell-sql.js";
import { type Database, name, text } from "../../store/database.js";
import type { TypedRows } from "./typed-rows.js";

/** What may stand between groups of three digits: comma or point, a space (also one that does not break), an apostrophe. */
const SEPARATORS = [",", ".", " ", "\u00a0", "\u202f", "'", "\u2019"];

/**
 * Finds the columns whose numbers are written in groups of three digits, as 1,234,567.5. To be called where cells were found that are
 * no numbers.
 *
 * Every cell of the column must fit: none has four digits without a separator, or a separator at another place. Comma and point could
 * also begin a fraction of three digits, so they need a sign that they do not: two groups, a fraction behind the group, a column of whole
 * numbers, or that the user said what the decimal character is.
 *
 * @returns our column → what stands between its groups
 */
export async function findThousands(
  db: Database,
  { source, present, options }: TypedRows,
): Promise<Record<string, string>> {
  const measures = present.filter(({ kind }) => kind === "count" || kind === "amount");
  if (measures.length === 0) return {};
  const faults = await db.oneRow<Record<string, number>>(
    `SELECT ${measures.map((column, i) => `count(*) FILTER (isnan(${name(column.name)})) AS f${i}`).join(", ")} FROM typed`,
  );
  const found: Record<string, string> = {};
  for (const column of measures.filter((_, i) => faults[`f${i}`] > 0)) {
    const decimal = options.decimal ?? ".";
    const point = regex(decimal);
    const cell = `trim(${source.cell(column.position)}, ' ' || chr(9))`;
    const small = `regexp_matches(x, ${text(`^[+-]?[0-9]{0,3}(${point}[0-9]*)?$`)})`;
    for (const separator of SEPARATORS.filter((each) => each !== decimal)) {
      const group = `[+-]?[1-9][0-9]{0,2}(${regex(separator)}[0-9]{3})`;
      const isGrouped = `regexp_matches(x, ${text(`^${group}+(${point}[0-9]+)?$`)})`;
      const isSure = `regexp_matches(x, ${text(`^${group}(${regex(separator)}[0-9]{3}|${point}[0-9])`)})`;
      const isFree = !(separator === "," || separator === ".") || column.kind === "count" || decimal === ",";
      const counts = await db.oneRow<{ other: number; grouped: number; sure: number }>(
        `SELECT count(*) FILTER (NOT (${small} OR ${isGrouped} OR ${isMarkSql("x")})) AS other,
           count(*) FILTER (${isGrouped}) AS grouped, count(*) FILTER (${isSure}) AS sure
         FROM (SELECT ${cell} AS x FROM ${source.from}) WHERE x IS NOT NULL`,
      );
      if (counts.other === 0 && counts.grouped > 0 && (isFree || counts.sure > 0)) found[column.name] = separator;
    }
  }
  return found;
}

const regex = (character: string) => (/[\w\s\x80-\uffff]/.test(character) ? character : `\\${character}`);
