import { Command } from "commander";
import { htmlCommand } from "./notebook-html.js";
import { paramsCommand } from "./notebook-params.js";
import { notebookRunCommand } from "./notebook-run.js";
import { runAllCommand } from "./notebook-run-all.js";
import { scriptCommand } from "./notebook-script.js";
import { stripCommand } from "./notebook-strip.js";

/** `churn notebook`: run, list parameters, export, strip. */
export function notebookCommand(): Command {
  const command = new Command("notebook").description(
    "run notebooks without a screen, and make pages and scripts of them",
  );
  command.addCommand(notebookRunCommand());
  command.addCommand(runAllCommand());
  command.addCommand(paramsCommand());
  command.addCommand(htmlCommand());
  command.addCommand(stripCommand());
  command.addCommand(scriptCommand());
  return command;
}
