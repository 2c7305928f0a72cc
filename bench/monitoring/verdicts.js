// How often the verdict of monitoring is wrong: worlds in which nothing changed, and the same worlds with one change.
//
//   node bench/monitoring/verdicts.js [--worlds 200] [--first 1] [--verbose]
//
// Prints a table of rates. Exit status 1 where more than 5 % of the unchanged worlds are not "good", less than 95 % of the changes
// are found, or a break in the newest chunk is missed.
import { parseArgs } from "node:util";
import { fitMonitor, verdictOf } from "../../dist/entries/monitoring.js";

const { values: flags } = parseArgs({
  options: {
    worlds: { type: "string", default: "200" },
    first: { type: "string", default: "1" },
    verbose: { type: "boolean" },
  },
});

function draws(seed) {
  let a = seed >>> 0;
  const u = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const n = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  return { u, n, of: (list) => list[Math.floor(u() * list.length)] };
}

const CELLS = 400_000;
const DAY = 86_400_000;
const KINDS = ["plain", "weekly", "rare", "recurring", "holes"];

/** The shape of a world: how many chunks, rows and columns, and what is special about it. */
function shapeOf(seed) {
  const g = draws(seed * 7919);
  const kind = KINDS[seed % KINDS.length];
  const chunks = kind === "weekly" ? g.of([14, 21, 28]) : g.of([2, 3, 4, 5, 6, 8, 10, 12, 20, 30]);
  const columns = g.of([5, 7, 12, 24, 40, 60]);
  const later = g.of([1, 2, 5, 8, 12]);
  const most = CELLS / (chunks + later) / columns;
  const rows = g.of([200, 500, 1000, 2000, 5000].filter((n) => n === 200 || n <= most));
  return { seed, kind, chunks, columns, later, rows, rate: kind === "rare" ? 0.03 : g.of([0.1, 0.25, 0.4]) };
}

/** Rows of some days. People of a recurring world come back every day with nearly the same values. */
function table(shape, from, days, stream) {
  const g = draws(shape.seed * 104_729 + stream);
  const people = draws(shape.seed);
  const { kind, columns, rows, rate } = shape;
  const total = days * rows;
  const base =
    kind === "recurring" ? Array.from({ length: rows }, () => Array.from({ length: columns }, () => people.n())) : null;
  const names = Array.from({ length: columns }, (_, c) => `c${c}`);
  const data = names.map(() => new Array(total));
  const [timestamp, yPredProba, yPred, yTrue] = [0, 0, 0, 0].map(() => new Array(total));
  const cut = Math.log(rate / (1 - rate));
  for (let i = 0; i < total; i++) {
    const day = from + Math.floor(i / rows);
    const k = i % rows;
    const weekend = kind === "weekly" && (day % 7 === 5 || day % 7 === 6);
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      let z = base ? 0.95 * base[k][c] + 0.31 * g.n() : g.n();
      if (weekend && c % 3 === 0) z += 0.4;
      if (c < 3) sum += z;
      data[c][i] = cellOf(c, z, kind === "holes" && g.u() < 0.01 ? null : undefined);
    }
    const p = 1 / (1 + Math.exp(-(cut + 0.7 * sum)));
    timestamp[i] = day * DAY + k * Math.floor(DAY / rows);
    yPredProba[i] = p;
    yPred[i] = p > Math.max(rate, 0.1) * 1.5 ? 1 : 0;
    yTrue[i] = g.u() < p ? 1 : 0;
  }
  return { timestamp, yPredProba, yPred, yTrue, columns: Object.fromEntries(names.map((name, c) => [name, data[c]])) };
}

/** A column of its kind: numbers around 0, amounts with a long tail, counts with many zeros, classes. */
function cellOf(c, z, hole) {
  if (hole === null) return c % 5 === 4 ? null : Number.NaN;
  if (c % 5 === 1) return Math.exp(1.2 * z + 2);
  if (c % 5 === 2) return Math.max(0, Math.round(2 * z));
  if (c % 5 === 3) return 50 + 10 * z;
  if (c % 5 === 4) return `k${Math.min(9, Math.floor(Math.abs(3 * z)))}`;
  return z;
}

const SECTIONS = { univariate: {}, pca: {}, missing: {}, unseen: {}, range: {}, stats: { statistics: ["avg"] } };
const config = {
  chunking: { period: "D" },
  realized: { metrics: ["roc_auc", "f1"] },
  cbpe: { metrics: ["roc_auc", "f1"] },
  ...SECTIONS,
};

const each = (analysis, first, change) => {
  for (let i = first; i < analysis.yTrue.length; i++) change(i);
};

