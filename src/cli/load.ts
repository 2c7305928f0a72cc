import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { loadFacts, measureLines } from "../load/ledger/load-facts.js";
import type { LoadResult } from "../load/ledger/load-result.js";
import { load } from "../load/load.js";
import type { LoadedAttributes } from "../load/people/load-attributes.js";
import type { LoadedLeavers } from "../load/people/load-leavers.js";
import type { LoadedSubscriberFiles } from "../load/people/load-subscriber-files.js";
import { openStore } from "../store/open-store.js";
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

const machineForm = <Result extends LoadedAttributes | LoadedLeavers>(result: Result) => ({
  ...snakeKeys(result),
  rejects: result.rejects.map((row) => snakeKeys(row)),
});

function print(result: LoadResult & LoadedSubscriberFiles): string {
  const rejects = result.rejects.map(
    ({ columnName, reason, rows, firstLine }) =>
      `  ${rows.toLocaleString("en-US")} × ${columnName ? `${columnName}: ` : ""}${reason} (first: line ${firstLine})`,
  );
  return [
    formatFields([[result.files ? "source" : "file", result.file], ...loadFacts(result)]),
    ...measureLines(result.measures),
    ...rejects,
    ...(result.attributes?.notes ?? []),
    ...(result.leavers?.notes ?? []),
    ...result.notes,
    ...(result.upToDate ? ["up to date, nothing to do"] : []),
  ].join("\n");
}
