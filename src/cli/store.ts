import { Command } from "commander";
import { checkStore, type StoreCheckResult } from "../store/check-store.js";
import { type MigrateResult, migrateStore } from "../store/migrate-store.js";
import { openStore } from "../store/open-store.js";
import { removeResampledRows } from "../store/resampled-rows.js";
import { stageCommand } from "./stage-command.js";

export function storeCommand(): Command {
  return new Command("store")
    .description("check and migrate the database")
    .addCommand(checkCommand())
    .addCommand(migrateCommand())
    .addCommand(removeResampledCommand());
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
        dry_run: Boolean(command.opts().dryRun),
        max_rejects: settings.load.max_rejects,
      }),
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
      return removed ?? { rows: 0, batches: 0, first_day: null, last_day: null };
    },
    print: ({ rows, batches, first_day, last_day }) =>
      rows
        ? `${rows.toLocaleString("en-US")} rows of ${first_day} … ${last_day} in ${batches} batches are out; features, score and monitor were made with them: run them again`
        : "no row of the store was made up",
  });
}

function printMigration(result: MigrateResult): string {
  const { store, dry_run, from, to, lines, rows, rejected, rejects, backups } = result;
  if (!backups.length) return `${store}: version ${to}${from === to ? ", nothing to do" : ""}`;
  const number = (count: number) => count.toLocaleString("en-US");
  return [
    `${store}: ${number(lines)} rows ${dry_run ? "would become" : "became"} ${number(rows)} typed ones, ${number(rejected)} ${dry_run ? "would be" : "were"} set aside`,
    ...rejects.map(
      (each) => `  ${number(each.rows)} × ${each.column_name ?? "row"}: ${each.reason} (${each.example.slice(0, 100)})`,
    ),
    ...backups.map(({ table, backup }) => `  ${table} ${dry_run ? "would be" : "is"} kept as ${backup}`),
  ].join("\n");
}

function printCheck({ store, version, batches, rows, checks, ok }: StoreCheckResult): string {
  const number = (count: number) => count.toLocaleString("en-US");
  return [
    `${store}, version ${version}: ${number(rows)} rows in ${number(batches)} batches`,
    ...checks.map(
      (each) =>
        `${each.ok ? "✓" : "✗"} ${each.check}${each.ok ? "" : `: ${number(each.faults)} faults\n    ${each.examples.join("\n    ")}`}`,
    ),
    ok ? "all is well" : "the store is not whole",
  ].join("\n");
}
