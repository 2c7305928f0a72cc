import type { Command } from "commander";
import { openStore } from "../store/open-store.js";
import { stream } from "../stream/stream.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function streamCommand(): Command {
  return stageCommand("stream", {
    section: "stream",
    summary: "stream the days after the loaded range, batch by batch",
    run: (settings, context) => stream(openStore(settings.store), settings.stream, context),
    print: (result) =>
      formatFields([
        ["stream", result.name],
        ["rows from", result.origin],
        ["batches", result.batches.length],
        ["of earlier runs", result.resumed_at || null],
        ["rows", result.rows],
        ["days", result.batches.length ? `${result.batches[0]?.first_day} … ${result.batches.at(-1)?.last_day}` : null],
        ["", result.exhausted ? "the log has no more rows" : null],
      ]),
  });
}
