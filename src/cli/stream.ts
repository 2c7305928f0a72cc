import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { openStore } from "../store/open-store.js";
import { type StreamResult, stream } from "../stream/stream.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

/** The median and the 95th percentile of the batches of this run. */
function millisecondsOf({ batches }: StreamResult): string | null {
  const times = batches.flatMap(({ seconds }) => seconds ?? []).sort((a, b) => a - b);
  if (times.length === 0) return null;
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] * 1000).toFixed(1);
  return `${at(0.5)} ms (95th percentile ${at(0.95)} ms)`;
}

export function streamCommand(): Command {
  return stageCommand("stream", {
    section: "stream",
    summary: "stream the days after the loaded range, batch by batch",
    async run(settings, context) {
      const result = await stream(openStore(settings.store), settings.stream, context);
      // whoever asked for rows is to notice that none came
      if (result.origin === null) process.exitCode = 1;
      return result;
    },
    json: (result) => ({ ...snakeKeys(result), batches: result.batches.map((batch) => snakeKeys(batch)) }),
    print: (result) =>
      formatFields([
        ["stream", result.name],
        ["rows from", result.origin],
        ["batches", result.batchCount],
        ["of earlier runs", result.resumedAt || null],
        ["rows", result.rows],
        ["days", result.batches.length ? `${result.batches[0]?.firstDay} … ${result.batches.at(-1)?.lastDay}` : null],
        ["a batch takes", millisecondsOf(result)],
        ["", result.exhausted && result.origin ? "the log has no more rows" : null],
        ["", result.note],
      ]),
  });
}
