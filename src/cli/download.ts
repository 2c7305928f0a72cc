import type { Command } from "commander";
import { type DownloadResult, download } from "../download/download.js";
import { describeLeftOut, listNames } from "../download/many/left-out.js";
import { tableNotes } from "../download/mysql/table-read.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

/** What became of the files of a source of many. */
function filesOf({ files, left_out = [] }: DownloadResult): [string, string | number | null][] {
  if (!files) return [];
  const named = (names: readonly string[]) =>
    names.length ? `${names.length.toLocaleString("en-US")}: ${listNames(names)}` : null;
  return [
    ["files", files.count],
    ["new", named(files.new)],
    ["changed", named(files.changed)],
    ["gone", named(files.gone)],
    ["left out", left_out.length ? `${left_out.length.toLocaleString("en-US")}: ${describeLeftOut(left_out)}` : null],
  ];
}

export function downloadCommand(): Command {
  return stageCommand("download", {
    section: "download",
    summary: "fetch a log: sample:, a path, a folder, a pattern, https://, gs://, mysql://",
    run: (settings, context) => download(settings.download, context),
    print: (manifest) =>
      formatFields([
        ["source", manifest.source],
        [manifest.files ? "folder" : "file", manifest.file],
        ...filesOf(manifest),
        ["rows", manifest.rows],
        ["bytes", manifest.bytes],
        ["sha256", manifest.files ? null : manifest.sha256],
        ["generation", manifest.generation ?? null],
        ...(manifest.read ? tableNotes(manifest.read) : []).map((note) => ["note", note] as const),
        ["", manifest.up_to_date ? "up to date, nothing to do" : null],
      ]),
  });
}
