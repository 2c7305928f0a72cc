import type { Chart, VegaLiteSpec } from "../../charts/chart.js";
import { COLORS, MUTED } from "../../charts/theme.js";
import { vegaChart } from "../../charts/vega-chart.js";
import { dateOf } from "../../core/days.js";
import type { Campaign } from "../choose-threshold.js";
import type { People } from "../people.js";
import type { ProfitStep } from "./report-curves.js";

/** What can be moved; everything else follows. */
interface Sliders extends Campaign {
  threshold: number;
}

/** Steps from a list to one that is longer by so small a part are left out. */
const FINE = 60;

/** Width of the parts; a page fits them to its room. */
const WIDTH = 680;

/**
 * Draws what a campaign would have done to the people of the test, with sliders for the threshold, the value of a saved
 * customer, the cost of a call, the success rate and the budget: profit curve, people by what was done and what they did,
 * length of the list and profit move with them. The sliders are parameters of Vega: no kernel is needed.
 *
 * @param steps counts of people at every threshold, from nobody contacted to everybody
 */
export function decideChart(steps: readonly ProfitStep[], people: People, sliders: Sliders): Chart {
  const values = cutsOf(steps, sliders.threshold);
  const most = steps.reduce((top, { contacts }) => Math.max(top, contacts), 0);
  const [first, last] = people.days.map(dateOf);
  const title = "Decide: whom to call, and what it brings";
  return vegaChart({
    title: {
      text: title,
      subtitle: [
        `${people.people.toLocaleString("en-US")} test people from ${first} to ${last}, each counted once: move the sliders below`,
        "(a threshold that is chosen here flatters itself a little: threshold profit chooses it out of fold)",
      ],
    },
    description: `${title}: profit of a campaign to ${people.people} test people by the share contacted, with sliders for the threshold, the value of a saved customer, the cost of a call, the success rate and the budget.`,
    params: paramsOf({ ...sliders, threshold: shortThreshold(sliders.threshold, steps) }, most),
    data: { values },
    vconcat: [curvePart(), peoplePart(people), textPart(people)],
    spacing: 14,
  });
}

/** Each cut of a short list, and fewer the longer it is; that of the model is one of them. */
function cutsOf(steps: readonly ProfitStep[], threshold: number) {
  const nobody = { threshold: 2, share: 0, flagged: 0, contacts: 0, found: 0, inTime: 0, falseAlarms: 0 };
  const own = steps.findLastIndex((step) => step.contacts > 0 && step.threshold >= threshold);
  let next = 0;
  const kept = steps.filter((step, i) => {
    if (step.contacts === 0) return false;
    const keep = i === own || i === steps.length - 1 || step.contacts >= next;
    if (keep && i !== own) next = step.contacts * (1 + 1 / FINE);
    return keep;
  });
  return [nobody, ...kept].map(({ threshold: t, share, flagged, contacts, found, inTime, falseAlarms }) => ({
    t,
    share: Number(share.toPrecision(5)),
    flagged,
    contacts,
    found,
    inTime,
    falseAlarms,
  }));
}

function paramsOf({ threshold, customerValue, contactCost, successRate }: Sliders, contacts: number): VegaLiteSpec[] {
  const slider = (name: string, label: string, value: number, max: number, step: number) => ({
    name,
    value,
    bind: { input: "range", name: `${label} `, min: 0, max, step },
  });
  const value = niceAbove(4 * (customerValue || 25));
  const cost = niceAbove(4 * (contactCost || 1));
  // more than all contacts cost: no limit until it is moved
  const budget = niceAbove(contacts * (contactCost || 1));
  return [
    slider("threshold", "call from this churn probability on", threshold, 1, 0.001),
    slider("customer_value", "value of a saved customer", customerValue, value, value / 400),
    slider("contact_cost", "cost of a call", contactCost, cost, cost / 400),
    slider("success_rate", "share of called churners who stay", successRate, 1, 0.01),
    slider("budget", "budget for all calls", budget, budget, budget / 400),
  ];
}

/** The threshold with as few digits as leave everybody on their side of it. */
function shortThreshold(threshold: number, steps: readonly ProfitStep[]): number {
  const called = (at: number) => steps.reduce((sum, step) => sum + (step.threshold >= at ? 1 : 0), 0);
  const short = [3, 4, 5].map((digits) => Number(threshold.toFixed(digits)));
  return Math.min(1, short.find((each) => called(each) === called(threshold)) ?? threshold);
}

/** 1, 2 or 4 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4].find((each) => each * power >= value) ?? 10) * power;
}

const PROFIT = "datum.inTime * success_rate * customer_value - datum.contacts * contact_cost";
const AFFORDABLE = "datum.contacts * contact_cost <= budget + 1e-9";

/** The cut that the sliders choose: the most contacts at or above the threshold that the budget pays. */
const CHOSEN: VegaLiteSpec[] = [
  { filter: `datum.t >= threshold && ${AFFORDABLE}` },
  { aggregate: [{ op: "argmax", field: "contacts", as: "best" }] },
  ...["t", "share", "flagged", "contacts", "found", "inTime", "falseAlarms"].map((field) => ({
    calculate: `datum.best.${field}`,
    as: field,
  })),
  { calculate: PROFIT, as: "profit" },
];

