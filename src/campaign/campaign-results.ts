import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { findSnapshots } from "../scoring/find-snapshots.js";
import { type CampaignMembers, campaignMembers, findCampaign, type StoredCampaign } from "../store/campaigns.js";
import { columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { findModel } from "../training/train.js";
import { type Advice, advise } from "./advise.js";
import { type CampaignEffect, type CampaignPeople, measureCampaign } from "./measure-campaign.js";
import { type CampaignOptions, type CampaignSettings, campaignOptions } from "./options.js";
import { type CampaignFile, readCampaignFile } from "./read-campaign-file.js";

/** What became of a campaign. */
export interface CampaignResult extends CampaignEffect {
  campaign: number;
  /** First day of the horizon, `YYYY-MM-DD`, and its days. */
  day: string;
  horizon: number;
  /** People on the list, of the file, and of both whose end is not known. */
  listed: number;
  inFile: number;
  endUnknown: number;
  /** Whether the next list should be longer. */
  next: Advice["next"];
  /** What the results mean, in sentences. */
  words: string[];
  notes: string[];
}

/**
 * Joins what became of a campaign with its list: how many churners stayed for the call, by the difference of those who were to be
 * called and the control group; profit; whether the probabilities hold where nobody called; and what the next list should be.
 *
 * @param file who was called and, where it says so, who left, `.csv` or `.parquet`; whoever of the list is not in it was not called
 * @param options what the config file names too, section `campaign`
 * @throws ChurnError NOT_FOUND without the campaign or the file; BAD_INPUT for a file that cannot be read as such; NO_DATA while
 *   nobody's end is known
 * @example
 * const { saved, words } = await campaignResults(store, "called.csv");
 */
export async function campaignResults(
  store: Store,
  file: string,
  options: CampaignOptions = {},
  { signal }: StageContext = {},
): Promise<CampaignResult> {
  const settings = campaignOptions.parse(options);
  return store.lease(async (db) => resultsIn(db, file, settings), { signal });
}

async function resultsIn(db: Database, path: string, settings: CampaignSettings): Promise<CampaignResult> {
  const campaign = await findCampaign(db, settings.campaign);
  if (!campaign) {
    const which = settings.campaign === null ? "no campaign" : `no campaign ${settings.campaign}`;
    throw new ChurnError("NOT_FOUND", `the store knows ${which}`, { hint: "churn call-list plans one" });
  }
  const members = await campaignMembers(db, campaign.id);
  const file = await readCampaignFile(path, settings, {
    members: new Set(members.subscriber),
    day: dayOf(campaign.day),
    horizon: campaign.horizon,
  });
  const fromFile = file.saysWhoLeft && hasControl(members, file);
  const left = fromFile ? leftByFile(members, file) : await leftByLabels(db, campaign, members);
  const people = knownPeople(members, file, left);
  const endUnknown = members.subscriber.length - people.assigned.length;
  if (people.assigned.length === 0) {
    throw new ChurnError(
      "NO_DATA",
      `it is not known of anybody on the list of campaign ${campaign.id} whether they left`,
      {
        hint: `the horizon ends on ${dateOf(dayOf(campaign.day) + campaign.horizon - 1)}: load the days until then and run churn features, or give a column of who left`,
      },
    );
  }
  const effect = measureCampaign(people, campaign.settings.contactCost);
  const { next, words } = advise(effect, people, campaign.settings);
  return {
    ...effect,
    campaign: campaign.id,
    day: campaign.day,
    horizon: campaign.horizon,
    listed: members.subscriber.length,
    inFile: file.people.size,
    endUnknown,
    next,
    words,
    notes: notesOf(members, file, effect, { endUnknown, fromFile }),
  };
}

/** Whether a file says anything of the control group: both groups are to be measured alike. */
const hasControl = (members: CampaignMembers, file: CampaignFile) =>
  members.subscriber.some((who, i) => members.called[i] === 0 && file.people.has(who));

/** Who left by the file; NaN where it does not say it. */
const leftByFile = (members: CampaignMembers, file: CampaignFile) =>
  Float64Array.from(members.subscriber, (who) => {
    const left = file.people.get(who)?.left;
    return left === null || left === undefined ? Number.NaN : Number(left);
  });

/** Who left by the labels of the store for the day of the campaign; NaN where it is not known. */
async function leftByLabels(db: Database, campaign: StoredCampaign, members: CampaignMembers): Promise<Float64Array> {
  const model = await loadModel((await findModel(db, campaign.modelVersion)).artifact);
  const { table } = await findSnapshots(db, model);
  const columns = await db.columns(`SELECT "User", M_TENURE_CHURN FROM ${table} WHERE "Date" = DATE '${campaign.day}'`);
  const { User, M_TENURE_CHURN } = columnsAs(columns, { User: String, M_TENURE_CHURN: Float64Array });
  const label = new Map(User.map((who, i) => [who, M_TENURE_CHURN[i]]));
  return Float64Array.from(members.subscriber, (who) => label.get(who) ?? Number.NaN);
}

/** The people of the list whose end is known. */
function knownPeople(members: CampaignMembers, file: CampaignFile, left: Float64Array): CampaignPeople {
  const rows = [...left.keys()].filter((i) => !Number.isNaN(left[i]));
  return {
    assigned: rows.map((i) => members.called[i]),
    called: rows.map((i) => calledOf(file.people.get(members.subscriber[i]), members.called[i])),
    left: rows.map((i) => left[i]),
    probability: rows.map((i) => members.probability[i]),
    value: rows.map((i) => members.value[i]),
  };
}

/** Whether somebody was called: by the file, or as planned where no column of it says so; nobody who is not in it. */
const calledOf = (found: { called: boolean | null } | undefined, planned: number): number =>
  found === undefined ? 0 : Number(found.called ?? planned);

function notesOf(
  members: CampaignMembers,
  file: CampaignFile,
  { toCall, control }: CampaignEffect,
  { endUnknown, fromFile }: { endUnknown: number; fromFile: boolean },
): string[] {
  const count = (n: number, what = "people") => `${n.toLocaleString("en-US")} ${what}`;
  const missing = members.subscriber.filter((who, i) => members.called[i] === 1 && !file.people.has(who)).length;
  const notes = [...file.notes];
  if (file.unknown)
    notes.push(`${count(file.unknown, "rows")} are of nobody on the list of this campaign, and left out`);
  if (file.nameless) notes.push(`${count(file.nameless, "rows")} have no subscriber, and are left out`);
  if (file.again) notes.push(`${count(file.again, "rows")} are of somebody who is in the file before, and left out`);
  if (file.saysWhoLeft && !fromFile) {
    notes.push(
      "the file says nothing of the control group: who left is taken from the labels of the store for both groups, so that they are measured alike",
    );
  }
  if (missing && !fromFile) {
    notes.push(`${count(missing)} who were to be called are not in the file: they count as not called`);
  }
  if (endUnknown) {
    const why = file.saysWhoLeft
      ? "they are not in the file"
      : "their horizon has not ended, or the log does not say it";
    notes.push(`of ${count(endUnknown)} it is not known whether they left (${why}): they are left out`);
  }
  if (toCall.called < toCall.people) {
    notes.push(
      `${count(toCall.people - toCall.called)} of ${toCall.people.toLocaleString("en-US")} who were to be called were not: they stay in their group, and the success rate is of those who were`,
    );
  }
  if (control.called) {
    notes.push(
      `${count(control.called)} of the control group were called: the difference shows less than the calls did`,
    );
  }
  if (control.people > 0 && control.people < 30) {
    notes.push(`the control group has only ${count(control.people)}: its share of leavers is hardly known`);
  }
  return notes;
}