/** One change a name: where it begins (chunks from the end), what it does, and whether the verdict names it. */
const names = (column) => (verdict) => verdict.changes.some((change) => change.column === column);
const BREAKS = {
  "newest chunk: a column is missing": (a, first) => each(a, first, (i) => (a.columns.c0[i] = Number.NaN)),
  "newest chunk: a column is constant": (a, first) => each(a, first, (i) => (a.columns.c3[i] = 50)),
  "newest chunk: a unit is 1000 times as large": (a, first) => each(a, first, (i) => (a.columns.c1[i] *= 1000)),
  "newest chunk: only unknown categories": (a, first) => each(a, first, (i) => (a.columns.c4[i] = "new")),
  "newest chunk: scores are missing": (a, first) => each(a, first, (i) => (a.yPredProba[i] = Number.NaN)),
  "newest chunk: scores are constant": (a, first) => each(a, first, (i) => (a.yPredProba[i] = 0.2)),
};
const BROKEN_COLUMN = ["c0", "c3", "c1", "c4"];
const CHANGES = {
  "a mean moves by 0.6 standard deviations": [
    (a, first) => each(a, first, (i) => (a.columns.c0[i] += 0.6)),
    names("c0"),
  ],
  "a quarter of the rows has a new category": [
    (a, first) =>
      each(a, first, (i) => {
        if (i % 4 === 0) a.columns.c4[i] = "new";
      }),
    names("c4"),
  ],
  "a tenth of the values is missing": [
    (a, first) =>
      each(a, first, (i) => {
        if (i % 10 === 0) a.columns.c3[i] = Number.NaN;
      }),
    names("c3"),
  ],
  "the outcome forgets the score": [
    (a, first, g, rate) => each(a, first, (i) => (a.yTrue[i] = g.u() < rate ? 1 : 0)),
    (verdict) => verdict.state === "bad",
  ],
  "scores are squared": [
    (a, first) => each(a, first, (i) => (a.yPredProba[i] **= 2)),
    (verdict) => verdict.findings.some(({ kind, present }) => kind === "calibration" && present),
  ],
};

const tally = new Map();
function count(name, hit, about) {
  const seen = tally.get(name) ?? { runs: 0, hits: 0 };
  tally.set(name, { runs: seen.runs + 1, hits: seen.hits + (hit ? 1 : 0) });
  if (flags.verbose && about) console.log(name, JSON.stringify(about));
}

const copy = (a) => ({
  ...a,
  yPredProba: a.yPredProba.slice(),
  yTrue: a.yTrue.slice(),
  columns: Object.fromEntries(Object.entries(a.columns).map(([name, values]) => [name, values.slice()])),
});

const [first, worlds] = [Number(flags.first), Number(flags.worlds)];
for (let seed = first; seed < first + worlds; seed++) {
  const shape = shapeOf(seed);
  const monitor = await fitMonitor(table(shape, 0, shape.chunks, 1), config);
  const analysis = table(shape, shape.chunks, shape.later, 2);
  const calm = verdictOf(await monitor.measure(analysis));
  const wrong = calm.state !== "good";
  const told = calm.findings
    .filter(({ present, better }) => present && better !== true)
    .map(({ kind, metric, column, deviation }) => [kind, metric, column, +deviation.toFixed(2)].join(" "));
  count("unchanged, not good", wrong, wrong ? { ...shape, headline: calm.headline, told } : null);
  count(`unchanged, not good: ${shape.kind}`, wrong);
  const newest = (shape.later - 1) * shape.rows;
  const [name, spoil] = Object.entries(BREAKS)[seed % 6];
  const broken = copy(analysis);
  spoil(broken, newest);
  const verdict = verdictOf(await monitor.measure(broken));
  const column = BROKEN_COLUMN[seed % 6];
  const named = column
    ? verdict.changes.some((each) => each.column === column && each.broken)
    : verdict.state === "bad";
  count("a break in the newest chunk is named", named, named ? null : { ...shape, name, headline: verdict.headline });
  const changed = copy(analysis);
  const from = Math.max(0, shape.later - 5) * shape.rows;
  const [change, [alter, sees]] = Object.entries(CHANGES)[seed % 5];
  // a change that has as few positives as a rare world's small chunks hold is not to be seen at once
  const enough =
    change !== "the outcome forgets the score" || shape.rate * shape.rows * Math.min(5, shape.later) >= 100;
  if (!enough) continue;
  alter(changed, from, draws(seed), shape.rate);
  const found = verdictOf(await monitor.measure(changed));
  const seen = sees(found);
  count("a change is found", seen, seen ? null : { ...shape, change, headline: found.headline });
  count(`found: ${change}`, seen);
}

console.log("| | worlds | share |\n|---|---|---|");
for (const [name, { runs, hits }] of tally)
  console.log(`| ${name} | ${runs} | ${((100 * hits) / runs).toFixed(1)} % |`);
const share = (name) => (tally.get(name)?.hits ?? 0) / (tally.get(name)?.runs ?? 1);
const good =
  share("unchanged, not good") <= 0.05 &&
  share("a change is found") >= 0.95 &&
  share("a break in the newest chunk is named") === 1;
process.exitCode = good ? 0 : 1;
