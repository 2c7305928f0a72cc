import { Command } from "commander";
import { checkOutputs } from "../core/check-outputs.js";
import { writeAtomic } from "../core/write-atomic.js";
import { readNotebook } from "../notebook/notebook.js";
import { notebookToScript } from "../notebook/to-script.js";
import { say } from "./notebook-report.js";

/** `churn notebook to-script`. */
export function scriptCommand(): Command {
  return new Command("to-script")
    .description("write a notebook as one TypeScript module")
    .argument("<in>", "notebook")
    .argument("[out]", "file to write (default: standard output)")
    .action(async (input: string, output?: string) => {
      const script = notebookToScript(await readNotebook(input));
      if (output) checkOutputs([input], [output]);
      if (!output) process.stdout.write(script);
      else {
        await writeAtomic(output, script);
        say(output);
      }
    });
}
