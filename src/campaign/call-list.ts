import { relative } from "node:path";
import { percent, shortNumber } from "../charts/chart-text.js";
import { type TableView, tableView } from "../charts/table-view.js";
import { dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { findSnapshots } from "../scoring/find-snapshots.js";
import {
  type CampaignMembers,
  engagedSubscribers,
  findCampaign,
  forgetCampaign,
  keepCampaign,
} from "../store/campaigns.js";
import type { Database } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import type { ChurnModel } from "../training/churn-model.js";
import { type Dataset, pickRows, take } from "../training/dataset.js";
import { explainRows } from "../training/explain/explain-rows.js";
import { pointsText } from "../training/explain/reason-words.js";
import { readDataset } from "../training/read-dataset.js";
import { scoreDataset } from "../training/score-dataset.js";
import { findModel } from "../training/train.js";
import { type ChosenList, chooseList, type ListRules } from "./choose-list.js";
import { type CallListOptions, type CallListSettings, callListOptions } from "./options.js";
import { type PersonalFacts, personalFacts } from "./personal-facts.js";
import { checkListPath, writeList } from "./write-list.js";
import type { SheetColumns } from "./write-xlsx.js";

/** A list of whom to call, as it was written and kept. */
export interface CallListResult {
  /** Number of the campaign in the store; null of a draft, and where nobody is called. */
  campaign: number | null;
  modelVersion: string;
  /** Day of the snapshots, `YYYY-MM-DD`, and days from it in which a leaving counts. */
  day: string;
  horizon: number;
  /** People with a snapshot of the day. */
  people: number;
  /** People on the list who are to be called, and who are not, to compare with. */
  called: number;
  control: number;
  /** People who are not looked at: called a short while ago, in a control group whose horizon runs, on the list of leavers. */
  leftOut: { calledBefore: number; inControl: number; alreadyLeft: number };
  /** What is expected of the called: churners among them, those who stay for the call, cost, and profit. */
  expected: { churners: number; saved: number; cost: number; profit: number };
  /** The file, null of a draft; and that of the control group where it was asked for. */
  output: string | null;
  controlOutput: string | null;
  /** The first of the list, for a page. */
  table: TableView;
  notes: string[];
}

/**
 * Plans the next campaign: whom to call, with what they are worth and why they are at risk, and a control group that chance
 * keeps from being called. The list is written into a file and kept in the store, so that its results can be joined later.
 *
 * Whoever is expected to bring more than a contact costs is on it, the most first, as far as budget and number go; whoever was
 * called within the cooling-off time is not.
 *
 * @param options what the config file names too, section `call_list`; `docs/options.md` lists them
 * @throws ChurnError NOT_FOUND without a model; NO_DATA without snapshots of the day; BAD_OPTION for a file of another kind or
 *   an attribute that there is not
 * @example
 * const { table, notes } = await callList(store, { budget: 2000 });
 */
export async function callList(
  store: Store,
  options: CallListOptions = {},
  context: StageContext = {},
): Promise<CallListResult> {
  const settings = callListOptions.parse(options);
  checkListPath("output", settings.output);
  if (settings.control_output !== null) checkListPath("control_output", settings.control_output);
  return store.lease(async (db) => planIn(db, settings, context), { signal: context.signal });
}

async function planIn(db: Database, settings: CallListSettings, context: StageContext): Promise<CallListResult> {
  const stored = await findModel(db, settings.model);
  const model = await loadModel(stored.artifact);
  const rules = rulesOf(settings, model);
  const { dataset, day, replaced } = await candidatesOf(db, model, settings);
  const facts = await personalFacts(db, settings, day);
  const engaged = await engagedSubscribers(db, dayOf(day), rules.coolingOff, replaced);
  const { probability } = scoreDataset(model, dataset);
  const free = Int32Array.from(dataset.day.keys()).filter((row) => {
    const who = dataset.subscriber[row];
    return !engaged.called.has(who) && !engaged.control.has(who) && !facts.left.has(who);
  });
  const subscriber = Array.from(free, (row) => dataset.subscriber[row]);
  const value = Float64Array.from(subscriber, (who) => facts.value.get(who) ?? rules.customerValue);
  const chosen = chooseList({ subscriber, probability: take(probability, free), value }, rules);
  const onList = pickRows(
    { ...dataset, label: new Float64Array(dataset.day.length), horizon: 1 },
    takeRows(free, chosen.rows),
  );
  const members: CampaignMembers = {
    subscriber: onList.subscriber,
    called: chosen.called,
    probability: take(take(probability, free), chosen.rows),
    value: take(value, chosen.rows),
  };
  const why = await reasonsOf(model, onList, settings.reasons, context);
  const file = (wanted: 0 | 1) => columnsOf({ members, chosen, facts, why: why.reasons }, wanted);
  const output = settings.draft ? null : settings.output;
  const controlOutput = settings.draft ? null : settings.control_output;
  if (output !== null) await writeList(output, file(1));
  if (controlOutput !== null) await writeList(controlOutput, file(0));
  const horizon = model.facts.horizon;
  const campaign =
    settings.draft || members.subscriber.length === 0
      ? null
      : await keepCampaign(db, { modelVersion: model.version, day, horizon, settings: rules }, members);
  if (replaced !== null && !settings.draft) await forgetCampaign(db, replaced);
  const called = chosen.called.reduce((sum, each) => sum + each, 0);
  const count = (who: ReadonlySet<string>) => dataset.subscriber.filter((each) => who.has(each)).length;
  const result = {
    campaign,
    modelVersion: model.version,
    day,
    horizon,
    people: dataset.day.length,
    called,
    control: chosen.called.length - called,
    leftOut: {
      calledBefore: count(engaged.called),
      inControl: count(engaged.control),
      alreadyLeft: count(facts.left),
    },
    expected: expectedOf(members, rules),
    output,
    controlOutput,
  };
  return {
    ...result,
    table: tableView(file(1), {
      title: `${campaign === null ? "Draft" : `Campaign ${campaign}`}: whom to call, the first of ${called.toLocaleString("en-US")}`,
      rows: 10,
    }),
    notes: [
      ...headNotes(replaced, settings.draft),
      ...notesOf(result, { chosen, members, rules }),
      ...valueNotes(settings, subscriber, facts, rules),
      ...facts.notes,
      ...why.notes,
    ],
  };
}

function headNotes(replaced: number | null, draft: boolean): string[] {
  if (draft) return ["a draft: no file is written and the store keeps nothing; churn call-list plans the campaign"];
  return replaced === null ? [] : [`campaign ${replaced} is planned anew: its list is forgotten`];
}

/** Whose worth no attribute tells. */
function valueNotes(
  { value_attribute }: CallListSettings,
  subscriber: readonly string[],
  { value }: PersonalFacts,
  { customerValue }: Rules,
): string[] {
  const unknown = value_attribute === null ? 0 : subscriber.filter((who) => !value.has(who)).length;
  return unknown === 0
    ? []
    : [
        `${unknown.toLocaleString("en-US")} of ${subscriber.length.toLocaleString("en-US")} people have no ${value_attribute} and count with ${shortNumber(customerValue)} (customer_value)`,
      ];
}

/** What a list goes by: options, and what they leave open as the model was trained with. */
type Rules = ListRules & { customerValue: number; coolingOff: number };

function rulesOf(settings: CallListSettings, { facts }: ChurnModel): Rules {
  const trained = facts.settings;
  return {
    customerValue: settings.customer_value ?? trained.customer_value,
    contactCost: settings.contact_cost ?? trained.contact_cost,
    successRate: settings.success_rate ?? trained.success_rate,
    // models of before that was an option have none
    coolingOff: settings.cooling_off ?? trained.cooling_off ?? facts.horizon,
    budget: settings.budget,
    maxContacts: settings.max_contacts,
    controlShare: settings.control_share,
    seed: settings.seed,
  };
}

/** The snapshots of the day, and the campaign that makes room where one is planned anew. */
async function candidatesOf(db: Database, model: ChurnModel, settings: CallListSettings) {
  const table = await findSnapshots(db, model);
  const days = await db.oneRow<{ last: string | null }>(
    `SELECT CAST(max("Date") AS VARCHAR) AS last FROM ${table.table}`,
  );
  const day = settings.day ?? days.last;
  const dataset = day === null ? undefined : await readDataset(db, table, `"Date" = DATE '${day}'`);
  if (day === null || !dataset || dataset.label.length === 0) {
    throw new ChurnError("NO_DATA", day === null ? "there are no snapshots" : `there is no snapshot of ${day}`, {
      hint:
        days.last === null
          ? "churn features"
          : `the last snapshot day is ${days.last}; newer days come with churn load and churn features`,
    });
  }
  const last = settings.replace ? await findCampaign(db, null) : undefined;
  return { dataset, day, replaced: last?.id ?? null };
}

const takeRows = (rows: Int32Array, places: Int32Array) => Int32Array.from(places, (place) => rows[place]);

/** People who are explained between two looks at the signal. */
const BATCH = 200;

/** Reasons of everybody on the list, in words; none where the engine has none. */
async function reasonsOf(
  model: ChurnModel,
  dataset: Dataset,
  top: number,
  { onProgress, signal }: StageContext,
): Promise<{ reasons: string[][]; notes: string[] }> {
  const total = dataset.day.length;
  const reasons: string[][] = [];
  try {
    for (let from = 0; from < total && top > 0; from += BATCH) {
      throwIfInterrupted(signal, "the call list");
      const rows = Int32Array.from({ length: Math.min(BATCH, total - from) }, (_, i) => from + i);
      for (const explained of explainRows(model, dataset, rows, { top })) {
        // what keeps somebody is no reason to call
        const against = explained.reasons.filter(({ effect }) => effect > 0);
        reasons.push(against.slice(0, top).map(({ text, effect }) => `${text} (${pointsText(effect)})`));
      }
      onProgress?.({ task: "reasons", done: reasons.length, total, unit: "people" });
      await new Promise(setImmediate);
    }
  } catch (error) {
    if (!(error instanceof ChurnError) || error.code !== "BAD_OPTION") throw error;
    return { reasons: [], notes: [`no reasons are given: engine ${model.facts.engine} has none`] };
  }
  return { reasons, notes: [] };
}

/** The columns of a file: of those who are called, or of the control group. */
function columnsOf(
  {
    members,
    chosen,
    facts,
    why,
  }: { members: CampaignMembers; chosen: ChosenList; facts: PersonalFacts; why: string[][] },
  wanted: 0 | 1,
): SheetColumns {
  const places = [...members.called.keys()].filter((i) => members.called[i] === wanted);
  const rounded = (values: ArrayLike<number>, digits: number) =>
    Float64Array.from(places, (i) => Number(values[i].toFixed(digits)));
  const most = Math.max(0, ...why.map((own) => own.length));
  return {
    rank: Int32Array.from(places, (_, i) => i + 1),
    subscriber: places.map((i) => members.subscriber[i]),
    probability: rounded(members.probability, 4),
    customer_value: rounded(members.value, 2),
    expected_profit: rounded(chosen.gain, 2),
    ...(facts.segment ? { segment: places.map((i) => facts.segment?.get(members.subscriber[i]) ?? null) } : {}),
    ...Object.fromEntries(
      Array.from({ length: most }, (_, k) => [`reason_${k + 1}`, places.map((i) => why[i]?.[k] ?? null)]),
    ),
  };
}

function expectedOf({ called, probability, value }: CampaignMembers, { contactCost, successRate }: Rules) {
  const expected = { churners: 0, saved: 0, cost: 0, profit: 0 };
  for (const [i, is] of called.entries()) {
    if (!is) continue;
    expected.churners += probability[i];
    expected.cost += contactCost;
    expected.profit += probability[i] * successRate * value[i] - contactCost;
  }
  return { ...expected, saved: expected.churners * successRate };
}

function notesOf(
  {
    people,
    called,
    control,
    leftOut,
    output,
    controlOutput,
  }: Pick<CallListResult, "people" | "called" | "control" | "leftOut" | "output" | "controlOutput">,
  { chosen, members, rules }: { chosen: ChosenList; members: CampaignMembers; rules: Rules },
): string[] {
  const count = (n: number) => n.toLocaleString("en-US");
  const notes: string[] = [];
  const out = [
    [leftOut.calledBefore, `on the list of a campaign of less than ${rules.coolingOff} days before`],
    [leftOut.inControl, "in the control group of a campaign whose horizon has not ended"],
    [leftOut.alreadyLeft, "on the list of leavers"],
  ] as const;
  const said = out.filter(([n]) => n > 0).map(([n, why]) => `${count(n)} ${why}`);
  if (said.length) {
    const again = leftOut.calledBefore > 0 ? "; --replace plans the last campaign anew" : "";
    notes.push(`left out of ${count(people)} people: ${said.join(", ")}${again}`);
  }
  const even = rules.contactCost / (rules.successRate * rules.customerValue);
  if (chosen.rows.length === 0) {
    notes.push(
      `nobody is called: no contact is expected to bring more than it costs (with a value of ${shortNumber(rules.customerValue)}, from a probability of ${percent(even)} on)`,
    );
    return notes;
  }
  const all = called + control;
  if (all < chosen.paying) {
    const limit = rules.maxContacts !== null && called >= rules.maxContacts ? "max_contacts" : "the budget";
    notes.push(
      `${limit} ends the list: ${count(chosen.paying - all)} more would be expected to bring more than a contact costs`,
    );
  } else
    notes.push(
      `the list ends where a contact brings no more than it costs: ${rules.budget === null ? "" : "less than the budget is spent; "}with a value of ${shortNumber(rules.customerValue)} that is a probability of ${percent(even)}`,
    );
  notes.push(controlNote(called, control, members));
  if (output === null) return notes;
  const where =
    controlOutput === null ? "the store knows who they are" : `they are in ${relative(process.cwd(), controlOutput)}`;
  notes.push(
    `${count(control)} people of the control group are not in ${relative(process.cwd(), output)} and are not to be called; ${where}`,
  );
  return notes;
}

/** What a campaign of this size can show, by the usual formula for two rates (power 80 %, level 95 %). */
function controlNote(called: number, control: number, { probability }: CampaignMembers): string {
  if (control === 0) {
    return "there is no control group: nobody will be able to say what the calls did; --control-share 0.1 keeps a tenth of the list";
  }
  const rate = probability.reduce((sum, p) => sum + p, 0) / probability.length;
  const least = 2.8 * Math.sqrt(rate * (1 - rate) * (1 / called + 1 / control));
  const share = least / rate;
  return share > 1
    ? `too small a campaign to show itself: with ${called} called and ${control} in the control group not even saving every churner would be sure to be seen; a larger control_share helps`
    : `with ${called.toLocaleString("en-US")} called and ${control.toLocaleString("en-US")} in the control group the results are likely to show an effect from ${percent(share)} of the churners saved on; a larger control_share shows less`;
}
