import { Command } from "commander";
import { exportHtml } from "../notebook/export-html.js";
import { oneOf } from "./notebook-flags.js";
import { say } from "./notebook-report.js";

/** `churn notebook html`. */
export function htmlCommand(): Command {
  return new Command("html")
    .description("write a notebook as one HTML page that opens from disk and needs no network")
    .argument("<in>", "notebook with outputs")
    .argument("<out>", "page to write")
    .option("--no-input", "leave out the code")
    .option("--theme <theme>", "light, dark or auto", oneOf("light", "dark", "auto"), "auto")
    .action(async (input: string, output: string, flags: { input: boolean; theme: "light" | "dark" | "auto" }) => {
      await exportHtml(input, output, flags);
      say(output);
    });
}
