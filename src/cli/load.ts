import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { describeLeftOut, listNames } from "../download/many/left-out.js";
import { load } from "../load/load.js";
import type { LoadedAttributes } from "../load/load-attributes.js";
import type { LoadedLeavers } from "../load/load-leavers.js";
import type { LoadResult } from "../load/load-result.js";
import type { LoadedSubscriberFiles } from "../load/load-subscriber-files.js";
import { openStore } from "../store/open-store.js";
import { shareOf } from "../store/too-many-rejects.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function loadCommand(): Command {
  return stageCommand("load", {
    section: "load",
    summary: "put a downloaded log into the store; bad rows are set aside",
    run: (settings, context) => load(openStore(settings.store), settings.load, context),
    json: (result) => ({
      ...snakeKeys(result),
      rejects: result.rejects.map((row) => snakeKeys(row)),
      attributes: result.attributes && machineForm(result.attributes),
      leavers: result.leavers && machineForm(result.leavers),
    }),
    print,
  });
}

/** What became of the files of a source of many. */
function filesOf({ files, leftOut = [] }: LoadResult): [string, string | number | null][] {
  if (!files) return [];
  const named = (names: readonly string[]) => (names.length ? `${count(names)}: ${listNames(names)}` : null);
  const loaded = files.new.length + files.changed.length;
  return [
    [
      "files",
      `${files.count.toLocaleString("en-US")}, of which ${count(files.new)} new, ${files.known.toLocaleString("en-US")} known`,
    ],
    ["changed", named(files.changed)],
    ["with the bytes of another", named(files.same)],
    ["gone, their rows stay", named(files.gone)],
    ["left out", leftOut.length ? `${count(leftOut)}: ${describeLeftOut(leftOut)}` : null],
    ["rows loaded", loaded ? files.rows : null],
  ];
}

/** What became of days that were replaced. */
function replacedOf({ replacedDays: replaced }: LoadResult): [string, string | number | null][] {
  if (!replaced) return [];
  const { first, last, removed, outside, without } = replaced;
  return [
    ["replaced", `the ${removed.toLocaleString("en-US")} rows of ${first} … ${last}`],
    ["rows of other days, left out", outside || null],
    ["days without rows now", listNames(without)],
  ];
}

const count = (list: readonly unknown[]) => list.length.toLocaleString("en-US");

const machineForm = <Result extends LoadedAttributes | LoadedLeavers>(result: Result) => ({
  ...snakeKeys(result),
  rejects: result.rejects.map((row) => snakeKeys(row)),
});

/** What the rows have of each measure: "spend: 1,204.5 GBP in 60 rows". */
function measureLines(measures: LoadResult["measures"]): string[] {
  const words = { add: "", max: "at most ", min: "at least " };
  return measures.map(({ title, name, unit, total, rows, combine }) => {
    const named = title === name ? title : `${title} (${name})`;
    const amount =
      total === null ? "no value" : `${words[combine]}${total.toLocaleString("en-US", { maximumFractionDigits: 2 })}`;
    return `  ${named}: ${amount}${unit && total !== null ? ` ${unit}` : ""} in ${rows.toLocaleString("en-US")} rows`;
  });
}

function print(result: LoadResult & LoadedSubscriberFiles): string {
  const rejects = result.rejects.map(
    ({ columnName, reason, rows, firstLine }) =>
      `  ${rows.toLocaleString("en-US")} × ${columnName ? `${columnName}: ` : ""}${reason} (first: line ${firstLine})`,
  );
  return [
    formatFields([
      ["set aside", shareOf(result.rejected, result.lines - result.blank)],
      [result.files ? "source" : "file", result.file],
      ...filesOf(result),
      [result.files ? "rows of all files" : "rows loaded", result.rows],
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
    ]),
    ...measureLines(result.measures),
    ...rejects,
    ...(result.attributes?.notes ?? []),
    ...(result.leavers?.notes ?? []),
    ...result.notes,
    ...(result.upToDate ? ["up to date, nothing to do"] : []),
  ].join("\n");
}
