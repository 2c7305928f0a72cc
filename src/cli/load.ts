import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { load } from "../load/load.js";
import type { LoadResult } from "../load/load-result.js";
import { openStore } from "../store/open-store.js";
import { shareOf } from "../store/too-many-rejects.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function loadCommand(): Command {
  return stageCommand("load", {
    section: "load",
    summary: "put a downloaded log into the store; bad rows are set aside",
    run: (settings, context) => load(openStore(settings.store), settings.load, context),
    json: (result) => ({ ...snakeKeys(result), rejects: result.rejects.map((row) => snakeKeys(row)) }),
    print,
  });
}

function print(result: LoadResult): string {
  const rejects = result.rejects.map(
    ({ columnName, reason, rows, firstLine }) =>
      `  ${rows.toLocaleString("en-US")} × ${columnName ? `${columnName}: ` : ""}${reason} (first: line ${firstLine})`,
  );
  return [
    formatFields([
      ["set aside", shareOf(result.rejected, result.lines - result.blank)],
      ["file", result.file],
      ["rows loaded", result.rows],
      ["subscribers", result.subscribers],
      ["days", result.firstDay && `${result.firstDay} … ${result.lastDay}`],
      ["an earlier state of the file", result.replacedFile ? "taken out" : null],
      ["summed into another row", result.merged || null],
      ["of these, into rows of the store", result.added || null],
      ["in the store before", result.storedBefore || null],
      ["of these, missing cells filled", result.filled || null],
      ["left for the stream", result.heldBack || null],
      ["made up before, removed", result.resampledRemoved || null],
      ["blank lines", result.blank || null],
      ["columns not in the file", result.absent.join(", ")],
      ["columns not used", result.unused.join(", ")],
      [
        "text",
        result.encoding === "utf-8"
          ? null
          : `not UTF-8, read as ${result.encoding === "latin-1" ? "Latin-1" : "Windows-1252"}`,
      ],
    ]),
    ...rejects,
    ...result.notes,
    ...(result.upToDate ? ["up to date, nothing to do"] : []),
  ].join("\n");
}
