import { Command } from "commander";
import { checkStore, type StoreCheckResult } from "../store/check-store.js";
import { openStore } from "../store/open-store.js";
import { stageCommand } from "./stage-command.js";

export function storeCommand(): Command {
  return new Command("store").description("look after the tables").addCommand(checkCommand());
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
