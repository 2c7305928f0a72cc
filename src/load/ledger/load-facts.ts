import { describeLeftOut, listNames } from "../../download/many/left-out.js";
import { shareOf } from "../../store/too-many-rejects.js";
import type { LoadResult } from "./load-result.js";

/** A line of what a load did: what it is called, and its value. */
export type LoadFact = [what: string, value: string | number];

type Found = [what: string, value: string | number | null];

/**
 * Tells in words what became of the lines of a load: for a summary, or a table in a notebook.
 *
 * @returns what applies, in the order of its weight: the share that was set aside comes first
 * @example
 * tableView(loadFacts(await load(store, settings.load)).map(([what, value]) => ({ what, value })));
 */
export function loadFacts(result: LoadResult): LoadFact[] {
  const facts: Found[] = [
    ["set aside", shareOf(result.rejected, result.lines - result.blank)],
    ...filesOf(result),
    ["rows loaded", result.upToDate && result.files ? null : result.rows],
    ["rows of all files", result.files?.known ? result.files.allRows : null],
    ["subscribers", result.subscribers],
    ["days", result.firstDay && `${result.firstDay} … ${result.lastDay}`],
    ...replacedOf(result),
    ["an earlier state of the file", result.replacedFile ? "taken out" : null],
    ["summed into another row", result.merged || null],
    ["of these, into rows of the store", result.added || null],
    ["in the store before", result.storedBefore || null],
    ["of these, records sent before", result.sentBefore || null],
    ["of these, missing cells filled", result.filled || null],
    ["left for the stream", result.heldBack || null],
    ["made up before, removed", result.resampledRemoved || null],
    ["blank lines", result.blank || null],
    ["columns not in the file", result.absent.join(", ")],
    ["columns not used", result.unused.join(", ")],
    ["read as", result.readAs.join(", ")],
  ];
  return facts.filter((fact): fact is LoadFact => fact[1] !== null && fact[1] !== "");
}

/** What became of the files of a source of many. */
function filesOf({ files, leftOut = [] }: LoadResult): Found[] {
  if (!files) return [];
  const named = (names: readonly string[]) => (names.length ? `${count(names)}: ${listNames(names)}` : null);
  return [
    [
      "files",
      `${files.count.toLocaleString("en-US")}, of which ${count(files.new)} new, ${files.known.toLocaleString("en-US")} known`,
    ],
    ["changed", named(files.changed)],
    ["with the bytes of another", named(files.same)],
    ["gone, their rows stay", named(files.gone)],
    ["left out", leftOut.length ? `${count(leftOut)}: ${describeLeftOut(leftOut)}` : null],
  ];
}

/** What became of days that were replaced. */
function replacedOf({ replacedDays: replaced }: LoadResult): Found[] {
  if (!replaced) return [];
  const { first, last, removed, outside, without } = replaced;
  return [
    ["replaced", `the ${removed.toLocaleString("en-US")} rows of ${first} … ${last}`],
    ["rows of other days, left out", outside || null],
    ["days without rows now", listNames(without)],
  ];
}

const count = (list: readonly unknown[]) => list.length.toLocaleString("en-US");

/** What the rows have of each measure: "spend: 1,204.5 GBP in 60 rows". */
export function measureLines(measures: LoadResult["measures"]): string[] {
  const words = { add: "", max: "at most ", min: "at least " };
  return measures.map(({ title, name, unit, total, rows, combine }) => {
    const named = title === name ? title : `${title} (${name})`;
    const amount =
      total === null ? "no value" : `${words[combine]}${total.toLocaleString("en-US", { maximumFractionDigits: 2 })}`;
    return `  ${named}: ${amount}${unit && total !== null ? ` ${unit}` : ""} in ${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;
  });
}
