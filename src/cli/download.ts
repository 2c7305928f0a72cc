import type { Command } from "commander";
import { download } from "../download/download.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function downloadCommand(): Command {
  return stageCommand("download", {
    section: "download",
    summary: "fetch a log: sample:, a path, https://, gs://",
    run: (settings, context) => download(settings.download, context),
    print: (manifest) =>
      formatFields([
        ["source", manifest.source],
        ["file", manifest.file],
        ["rows", manifest.rows],
        ["bytes", manifest.bytes],
        ["sha256", manifest.sha256],
        ["generation", manifest.generation ?? null],
        ["", manifest.up_to_date ? "up to date, nothing to do" : null],
      ]),
  });
}
