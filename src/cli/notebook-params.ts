import { Command } from "commander";
import { readNotebook } from "../notebook/notebook.js";
import { takes } from "../notebook/parameter-type.js";
import { readParameters } from "../notebook/read-parameters.js";
import { MASK } from "../notebook/secrets.js";
import { print, say } from "./notebook-report.js";

/** `churn notebook params`. */
export function paramsCommand(): Command {
  return new Command("params")
    .description("list what a notebook takes: name, type, default, help")
    .argument("<in>", "notebook")
    .option("--json", "the list as JSON")
    .action(async (input: string, flags: { json?: boolean }) => {
      const parameters = readParameters(await readNotebook(input)) ?? [];
      const rows = parameters.map(({ name, type, defaultText, help, isSecret, usedBy: _, ...parameter }) => ({
        name,
        type: takes(type),
        default: isSecret ? MASK : "default" in parameter ? jsonValue(parameter.default) : undefined,
        defaultText: isSecret ? MASK : (defaultText ?? ""),
        help,
        secret: isSecret,
      }));
      if (flags.json) {
        print(
          rows.map(({ defaultText, ...row }) =>
            row.default === undefined && defaultText ? { ...row, defaultText } : row,
          ),
        );
      } else if (rows.length === 0) say(`${input} takes no parameters`);
      else {
        const width = (of: (row: (typeof rows)[number]) => string) => Math.max(...rows.map((row) => of(row).length));
        const [names, types, defaults] = [width((r) => r.name), width((r) => r.type), width((r) => r.defaultText)];
        for (const { name, type, defaultText, help } of rows) {
          say(`${name.padEnd(names)}  ${type.padEnd(types)}  ${defaultText.padEnd(defaults)}  ${help}`.trimEnd());
        }
      }
    });
}

/** JSON has no bigint: it becomes the text of its source. */
const jsonValue = (value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);
