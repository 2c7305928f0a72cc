import { type Command, Option } from "commander";
import type { Settings } from "../config/configure.js";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import type { StageContext } from "../core/progress.js";
import type { ErasedResult } from "../store/erase/erase.js";
import { forgetSubscribers } from "../store/erase/forget.js";
import { retainDays } from "../store/erase/retain.js";
import { rewriteFile } from "../store/erase/rewrite-file.js";
import { openStore, type Store } from "../store/open-store.js";
import { columnOf, withTable } from "../table-files/open-table.js";
import { readTexts } from "../table-files/read-columns.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

const DRY_RUN = "only say what would go";
const REWRITE =
  "write the DuckDB file anew afterwards, so that nothing is left in its freed pages: it takes the longer, the larger it is";

/** What was taken out, and what became of the file. */
interface FileSizes {
  fileBefore: number | null;
  fileAfter: number | null;
}

async function withFile<Result extends ErasedResult>(
  command: Command,
  store: Store,
  result: Result,
  context: StageContext,
): Promise<Result & FileSizes> {
  const { rewriteFile: wanted = false } = command.opts<{ rewriteFile?: boolean }>();
  if (!wanted || result.dryRun) return { ...result, fileBefore: null, fileAfter: null };
  const { before, after } = await rewriteFile(store, context);
  const notes = result.notes.filter((note) => !note.includes("freed pages") || store.mirror !== undefined);
  return { ...result, fileBefore: before, fileAfter: after, notes };
}

/** `churn store forget`: subscribers, from everywhere. */
export function forgetCommand(): Command {
  const command: Command = stageCommand("forget", {
    section: "store",
    summary: "take every row of subscribers out of the store and of the files made of it, for good",
    async run(settings, context) {
      const { dryRun = false } = command.opts<{ dryRun?: boolean }>();
      const subscribers = await namedSubscribers(command);
      const store = openStore(settings.store);
      const result = await forgetSubscribers(store, { subscribers, dataDir: dataDirOf(settings), dryRun }, context);
      return withFile(command, store, result, context);
    },
    json: (result) => snakeKeys(result),
    print: (result) =>
      [
        formatFields([
          [
            result.dryRun ? "would be forgotten" : "forgotten",
            `${count(result.subscribers)} ${result.subscribers === 1 ? "subscriber" : "subscribers"}`,
          ],
          ["of these, the store knew nothing of", result.unknown || null],
          ...fieldsOf(result),
        ]),
        ...(result.dryRun
          ? []
          : ["a file that is loaded later does not bring them back: hashes of their numbers are kept"]),
        ...result.notes,
      ].join("\n"),
  });
  return command
    .addOption(new Option("--subscriber <id...>", "who is to be forgotten; the option may be given again"))
    .option("--file <path>", "a table of who is to be forgotten, .csv or .parquet, with a line of column names")
    .option("--column <name>", "column of the file; left out where it has only one")
    .option("--dry-run", DRY_RUN)
    .option("--rewrite-file", REWRITE);
}

/** `churn store retain`: the last days, and nothing older. */
export function retainCommand(): Command {
  const command: Command = stageCommand("retain", {
    section: "store",
    summary: "keep the last days of the log, and take out what is older",
    async run(settings, context) {
      const { days, dryRun = false } = command.opts<{ days?: string; dryRun?: boolean }>();
      if (days === undefined) {
        throw new ChurnError("BAD_USAGE", "how many days are to be kept?", { hint: "churn store retain --days 365" });
      }
      const store = openStore(settings.store);
      const result = await retainDays(store, { days: Number(days), dataDir: dataDirOf(settings), dryRun }, context);
      return withFile(command, store, result, context);
    },
    json: (result) => snakeKeys(result),
    print: (result) =>
      [
        formatFields([
          [result.dryRun ? "days that would stay" : "days that stay", `${result.from} … ${result.last}`],
          ...fieldsOf(result),
        ]),
        ...result.notes,
      ].join("\n"),
  });
  return command.option("--days <n>", "days to keep, the last covered one among them").option("--dry-run", DRY_RUN);
}

/** The folder in which the feature stage and the stream put their files. */
const dataDirOf = (settings: Settings): string => settings.features.data_dir;

const count = (n: number) => n.toLocaleString("en-US");

function fieldsOf(result: ErasedResult & FileSizes): [string, string | number | null][] {
  return [
    ["store", result.store],
    ["records out", result.records],
    ["rows of attributes out", result.attributes || null],
    ["leavings out", result.leavings || null],
    ["snapshots out", result.snapshots || null],
    ["predictions out", result.predictions || null],
    ["places on campaign lists out", result.campaigns || null],
    ["texts of rejects out", result.rejects || null],
    ["files written again", result.filesRewritten.join(", ") || null],
    ["files removed", result.filesRemoved.join(", ") || null],
    [
      "file written anew",
      result.fileAfter && `${count(result.fileAfter)} bytes, ${count(result.fileBefore ?? 0)} before`,
    ],
  ];
}

/** Who is named by flags and file. */
async function namedSubscribers(command: Command): Promise<string[]> {
  const { subscriber = [], file, column } = command.opts<{ subscriber?: string[]; file?: string; column?: string }>();
  if (file === undefined) {
    if (subscriber.length) return subscriber;
    throw new ChurnError("BAD_USAGE", "who is to be forgotten?", {
      hint: "churn store forget --subscriber 491700000001, or --file ids.csv",
    });
  }
  const listed = await withTable(file, async (table) => {
    if (column === undefined && table.columns.length > 1) {
      throw new ChurnError("BAD_USAGE", `${file} has ${table.columns.length} columns: which one has the subscribers?`, {
        hint: `--column ${table.columns[0].name}`,
      });
    }
    const [cells] = await readTexts(table, [
      column === undefined ? table.columns[0] : columnOf(table, column, "--column"),
    ]);
    return cells.flatMap((cell) => cell ?? []);
  });
  return [...subscriber, ...listed];
}
