import { Command } from "commander";
import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { snakeKeys } from "../core/key-case.js";
import { checkStore, type StoreCheckResult } from "../store/check-store.js";
import { coverageOf, setCovered, stretchesOf } from "../store/coverage/coverage.js";
import { type MigrateResult, migrateStore } from "../store/migrate-store.js";
import { openStore } from "../store/open-store.js";
import { removeResampledRows } from "../store/resampled-rows.js";
import { stageCommand } from "./stage-command.js";
import { forgetCommand, retainCommand } from "./store-erase.js";

export function storeCommand(): Command {
  return new Command("store")
    .description("check and migrate the database, and take rows out of it")
    .addCommand(checkCommand())
    .addCommand(migrateCommand())
    .addCommand(removeResampledCommand())
    .addCommand(coverageCommand())
    .addCommand(forgetCommand())
    .addCommand(retainCommand());
}

function checkCommand(): Command {
  return stageCommand("check", {
    section: "store",
    summary: "look whether every batch has exactly its rows, and every key is unique: exit status 0 only then",
    async run(settings) {
      const result = await checkStore(openStore(settings.store));
      if (!result.ok) process.exitCode = 1;
      return result;
    },
    print: printCheck,
  });
}

function migrateCommand(): Command {
  const command: Command = stageCommand("migrate", {
    section: "store",
    summary: "bring the tables up to date; type records that are texts, and keep them as they were under another name",
    run: (settings) =>
      migrateStore(openStore(settings.store), {
        dryRun: Boolean(command.opts().dryRun),
        maxRejects: settings.load.max_rejects,
      }),
    json: (result) => ({ ...snakeKeys(result), rejects: result.rejects.map((row) => snakeKeys(row)) }),
    print: printMigration,
  });
  return command.option("--dry-run", "only say what would become of the rows");
}

function removeResampledCommand(): Command {
  return stageCommand("remove-resampled", {
    section: "store",
    summary: "take out the rows that stream --origin resample made up, and their batches",
    async run(settings) {
      const removed = await openStore(settings.store).lease((db) => removeResampledRows(db));
      return removed ?? { rows: 0, batches: 0, firstDay: null, lastDay: null };
    },
    print: ({ rows, batches, firstDay, lastDay }) =>
      rows
        ? `${rows.toLocaleString("en-US")} rows of ${firstDay} … ${lastDay} in ${batches} batches are out; features, score and monitor were made with them: run them again`
        : "no row of the store was made up",
  });
}

function coverageCommand(): Command {
  const command: Command = stageCommand("coverage", {
    section: "store",
    summary: "list the days that the log does not cover; say what is known of a day by hand",
    async run(settings) {
      const { covered, missing, asFound } = command.opts() as Record<string, string | undefined>;
      const said = [
        [covered, true],
        [missing, false],
        [asFound, null],
      ] as const;
      return openStore(settings.store).lease(async (db) => {
        for (const [days, verdict] of said) if (days) await setCovered(db, daysOf(days), verdict);
        const coverage = await coverageOf(db);
        if (!coverage) throw new ChurnError("NO_DATA", "no records are loaded", { hint: "churn load" });
        return { ...coverage, stretches: stretchesOf(coverage) };
      });
    },
    print: ({ first, last, stretches, byHand }) =>
      [
        `the log covers ${first} … ${last}${stretches.length ? ", but for" : " without a gap"}`,
        ...stretches.map(
          ({ from, to, days, reason, rows }) =>
            `  ${from}${to === from ? "" : ` … ${to}, ${days} days`}: ${reason}${rows ? `, ${rows.toLocaleString("en-US")}` : ""}`,
        ),
        ...byHand.map(({ day, covered }) => `  ${day}: ${covered ? "covered" : "not covered"}, said by hand`),
      ].join("\n"),
  });
  return command
    .option(
      "--covered <days>",
      "days that are covered whatever their rows say, as a holiday: 2024-12-25,2024-12-31..2025-01-01",
    )
    .option("--missing <days>", "days that are not covered, although they have rows")
    .option("--as-found <days>", "days that are to be judged by their rows again");
}

/** Days and stretches of days in one text: `2024-12-25,2024-12-31..2025-01-01`. */
function daysOf(text: string): string[] {
  return text.split(",").flatMap((part) => {
    const [from, to = from] = part.trim().split("..");
    if (
      ![from, to].every((day) => /^\d{4}-\d\d-\d\d$/.test(day) && dateOf(dayOf(day)) === day) ||
      dayOf(to) < dayOf(from)
    ) {
      throw new ChurnError("BAD_USAGE", `${JSON.stringify(part)} is no day YYYY-MM-DD and no stretch of days`, {
        hint: "2024-12-25, or 2024-12-31..2025-01-01",
      });
    }
    return Array.from({ length: dayOf(to) - dayOf(from) + 1 }, (_, at) => dateOf(dayOf(from) + at));
  });
}

function printMigration(result: MigrateResult): string {
  const { store, dryRun, from, to, lines, rows, rejected, rejects, backups } = result;
  if (!backups.length) return `${store}: version ${to}${from === to ? ", nothing to do" : ""}`;
  const number = (count: number) => count.toLocaleString("en-US");
  return [
    `${store}: ${number(lines)} rows ${dryRun ? "would become" : "became"} ${number(rows)} typed ones, ${number(rejected)} ${dryRun ? "would be" : "were"} set aside`,
    ...rejects.map(
      (each) => `  ${number(each.rows)} × ${each.columnName ?? "row"}: ${each.reason} (${each.example.slice(0, 100)})`,
    ),
    ...backups.map(({ table, backup }) => `  ${table} ${dryRun ? "would be" : "is"} kept as ${backup}`),
  ].join("\n");
}

function printCheck({ store, version, batches, rows, checks, notes, ok }: StoreCheckResult): string {
  const number = (count: number) => count.toLocaleString("en-US");
  return [
    `${store}, version ${version}: ${number(rows)} rows in ${number(batches)} batches`,
    ...checks.map(
      (each) =>
        `${each.ok ? "✓" : "✗"} ${each.check}${each.ok ? "" : `: ${number(each.faults)} faults\n    ${each.examples.join("\n    ")}`}`,
    ),
    ...notes.map((note) => `· ${note}`),
    ok ? "all is well" : "the store is not whole",
  ].join("\n");
}
