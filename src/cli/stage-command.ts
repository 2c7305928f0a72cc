import { Command, Option } from "commander";
import { SECTIONS, type Settings, settingsOf } from "../config/configure.js";
import { type AnyOptionSet, holdersOf, type LayeredValue } from "../config/layer.js";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import type { OptionField } from "../core/option-set.js";
import type { StageContext } from "../core/progress.js";
import { interruptSignal } from "./interrupt-signal.js";
import { flagOf, kebab, shownDefault } from "./option-flags.js";
import { progressLine } from "./progress-line.js";

/** What a subcommand does: settings in, result out. The result is printed by `json` with `--json`, else by `print`. */
export interface StageCommand<Result extends object> {
  /** Section of the settings whose options are flags of the command. */
  section: keyof typeof SECTIONS;
  summary: string;
  run(settings: Settings, context: Required<StageContext>): Promise<Result>;
  print(result: Result, settings: Settings): string;
  /** The result as machines read it, in snake_case at every depth; left out where none of its values has camelCase keys. */
  json?(result: Result): object;
  /** Also take the options of every other section as flags without a prefix, where their name says enough. */
  flat?: boolean;
  /** Another way to run the command, which works on files and reads no settings. */
  instead?: {
    options: Option[];
    /** Whether the flags ask for it. */
    asked(flags: Record<string, string | undefined>): boolean;
    run(flags: Record<string, string | undefined>): Promise<{ json: unknown; text: string }>;
  };
}

const SETS: Readonly<Record<string, AnyOptionSet>> = SECTIONS;

/** Makes the command of a stage: its options as flags, those of other stages with a prefix, `--config` and `--json`. */
export function stageCommand<Result extends object>(name: string, stage: StageCommand<Result>): Command {
  const own: AnyOptionSet = SECTIONS[stage.section];
  const command = new Command(name).description(stage.summary);
  const flags = new Map<string, [section: string, key: string][]>();
  const add = (flag: string, field: OptionField, targets: [string, string][], hidden: boolean) => {
    if (flags.has(flag)) return;
    flags.set(flag, targets);
    const option = new Option(flagOf(field, flag), `${field.help}${shownDefault(field)}`);
    command.addOption(hidden ? option.hideHelp() : option);
  };
  const jsonOf = stage.json ?? ((result: Result) => snakeKeys(result));
  const all = Object.entries(SECTIONS);
  for (const field of own.fields) {
    // data_dir and the like mean the same in every stage
    const targets = stage.flat ? holdersOf(field.key, SECTIONS) : [stage.section];
    add(
      kebab(field.key),
      field,
      targets.map((section) => [section, field.key]),
      false,
    );
  }
  for (const [section, { fields }] of all) {
    for (const field of fields) add(`${kebab(section)}.${kebab(field.key)}`, field, [[section, field.key]], true);
  }
  if (stage.flat) {
    for (const [, { fields }] of all) {
      for (const field of fields) {
        add(
          kebab(field.key),
          field,
          holdersOf(field.key, SECTIONS).map((section) => [section, field.key]),
          true,
        );
      }
    }
  }
  for (const option of stage.instead?.options ?? []) command.addOption(option);
  command.option("--config <file>", "config file (default: churn.config.json of the project)");
  command.option("--json", "print the result as JSON, for machines");
  command.addHelpText(
    "after",
    "\nOptions of other stages go with a prefix: --store.path FILE. See docs/options.md for all of them.",
  );
  // what comes before the options are arguments, where a command has any
  command.action(async (...passed: unknown[]) => {
    const self = passed.at(-1) as Command;
    const given = givenFlags(self, flags);
    const { config, json } = self.opts<{ config?: string; json?: boolean }>();
    if (stage.instead?.asked(self.opts())) {
      const odd = given[0]?.where;
      if (odd) {
        throw new ChurnError("BAD_USAGE", `${odd} has no meaning with files`, {
          hint: "it belongs to the run on the store; say it in the file of --config",
        });
      }
      const result = await stage.instead.run(self.opts());
      process.stdout.write(`${json ? JSON.stringify(result.json, null, 2) : result.text}\n`);
      return;
    }
    const settings = settingsOf(() => given, { config });
    const progress = progressLine();
    try {
      const context = { onProgress: progress.onProgress, signal: interruptSignal() };
      const result = await stage.run(settings, context);
      progress.end();
      process.stdout.write(`${json ? JSON.stringify(jsonOf(result), null, 2) : stage.print(result, settings)}\n`);
    } finally {
      progress.end();
    }
  });
  return command;
}

function givenFlags(command: Command, flags: Map<string, [string, string][]>): LayeredValue[] {
  const given: (LayeredValue & { wide: number })[] = [];
  for (const option of command.options) {
    const flag = option.long?.slice(2) ?? "";
    const targets = flags.get(flag);
    if (!targets || command.getOptionValueSource(option.attributeName()) !== "cli") continue;
    const raw: string | boolean = command.getOptionValue(option.attributeName());
    for (const [section, key] of targets) {
      const value = raw === true ? true : SETS[section].fromText(key, String(raw));
      given.push({ section, key, value, where: `--${flag}`, base: process.cwd(), wide: targets.length });
    }
  }
  // a flag for one stage wins over one for several
  return given.sort((a, b) => b.wide - a.wide);
}
