import { Command } from "commander";
import { type CampaignResult, campaignResults } from "../campaign/campaign-results.js";
import type { Limits } from "../campaign/measure-campaign.js";
import { snakeKeys } from "../core/key-case.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function campaignCommand(): Command {
  return new Command("campaign").description("what became of a campaign").addCommand(resultsCommand());
}

function resultsCommand(): Command {
  const command: Command = stageCommand("results", {
    section: "campaign",
    summary: "read who was called (and who left): saved customers, profit, and how long the next list should be",
    run: (settings, context) => campaignResults(openStore(settings.store), command.args[0], settings.campaign, context),
    json: ({ toCall, control, ...result }) => ({
      ...snakeKeys(result),
      to_call: snakeKeys(toCall),
      control: snakeKeys(control),
    }),
    print,
  });
  return command.argument("<file>", "who was called and, where it says so, who left, .csv or .parquet");
}

function print({
  campaign,
  day,
  horizon,
  toCall,
  control,
  difference,
  saved,
  profit,
  words,
  notes,
}: CampaignResult): string {
  return [
    formatFields([
      ["campaign", campaign],
      ["horizon", `${horizon} days from ${day}`],
      ["to call", `${groupText(toCall)}, ${toCall.called.toLocaleString("en-US")} called`],
      ["control group", groupText(control)],
      ["left less often by", difference && points(difference)],
      ["customers saved", saved && range(saved, 0)],
      ["profit", profit && range(profit, 0)],
    ]),
    "",
    ...words.map((each) => `${each[0].toUpperCase()}${each.slice(1)}.`),
    ...notes.map((note) => `· ${note}`),
  ].join("\n");
}

const groupText = ({ people, left }: { people: number; left: number }) =>
  `${people.toLocaleString("en-US")} people, ${left.toLocaleString("en-US")} left`;

const range = ({ value, low, high }: Limits, digits: number) => {
  const text = (n: number) => n.toLocaleString("en-US", { maximumFractionDigits: digits });
  return `${text(value)} (95 % interval ${text(low)} … ${text(high)})`;
};

const points = ({ value, low, high }: Limits) => {
  const text = (n: number) => (100 * n).toFixed(1);
  return `${text(value)} points (${text(low)} … ${text(high)})`;
};