function curvePart(): VegaLiteSpec {
  const x = {
    field: "share",
    type: "quantitative",
    title: "share of people called, highest probability first",
    axis: { format: "~%", tickCount: 5, labelFlush: true },
    scale: { zero: true, nice: false },
  };
  const y = {
    field: "profit",
    type: "quantitative",
    title: "profit of the campaign",
    axis: { format: "~s", tickCount: 5 },
  };
  // far down the list nobody would go: the curve is shown to where it has lost as much as it could have brought
  const shown = [
    { calculate: PROFIT, as: "profit" },
    { joinaggregate: [{ op: "max", field: "profit", as: "top" }] },
    { filter: "datum.top <= 0 || datum.profit >= -datum.top" },
  ];
  return {
    width: WIDTH,
    height: 210,
    layer: [
      { data: { values: [{}] }, mark: { type: "rule", strokeDash: [5, 4] }, encoding: { y: { datum: 0 } } },
      { transform: shown, mark: { type: "line", color: COLORS.gray, strokeDash: [2, 4] }, encoding: { x, y } },
      { transform: [...shown, { filter: AFFORDABLE }], mark: { type: "line" }, encoding: { x, y } },
      { transform: CHOSEN, mark: { type: "rule", color: COLORS.vermillion, strokeWidth: 1.5 }, encoding: { x } },
      {
        transform: CHOSEN,
        mark: { type: "point", filled: true, size: 130, opacity: 1, color: COLORS.vermillion },
        encoding: { x, y },
      },
    ],
  };
}

/** People by what is done to them and what they do. */
function peoplePart({ people, churners }: People): VegaLiteSpec {
  const cells = [
    ["found", "churn", "called", "datum.found", churners],
    ["missed", "churn", "not called", `${churners} - datum.found`, churners],
    ["false alarms", "stay", "called", "datum.falseAlarms", people - churners],
    ["left alone", "stay", "not called", `${people - churners} - datum.falseAlarms`, people - churners],
  ] as const;
  const text = (expression: (cell: (typeof cells)[number]) => string) =>
    cells.reduceRight((rest, cell) => `datum.key === '${cell[0]}' ? ${expression(cell)} : ${rest}`, "''");
  const dark = { condition: { test: "datum.part > 0.7", value: "#FFFFFF" }, value: "#1F2933" };
  return {
    width: WIDTH,
    height: 116,
    transform: [
      ...CHOSEN,
      ...cells.map(([name, , , count]) => ({ calculate: count, as: name })),
      { fold: cells.map(([name]) => name), as: ["key", "count"] },
      { calculate: text((cell) => `'${cell[1]}'`), as: "does" },
      { calculate: text((cell) => `'${cell[2]}'`), as: "done" },
      { calculate: text((cell) => `datum.count / ${Math.max(1, cell[4])}`), as: "part" },
      { calculate: "format(datum.count, ',') + ' ' + datum.key", as: "label" },
    ],
    encoding: {
      x: {
        field: "done",
        type: "nominal",
        sort: ["called", "not called"],
        title: null,
        axis: { labelAngle: 0, domain: false, ticks: false, labelFontSize: 13, orient: "top" },
      },
      y: {
        field: "does",
        type: "nominal",
        sort: ["churn", "stay"],
        title: "people who",
        axis: { domain: false, ticks: false, labelFontSize: 13 },
      },
    },
    layer: [
      {
        mark: { type: "rect", stroke: "#FFFFFF", strokeWidth: 3, cornerRadius: 4 },
        encoding: {
          color: { field: "part", type: "quantitative", scale: { domain: [0, 1], range: "ramp" }, legend: null },
        },
      },
      { mark: { type: "text", fontSize: 14, fontWeight: 600 }, encoding: { text: { field: "label" }, color: dark } },
    ],
  };
}

/** The same in words, short enough for a telephone. */
function textPart({ people, churners }: People): VegaLiteSpec {
  const count = (expression: string) => `format(${expression}, ',.0f')`;
  const saved = "datum.inTime * success_rate";
  const lines = [
    `${count("datum.contacts")} + ' calls to ' + ${count("datum.flagged")} + ' of ${people.toLocaleString("en-US")} people (' + format(datum.share, '.1%') + ')'`,
    `${count("datum.found")} + ' of ${churners.toLocaleString("en-US")} churners found, ' + ${count("datum.inTime")} + ' in time'`,
    `format(${saved}, ',.1f') + ' saved, worth ' + ${count(`${saved} * customer_value`)} + '; calls cost ' + ${count("datum.contacts * contact_cost")}`,
    `'profit ' + ${count("datum.profit")} + ', ' + format(datum.profit / ${Math.max(1, people)}, ',.2f') + ' a person'`,
    "datum.limit > datum.contacts ? 'the budget ends the list at probability ' + format(datum.t, '.3f') : ''",
  ];
  return {
    width: WIDTH,
    height: 118,
    view: { stroke: null },
    transform: [
      // how many the threshold alone would call
      { calculate: "datum.t >= threshold ? datum.contacts : 0", as: "wanted" },
      { joinaggregate: [{ op: "max", field: "wanted", as: "limit" }] },
      ...CHOSEN.slice(0, 1),
      {
        aggregate: [
          { op: "argmax", field: "contacts", as: "best" },
          { op: "max", field: "limit", as: "limit" },
        ],
      },
      ...CHOSEN.slice(2),
      ...lines.map((calculate, k) => ({ calculate, as: `line ${k}` })),
      { fold: lines.map((_, k) => `line ${k}`), as: ["key", "text"] },
    ],
    mark: { type: "text", align: "left", baseline: "middle", x: 0, fontSize: 13.5 },
    encoding: {
      y: { field: "key", type: "nominal", axis: null, sort: null },
      text: { field: "text" },
      color: { condition: { test: "datum.key === 'line 4'", value: MUTED }, value: "#1F2933" },
    },
  };
}
