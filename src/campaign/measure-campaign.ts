import { newcombeInterval } from "../statistics/newcombe-interval.js";
import { wilsonInterval } from "../statistics/wilson-interval.js";

/** The people of a campaign whose end is known. */
export interface CampaignPeople {
  /** 1 of the group that was to be called, 0 of the control group. */
  assigned: ArrayLike<number>;
  /** 1 who was called. */
  called: ArrayLike<number>;
  /** 1 who left within the horizon. */
  left: ArrayLike<number>;
  /** Churn probability of the list. */
  probability: ArrayLike<number>;
  value: ArrayLike<number>;
}

/** A number with its 95 % interval. */
export interface Limits {
  value: number;
  low: number;
  high: number;
}

/** One of the two groups that chance made. */
export interface CampaignGroup {
  people: number;
  /** Who was called, whatever the list said. */
  called: number;
  left: number;
  /** Share that left, with Wilson's interval; null for an empty group. */
  rate: Limits | null;
  /** Mean probability by the list. */
  expected: number | null;
}

/** What a campaign did, by the difference of the two groups. */
export interface CampaignEffect {
  toCall: CampaignGroup;
  control: CampaignGroup;
  /** Share that left of the control group less that of those to call, with Newcombe's interval; null without a control group. */
  difference: Limits | null;
  /** Churners who stayed for the call, among all who were to be called. */
  saved: Limits | null;
  /** Share of the churners who were called and stayed for it; null where the control group lost nobody. */
  successRate: Limits | null;
  /** Value of the saved less the cost of the calls. */
  profit: Limits | null;
  cost: number;
  /** Observed over expected churn of the control group, which no call has changed; null without it. */
  calibration: Limits | null;
}

/**
 * Measures a campaign as a randomised experiment, by the groups that chance made (intention to treat): who was to be called and
 * was not is still of their group, since those who can be reached are other people than those who cannot.
 *
 * Intervals: the rate by Wilson (1927), the difference by Newcombe (1998, method 10).
 */
export function measureCampaign(people: CampaignPeople, contactCost: number): CampaignEffect {
  const toCall = groupOf(people, 1);
  const control = groupOf(people, 0);
  let contacts = 0;
  let worth = 0;
  for (let i = 0; i < people.assigned.length; i++) {
    contacts += people.called[i];
    if (people.assigned[i] === 1) worth += people.value[i];
  }
  const cost = contacts * contactCost;
  const found = newcombeInterval(control.left, control.people, toCall.left, toCall.people);
  const difference = found && { value: found.difference, low: found.low, high: found.high };
  const scaled = (by: number, less = 0): Limits | null =>
    difference && {
      value: difference.value * by - less,
      low: difference.low * by - less,
      high: difference.high * by - less,
    };
  // people differ in what they are worth; those saved are worth the mean
  const meanValue = toCall.people > 0 ? worth / toCall.people : 0;
  // fewer calls than people to call: the effect is of those who were reached beyond the control group
  const reached = share(toCall) - share(control);
  const rate = control.rate?.value ?? 0;
  return {
    toCall,
    control,
    difference,
    saved: scaled(toCall.people),
    successRate: rate > 0 && reached > 0 ? scaled(1 / (rate * reached)) : null,
    profit: scaled(toCall.people * meanValue, cost),
    cost,
    calibration:
      control.rate && control.expected
        ? {
            value: control.rate.value / control.expected,
            low: control.rate.low / control.expected,
            high: control.rate.high / control.expected,
          }
        : null,
  };
}

const share = ({ called, people }: CampaignGroup) => (people > 0 ? called / people : 0);

function groupOf({ assigned, called, left, probability }: CampaignPeople, wanted: 0 | 1): CampaignGroup {
  const group = { people: 0, called: 0, left: 0 };
  let expected = 0;
  for (let i = 0; i < assigned.length; i++) {
    if (assigned[i] !== wanted) continue;
    group.people++;
    group.called += called[i];
    group.left += left[i];
    expected += probability[i];
  }
  const limits = wilsonInterval(group.left, group.people);
  return {
    ...group,
    rate: limits && { value: group.left / group.people, ...limits },
    expected: group.people > 0 ? expected / group.people : null,
  };
}
