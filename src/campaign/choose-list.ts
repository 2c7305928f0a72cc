import { hash32 } from "../training/held-out.js";

/** Who could be called, and what each is worth. */
export interface Candidates {
  subscriber: readonly string[];
  /** Churn probability without a call, calibrated. */
  probability: ArrayLike<number>;
  /** Value when kept. */
  value: ArrayLike<number>;
}

/** What decides the length of a list. */
export interface ListRules {
  contactCost: number;
  successRate: number;
  /** Cost of all contacts at most. */
  budget: number | null;
  maxContacts: number | null;
  /** Share of the list that is not called. */
  controlShare: number;
  seed: string | number;
}

/** Who is on the list, the most expected gain first. */
export interface ChosenList {
  /** Places in the candidates. */
  rows: Int32Array;
  /** Of each, 1 to be called and 0 of the control group. */
  called: Uint8Array;
  /** Expected profit of calling each: probability × success rate × value − cost. */
  gain: Float64Array;
  /** Candidates whose call pays, on the list or not. */
  paying: number;
}

/**
 * Chooses whom a campaign calls: whoever is expected to bring more than a contact costs, the most first, as far as budget and
 * number go; and draws the control group among them, in blocks of neighbouring risk so that both groups are alike.
 *
 * The draw depends on seed and subscriber alone, not on the order of the rows.
 */
export function chooseList({ subscriber, probability, value }: Candidates, rules: ListRules): ChosenList {
  const gain = Float64Array.from(
    subscriber,
    (_, i) => probability[i] * rules.successRate * value[i] - rules.contactCost,
  );
  const paying = Int32Array.from(subscriber.keys())
    .filter((i) => gain[i] > 0)
    .sort((a, b) => gain[b] - gain[a] || probability[b] - probability[a] || (subscriber[a] < subscriber[b] ? -1 : 1));
  const rows = paying.slice(0, lengthOf(paying.length, rules));
  const called = drawControl(rows, { subscriber, probability }, rules);
  return { rows, called, gain: Float64Array.from(rows, (row) => gain[row]), paying: paying.length };
}

/** How many are on a list of whom some are not called. */
function lengthOf(most: number, { budget, maxContacts, contactCost, controlShare }: ListRules): number {
  const affordable =
    budget === null || contactCost === 0 ? Number.POSITIVE_INFINITY : Math.floor(budget / contactCost + 1e-9);
  const contacts = Math.min(affordable, maxContacts ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(contacts)) return most;
  let length = Math.min(most, Math.ceil(contacts / (1 - controlShare)) + 1);
  while (length > 0 && length - controlsOf(length, controlShare) > contacts) length--;
  return length;
}

const controlsOf = (length: number, share: number) => Math.round(length * share);

/** In the order of risk, each block of about one control has its share of controls, drawn by hash. */
function drawControl(
  rows: Int32Array,
  { subscriber, probability }: Pick<Candidates, "subscriber" | "probability">,
  { controlShare, seed }: ListRules,
): Uint8Array {
  const called = new Uint8Array(rows.length).fill(1);
  if (controlShare === 0) return called;
  const byRisk = Array.from(rows.keys()).sort((a, b) => probability[rows[b]] - probability[rows[a]] || a - b);
  const block = Math.ceil(1 / controlShare);
  for (let from = 0; from < byRisk.length; from += block) {
    const own = byRisk.slice(from, from + block);
    const wanted = controlsOf(from + own.length, controlShare) - controlsOf(from, controlShare);
    const drawn = own
      .map((place) => ({ place, key: hash32(`${seed}/control/${subscriber[rows[place]]}`) }))
      .sort((a, b) => a.key - b.key || a.place - b.place);
    for (const { place } of drawn.slice(0, wanted)) called[place] = 0;
  }
  return called;
}
