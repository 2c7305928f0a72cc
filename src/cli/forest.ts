import { Command, InvalidArgumentError, Option } from "commander";
import { snakeKeys } from "../core/key-case.js";
import type { StageContext } from "../core/progress.js";
import { DEFAULT_SEED } from "../forest/trees/tree-options.js";
import { type CrossValidation, crossValidateTable } from "../tables/cross-validate-table.js";
import { explainTable } from "../tables/explain-table.js";
import { exportTableModel } from "../tables/export-table-model.js";
import { fitTable } from "../tables/fit-table.js";
import { type TableRoles, type TreeOptions, treeOptions } from "../tables/options.js";
import { predictTable } from "../tables/predict-table.js";
import { overrideOptions, overridesOf } from "./column-override-flags.js";
import { formatFields } from "./format-fields.js";
import { interruptSignal } from "./interrupt-signal.js";
import { flagOf, kebab, shownDefault } from "./option-flags.js";
import { progressLine } from "./progress-line.js";

/** `churn forest`: fit, cross-validate, predict, explain and export trees on any table. */
export function forestCommand(): Command {
  const command = new Command("forest").description("fit a forest or boosted trees on any table, and predict with it");
  for (const make of [fitCommand, cvCommand, predictCommand, explainCommand, exportCommand]) {
    command.addCommand(make().option("--json", "print the result as JSON, for machines"));
  }
  command.addHelpText(
    "after",
    "\nTables are .csv, .csv.gz or .parquet. Columns of texts are categories, empty cells are missing, the label may have" +
      "\nany number of classes up to 255. See docs/forest.md.",
  );
  return command;
}

const list = (text: string) => text.split(",").map((name) => name.trim());

const atLeast = (least: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least) {
    throw new InvalidArgumentError(`It takes a whole number ≥ ${least}.`);
  }
  return value;
};

/** Flags that say what the columns of a table are, and how trees are fitted. */
function withTraining(command: Command): Command {
  command
    .requiredOption("--input <file>", "table to learn from: .csv, .csv.gz or .parquet")
    .requiredOption("--label <column>", "column to predict")
    .option("--positive <class>", "class that counts as positive; all others become one class")
    .option("--exclude <a,b,…>", "columns that are not learnt from", list)
    .option("--weight <column>", "column of weights of the rows, numbers ≥ 0");
  for (const option of overrideOptions()) command.addOption(option);
  for (const field of treeOptions.fields) {
    command.option(flagOf(field), `${field.help}${shownDefault(field)}`);
  }
  // what --num-trees was called before it had one name everywhere
  return command.addOption(new Option("--trees <n>").hideHelp());
}

interface TrainingFlags extends Omit<TableRoles, "number" | "category" | "date_format"> {
  number?: string;
  category?: string;
  dateFormat?: string;
  input: string;
  output?: string;
}

