import { Command, CommanderError } from "commander";
import { toError } from "../core/fault.js";
import { explainFault } from "../store/explain-fault.js";
import { VERSION } from "./version.js";

/** Reads a command only when it is asked for: all of them together take a second. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  init: async () => (await import("./init.js")).initCommand(),
  download: async () => (await import("./download.js")).downloadCommand(),
  load: async () => (await import("./load.js")).loadCommand(),
  stream: async () => (await import("./stream.js")).streamCommand(),
  eda: async () => (await import("./eda.js")).edaCommand(),
  features: async () => (await import("./features.js")).featuresCommand(),
  train: async () => (await import("./train.js")).trainCommand(),
  score: async () => (await import("./score.js")).scoreCommand(),
  "call-list": async () => (await import("./call-list.js")).callListCommand(),
  campaign: async () => (await import("./campaign.js")).campaignCommand(),
  monitor: async () => (await import("./monitor.js")).monitorCommand(),
  forest: async () => (await import("./forest.js")).forestCommand(),
  serve: async () => (await import("./serve.js")).serveCommand(),
  run: async () => (await import("./run.js")).runCommand(),
  notebook: async () => (await import("./notebook.js")).notebookCommand(),
  lab: async () => (await import("./lab.js")).labCommand(),
  store: async () => (await import("./store.js")).storeCommand(),
  doctor: async () => (await import("./doctor.js")).doctorCommand(),
};

const program = new Command("churn")
  .description("From call detail records to a monitored churn model.")
  .version(VERSION)
  .showHelpAfterError("(see --help)")
  // flags belong to the command before them: features --horizon is not that of features explain
  .enablePositionalOptions()
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 bad usage or settings, 130 interrupted.");

const asked = process.argv[2] ?? "";
const names = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);
for (const name of names) program.addCommand(inheritSettings(await COMMANDS[name]()));

// whoever reads may have seen enough: churn … | head
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

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
  const known = explainFault(error);
  if (known) {
    if (process.argv.includes("--json")) {
      process.stdout.write(`${JSON.stringify({ error: { code: known.code, message: known.message } })}\n`);
    }
    process.stderr.write(`churn: ${known.message}\n`);
    return known.exit;
  }
  const plain = toError(error);
  process.stderr.write(
    `churn: unexpected error: ${process.env.DEBUG ? plain.stack : plain.message}\n  → DEBUG=1 shows where\n`,
  );
  return 1;
}
