import type { Command } from "commander";
import { callList } from "../campaign/call-list.js";
import { snakeKeys } from "../core/key-case.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function callListCommand(): Command {
  return stageCommand("call-list", {
    section: "call_list",
    summary: "plan the next campaign: whom to call, why, and a control group to compare with",
    run: (settings, context) => callList(openStore(settings.store), settings.call_list, context),
    json: ({ table: _, leftOut, ...result }) => ({ ...snakeKeys(result), left_out: snakeKeys(leftOut) }),
    print: ({ campaign, modelVersion, day, people, called, control, expected, output, controlOutput, table, notes }) =>
      [
        formatFields([
          ["campaign", campaign],
          ["model", modelVersion],
          ["snapshots of", day],
          ["people looked at", people],
          ["to call", called],
          ["control group, not to be called", control],
          ["churners expected among the called", Math.round(expected.churners)],
          ["of them kept by the call", Math.round(expected.saved)],
          ["cost", Math.round(expected.cost)],
          ["expected profit", Math.round(expected.profit)],
          ["file", output],
          ["file of the control group", controlOutput],
        ]),
        ...(called > 0 ? ["", table.text] : []),
        ...notes.map((note) => `· ${note}`),
      ].join("\n"),
  });
}
