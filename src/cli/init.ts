import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { configure } from "../config/configure.js";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import { writeAtomic } from "../core/write-atomic.js";
import { formatConfig } from "../init/compose-config.js";
import { type InitOptions, initOptions } from "../init/options.js";
import type { Doubt, Proposal } from "../init/proposal.js";
import { proposeConfig } from "../init/propose-config.js";
import { describeDoubts, describeProposal } from "./init-report.js";
import { interruptSignal } from "./interrupt-signal.js";
import { flagOf, kebab, shownDefault } from "./option-flags.js";
import { progressLine } from "./progress-line.js";

interface InitFlags {
  output?: string;
  yes?: boolean;
  strict?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `churn init`: looks at the data of a log and writes a config for it. */
export function initCommand(): Command {
  const command = new Command("init")
    .description("look at the data of a log and write a config for it")
    .argument("<source...>", "the log: a file, a folder, a pattern, or several of these")
    .option("--output <file>", "where the config is written (default: the name of the source with .config.json, here)")
    .option("--yes", "ask nothing: take the likelier of two readings, and say so")
    .option("--strict", "write nothing where the data leave something open: exit code 2")
    .option("--force", "replace a config that is there");
  for (const field of initOptions.fields) command.option(flagOf(field), `${field.help}${shownDefault(field)}`);
  command.option("--json", "print what was found as JSON, for machines");
  command.addHelpText(
    "after",
    "\nNothing but the config is written. It asks one question at a time, and only on a terminal, where the data leave something open.",
  );
  return command.action(async (sources: string[], flags: InitFlags, self: Command) =>
    run(sources, flags, givenOptions(self)),
  );
}

/** The options of `proposeConfig` that were given as flags. */
function givenOptions(command: Command): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const flags: Record<string, string | undefined> = command.opts();
  for (const { key } of initOptions.fields) {
    const raw = flags[kebab(key).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (raw !== undefined) given[key] = initOptions.fromText(key, raw);
  }
  return given;
}

async function run(sources: readonly string[], flags: InitFlags, options: InitOptions): Promise<void> {
  const isTerminal = Boolean(process.stdin.isTTY && process.stderr.isTTY) && !flags.yes && !flags.json;
  // what would be refused in the end is refused before the work
  if (flags.output) refuseToReplace(resolve(flags.output), flags);
  const progress = progressLine();
  const context = { onProgress: progress.onProgress, signal: interruptSignal() };
  const propose = async (more: InitOptions) => {
    try {
      return await proposeConfig(
        sources,
        { ...options, ...more, ...(flags.output ? { output: flags.output } : {}) },
        context,
      );
    } finally {
      progress.end();
    }
  };
  let answers: InitOptions = {};
  let proposal = await propose(answers);
  while (isTerminal && proposal.doubts.length) {
    const [doubt] = proposal.doubts;
    answers = { ...answers, [doubt.option]: await ask(doubt) };
    proposal = await propose(answers);
  }
  const file = resolve(flags.output ?? `${proposal.name}.config.json`);
  if (flags.strict && proposal.doubts.length) {
    throw new ChurnError("BAD_USAGE", `the data leave something open:\n${describeDoubts(proposal.doubts)}`, {
      hint: proposal.doubts.map(({ option }) => `--${kebab(option)} …`).join(" and "),
    });
  }
  refuseToReplace(file, flags);
  await writeAtomic(file, `${formatConfig(proposal.config)}\n`);
  const shown = relative(process.cwd(), file) || file;
  const next = nextCommands(shown);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(asJson(proposal, shown, next), null, 2)}\n`
      : `${describeProposal(proposal, shown, next)}\n`,
  );
}

function refuseToReplace(file: string, { force }: InitFlags): void {
  if (!existsSync(file) || force) return;
  throw new ChurnError("BAD_USAGE", `${relative(process.cwd(), file) || file} is there already`, {
    hint: "--output names another file; --force replaces it",
  });
}

/** Asks on the terminal which of several readings is meant; the likelier one is taken for no answer. */
async function ask({ question, choices }: Doubt): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const list = choices.map(({ title }, at) => `  ${at + 1}  ${title}${at === 0 ? "  (default)" : ""}`);
    // Ctrl-D ends the input, and the question would never be answered
    const closed = once(lines, "close").then(() => "");
    for (;;) {
      const asked = lines.question(`${question}\n${list.join("\n")}\nWhich one? [1] `);
      const answer = (await Promise.race([asked, closed])).trim();
      const chosen =
        answer === "" ? choices[0] : (choices[Number(answer) - 1] ?? choices.find(({ value }) => value === answer));
      if (chosen) return chosen.value;
    }
  } finally {
    lines.close();
  }
}

function asJson(proposal: Proposal, file: string, next: readonly string[]) {
  const { days, preview } = proposal;
  const shown = { ...preview, rejects: preview.rejects.map(snakeKeys) };
  return { file, next: next[0], ...snakeKeys(proposal), days: snakeKeys(days), preview: shown };
}

/** What to type to run all notebooks on the log; outside of a project that has them, with those of the package. */
function nextCommands(config: string): string[] {
  const { root } = configure({}, { env: process.env });
  const shown = /\s/.test(config) ? JSON.stringify(config) : config;
  const run = `npx churn run --config ${shown}`;
  if (!existsSync(join(root, "notebooks"))) {
    const own = relative(process.cwd(), fileURLToPath(new URL("../../notebooks", import.meta.url)));
    return [`${run} --notebooks-dir ${own}`];
  }
  return [run, ...(root === process.cwd() ? [`npm start -- --config ${shown}`] : [])];
}