function rolesOf({
  input,
  label,
  positive,
  exclude,
  weight,
  ...overrides
}: TrainingFlags): TableRoles & { input: string } {
  return {
    input,
    label,
    ...(positive === undefined ? {} : { positive }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(weight === undefined ? {} : { weight }),
    ...overridesOf(overrides),
  };
}

/** The options of trees that were given as flags. */
function treesOf(command: Command): TreeOptions {
  const given: Record<string, unknown> = {};
  const flags: Record<string, string | boolean | undefined> = command.opts();
  for (const { key } of treeOptions.fields) {
    const attribute = kebab(key).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const raw = flags[attribute] ?? (key === "num_trees" ? flags.trees : undefined);
    if (raw === undefined) continue;
    given[key] = raw === true ? raw : treeOptions.fromText(key, String(raw));
  }
  return given;
}

/** Runs work with progress on stderr and Ctrl-C, and prints its result. */
async function run<Result extends { notes?: string[] }>(
  command: Command,
  work: (context: Required<StageContext>) => Promise<Result>,
  print: (result: Result) => string,
  json: (result: Result) => object = snakeKeys,
): Promise<void> {
  const progress = progressLine();
  try {
    const result = await work({ onProgress: progress.onProgress, signal: interruptSignal() });
    progress.end();
    const lines = [print(result), ...(result.notes ?? []).map((note) => `· ${note}`)];
    process.stdout.write(`${command.opts().json ? JSON.stringify(json(result), null, 2) : lines.join("\n")}\n`);
  } finally {
    progress.end();
  }
}

function fitCommand(): Command {
  return withTraining(new Command("fit").description("fit trees on a table and write the model"))
    .requiredOption("--output <file>", "where the model is written")
    .action(async (flags: TrainingFlags & { output: string }, command: Command) => {
      await run(
        command,
        (context) => fitTable({ ...rolesOf(flags), output: flags.output }, treesOf(command), context),
        (result) =>
          [
            formatFields([
              ["model", `${result.model} of ${result.trees} trees`],
              ["label", `${result.label}: ${shownClasses(result.classes)}`],
              ["rows", result.rows],
              ["columns", `${result.columns.number} of numbers, ${result.columns.category} of categories`],
              ["read", `${result.readSeconds.toFixed(2)} s`],
              ["fit", `${result.fitSeconds.toFixed(2)} s`],
              ["file", result.output],
            ]),
            "",
            "importance  column",
            ...result.importances
              .slice(0, 10)
              .map(({ column, importance }) => `${importance.toFixed(3).padStart(10)}  ${column}`),
          ].join("\n"),
      );
    });
}

function cvCommand(): Command {
  return withTraining(new Command("cv").description("fit and measure trees fold by fold"))
    .option("--folds <n>", "number of folds, each with its share of every class (default: 5)", atLeast(2))
    .option("--fold-column <column>", "column that names the fold of each row, instead")
    .option("--output <file>", "also write the predictions of the held-out rows: .csv or .parquet")
    .action(async (flags: TrainingFlags & { folds?: number; foldColumn?: string }, command: Command) => {
      const { folds, foldColumn, output } = flags;
      await run(
        command,
        (context) =>
          crossValidateTable(
            {
              ...rolesOf(flags),
              ...(folds === undefined ? {} : { folds }),
              ...(foldColumn === undefined ? {} : { fold_column: foldColumn }),
              ...(output === undefined ? {} : { output }),
            },
            treesOf(command),
            context,
          ),
        printFolds,
        (result) => ({ ...snakeKeys(result), folds: result.folds.map((fold) => snakeKeys(fold)) }),
      );
    });
}

function printFolds({ folds, mean, sd, label, classes, rows }: CrossValidation): string {
  const keys = Object.keys(mean);
  const line = (name: string, of: (key: string) => number | null | undefined) =>
    [name.padEnd(5), ...keys.map((key) => shownFigure(key, of(key)).padStart(Math.max(9, key.length)))].join("  ");
  return [
    `${label}: ${shownClasses(classes)}, ${rows.toLocaleString("en-US")} rows`,
    "",
    ["fold ", ...keys.map((key) => key.padStart(9))].join("  "),
    ...folds.map((fold) => line(String(fold.fold), (key) => fold[key])),
    line("mean", (key) => mean[key]),
    line("sd", (key) => sd[key]),
  ].join("\n");
}

const shownFigure = (key: string, value: number | null | undefined) =>
  value === null || value === undefined ? "–" : key === "trees" ? value.toFixed(0) : value.toPrecision(4);

const shownClasses = (classes: readonly string[]) =>
  classes.length === 0
    ? "a quantity"
    : `${classes.length} classes (${classes.slice(0, 5).join(", ")}${classes.length > 5 ? ", …" : ""})` +
      (classes.length === 2 ? `, positive: ${classes[1]}` : "");

interface PredictFlags {
  model: string;
  input: string;
  output: string;
  id?: string[];
  prediction?: boolean;
  number?: string;
  dateFormat?: string;
}

function predictCommand(): Command {
  const [numberOption, , dateOption] = overrideOptions();
  return new Command("predict")
    .description("predict the rows of a table: one column a class, rows in their order")
    .requiredOption("--model <file>", "model that churn forest fit wrote")
    .requiredOption("--input <file>", "table with the columns of the model, in any order")
    .requiredOption("--output <file>", "predictions: .csv or .parquet")
    .option("--id <a,b,…>", "columns of the input that are copied in front", list)
    .option("--prediction", "also a column with the most probable class")
    .addOption(numberOption)
    .addOption(dateOption)
    .action(async (flags: PredictFlags, command: Command) => {
      const { model, input, output, id = [], prediction = false, ...overrides } = flags;
      await run(
        command,
        (context) => predictTable({ model, input, output, id, prediction, ...overridesOf(overrides) }, context),
        (result) =>
          formatFields([
            ["rows", result.rows],
            ["classes", result.classes.join(", ")],
            ["file", result.output],
          ]),
      );
    });
}

interface ExplainFlags {
  model: string;
  json?: boolean;
  number?: string;
  dateFormat?: string;
}

function explainCommand(): Command {
  const [numberOption, , dateOption] = overrideOptions();
  return new Command("explain")
    .description("show which columns a model relies on, and how much in each row")
    .requiredOption("--model <file>", "model that churn forest fit wrote")
    .option("--input <file>", "table to explain")
    .option("--output <file>", "also write the effect of each column in each row: .csv or .parquet")
    .option("--id <a,b,…>", "columns of the input that are copied in front", list)
    .option("--class <class>", "class whose probability is explained (default: the last one)")
    .option("--rows <n>", "rows that means are taken over, when there is no output (default: 500)", atLeast(1))
    .option("--repeats <n>", "shuffles of each column, where the input has the label (default: 5)", atLeast(1))
    .option("--seed <n>", `seed of draws and shuffles (default: ${DEFAULT_SEED})`, atLeast(0))
    .addOption(numberOption)
    .addOption(dateOption)
    .action(async ({ json: _, number, dateFormat, ...flags }: ExplainFlags, command: Command) => {
      await run(
        command,
        (context) => explainTable({ ...flags, ...overridesOf({ number, dateFormat }) }, context),
        ({ columns, class: name, scale, baseline, rows }) => {
          const shown = (value: number | null) => (value === null ? "" : value.toFixed(4)).padStart(11);
          return [
            formatFields([
              ["explained", name === null ? scale : `${scale} of ${name}`],
              ["rows", rows || null],
              ["baseline", baseline === null ? null : baseline.toFixed(4)],
            ]),
            "",
            " importance  mean effect   shuffled  column",
            ...columns
              .slice(0, 20)
              .map((c) => `${shown(c.importance)}  ${shown(c.meanEffect)}${shown(c.permutation)}  ${c.column}`),
          ].join("\n");
        },
        (result) => ({ ...snakeKeys(result), columns: result.columns.map((column) => snakeKeys(column)) }),
      );
    });
}

function exportCommand(): Command {
  return new Command("export")
    .description("write a model as ONNX")
    .requiredOption("--model <file>", "model that churn forest fit wrote")
    .requiredOption("--onnx <file>", "where the ONNX file is written")
    .option(
      "--precision <float|double>",
      "element type of the input (left out: float, or double where 32 bits do not tell the values of a column apart)",
      precisionOf,
    )
    .action(async (flags: { model: string; onnx: string; precision?: "float" | "double" }, command: Command) => {
      await run(
        command,
        () => exportTableModel(flags, flags.precision),
        (result) =>
          formatFields([
            ["file", result.output],
            ["bytes", result.bytes],
            ["columns", result.columns.map(({ column }) => column).join(", ")],
            ["classes", result.classes.join(", ")],
            ["input", result.precision === "double" ? "64-bit floats (double)" : "32-bit floats"],
          ]),
      );
    });
}

function precisionOf(text: string): "float" | "double" {
  if (text === "float" || text === "double") return text;
  throw new InvalidArgumentError("It takes float or double.");
}
