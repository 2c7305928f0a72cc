import { Command, CommanderError } from "commander";
import { ChurnError } from "../core/errors.js";
import { doctorCommand } from "./doctor.js";
import { downloadCommand } from "./download.js";
import { edaCommand } from "./eda.js";
import { featuresCommand } from "./features.js";
import { forestCommand } from "./forest.js";
import { labCommand } from "./lab.js";
import { loadCommand } from "./load.js";
import { monitorCommand } from "./monitor.js";
import { notebookCommand } from "./notebook.js";
import { runCommand } from "./run.js";
import { scoreCommand } from "./score.js";
import { serveCommand } from "./serve.js";
import { storeCommand } from "./store.js";
import { streamCommand } from "./stream.js";
import { trainCommand } from "./train.js";
import { VERSION } from "./version.js";

const program = new Command("churn")
  .description("From call detail records to a monitored churn model.")
  .version(VERSION)
  .showHelpAfterError("(see --help)")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 bad usage or settings, 130 interrupted.");

for (const make of [
  downloadCommand,
  loadCommand,
  streamCommand,
  edaCommand,
  featuresCommand,
  trainCommand,
  scoreCommand,
  monitorCommand,
  forestCommand,
  serveCommand,
  runCommand,
  notebookCommand,
  labCommand,
  storeCommand,
  doctorCommand,
]) {
  program.addCommand(inheritSettings(make()));
}

program.exitOverride();
try {
  // an option may be written as in the config file: --store.wait_seconds
  const words = process.argv.map((word) => word.replace(/^--[\w.-]+/, (flag) => flag.replaceAll("_", "-")));
  await program.parseAsync(words);
} catch (error) {
  process.exitCode = report(error);
}
// a handle that somebody forgot must not keep the command alive; what is still to be written is written
setTimeout(() => process.exit(), 3000).unref();

/** Errors are thrown to here, from every level of subcommands. */
function inheritSettings(command: Command): Command {
  command.exitOverride().showHelpAfterError("(see --help)");
  for (const each of command.commands) inheritSettings(each);
  return command;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ChurnError) {
    if (process.argv.includes("--json")) {
      process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    }
    process.stderr.write(`churn: ${error.message}\n`);
    return error.exit;
  }
  const plain = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(
    `churn: unexpected error: ${process.env.DEBUG ? plain.stack : plain.message}\n  → DEBUG=1 shows where\n`,
  );
  return 1;
}
