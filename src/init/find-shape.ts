import { splitLine } from "../download/split-line.js";

/** How a text file is cut into cells, and what of it is a header. */
export interface TextShape {
  delimiter: string;
  /** Lines above the header, or above the first row. */
  skip: number;
  header: boolean;
  columns: string[];
}

const DELIMITERS = [",", ";", "\t", "|"];
/** Lines that are looked at. */
const LINES = 300;

const NUMBER = /^[+-]?(\d+([.,]\d+)*|[.,]\d+)(e[+-]?\d+)?$/i;
const DAY = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$/;

/** Whether a cell holds a number or a day, which the name of a column does not. */
const isValue = (cell: string) => NUMBER.test(cell) || DAY.test(cell);

/**
 * Tells from the first lines of a text how its cells are divided, how many lines stand above the table, and whether the first line of the
 * table names the columns.
 *
 * @param lines the first lines, without their ends; quoted cells with a line end in them count as lines that do not fit
 */
export function findShape(lines: readonly string[]): TextShape {
  const filled = lines.slice(0, LINES).filter((line) => line.trim() !== "");
  const tried = DELIMITERS.map((delimiter) => {
    const widths = filled.map((line) => splitLine(line, delimiter).length);
    const width = mostFrequent(widths.filter((each) => each > 1));
    const fits = widths.filter((each) => each === width).length;
    return { delimiter, width, share: width > 1 ? fits / widths.length : 0 };
  });
  // a decimal comma in each row makes comma fit as well as the true delimiter, but the header has none
  const best = tried.reduce((a, b) => (score(b, filled[0]) > score(a, filled[0]) ? b : a));
  const { delimiter, width } = best;
  const first = lines.findIndex(
    (line) => splitLine(line, delimiter).length === (best.share > 0 ? width : 1) && line.trim() !== "",
  );
  const skip = Math.max(first, 0);
  const head = splitLine((lines[skip] ?? "").replace(/^\ufeff/, ""), delimiter);
  const below = lines.slice(skip + 1, skip + 1 + LINES).map((line) => splitLine(line, delimiter));
  const header = isHeader(
    head,
    below.filter((cells) => cells.length === head.length),
  );
  const columns = header ? head : head.map((_, at) => `c${at + 1}`);
  return { delimiter, skip, header, columns };
}

function score({ delimiter, width, share }: { delimiter: string; width: number; share: number }, head = ""): number {
  const own = splitLine(head, delimiter).length === width ? 0.5 : 0;
  return share < 0.5 ? share : share + own + Math.min(width, 50) / 1000;
}

/** A header holds no values, and is not as a row below; where all cells are texts it is one when its own stand in no row below. */
function isHeader(head: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const named = head.filter((cell) => cell !== "");
  if (named.some(isValue)) return false;
  if (rows.length === 0) return true;
  const holdsValues = head.some((_, at) => rows.some((cells) => isValue(cells[at])));
  const isRepeated = head.some(
    (cell, at) => cell !== "" && rows.filter((cells) => cells[at] === cell).length > rows.length / 100 + 1,
  );
  return holdsValues
    ? !isRepeated
    : new Set(named).size === named.length && !head.some((cell, at) => rows.some((cells) => cells[at] === cell));
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = 1;
  let most = 0;
  for (const [value, count] of counts) {
    if (count > most) [best, most] = [value, count];
  }
  return best;
}
