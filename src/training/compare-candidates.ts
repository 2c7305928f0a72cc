import { logLoss } from "../statistics/log-loss.js";
import type { CalibrationMethod } from "./calibration.js";
import { chooseCalibration, methodFor } from "./cross-fit.js";
import { type BlendOf, blendOf } from "./engines/blend-engine.js";
import type { EngineName, Parameters } from "./engines/engine.js";
import { ENGINES, simplicityOf } from "./engines/engine-facts.js";
import { type Difference, lossDifference } from "./loss-difference.js";
import type { MeasuredRows } from "./measured-rows.js";
import type { SearchResult, SearchRow } from "./search-grid.js";

/** The best of an engine, or of all blends: what it made of the rows that it did not train on. */
export interface CrossValidated {
  engine: EngineName;
  /** What people call it: "logistic regression", "blend of boosting and logistic regression". */
  name: string;
  parameters: Parameters;
  /** Scores of the measured rows. */
  score: Float64Array;
  /** Their probabilities, each by a map that was fitted to other folds. */
  probability: Float64Array;
  calibration: CalibrationMethod;
  /** Log loss of the probabilities. */
  loss: number;
  /** Of a blend: what the mean is of, and its two parts. */
  blend?: { of: BlendOf; parts: [CrossValidated, CrossValidated] };
}

/** The candidates, the one that was chosen, and why. */
export interface Choice {
  /** One an engine, and the best blend where blends were tried; by log loss. */
  candidates: CrossValidated[];
  chosen: CrossValidated;
  /** One sentence without a full stop. */
  why: string;
}

export interface ChoiceInput {
  search: SearchResult;
  /** Engines that may be chosen; the others are there to be compared with. */
  eligible: readonly EngineName[];
  /** Whether the mean of two may be chosen. */
  blends: boolean;
  calibration: CalibrationMethod | "auto";
}

/**
 * Chooses among the engines by cross-validated log loss: each has its best grid point, calibrated on other folds than it is
 * measured on. Of equally good ones the simpler is taken; the mean of two only where it gains beyond noise.
 */
export async function compareCandidates({ search, eligible, blends, calibration }: ChoiceInput): Promise<Choice> {
  const { measured } = search;
  const bests: CrossValidated[] = [];
  for (const i of bestPoints(search)) {
    const { parameters } = search.table[i];
    const { engine } = parameters;
    const score = search.scores[i];
    const { method, probability } = await chooseCalibration(methodFor(engine, calibration), measured, score);
    const loss = logLoss(measured.label, probability) ?? Number.POSITIVE_INFINITY;
    bests.push({ engine, name: ENGINES[engine].title, parameters, score, probability, calibration: method, loss });
  }
  const bySize = (a: CrossValidated, b: CrossValidated) =>
    Math.abs(a.loss - b.loss) > TIE ? a.loss - b.loss : simplicityOf(a.engine) - simplicityOf(b.engine);
  bests.sort(bySize);
  const single = bests.find(({ engine }) => eligible.includes(engine));
  if (!single) throw new Error(`no candidate of ${eligible.join(", ")}`);
  const blend = blends ? await bestBlend(bests, measured, calibration) : undefined;
  const gain = blend && lossDifference(measured.label, single.probability, blend.probability, measured.subscriber);
  const chosen = blend && gain && gain.low > 0 ? blend : single;
  const candidates = blend ? [...bests, blend].sort(bySize) : bests;
  return { candidates, chosen, why: whyChosen({ candidates, chosen, single, blend, gain, eligible, measured }) };
}

/** Nats a row within which losses are the same but for rounding. */
const TIE = 1e-9;

/** The grid points of least log loss, one an engine; of equal ones the simplest. */
function bestPoints({ table }: SearchResult): number[] {
  const best = new Map<EngineName, number>();
  for (const [i, row] of table.entries()) {
    if (row.logLoss === null) continue;
    const before = best.get(row.parameters.engine);
    if (before === undefined || isBetter(row, table[before])) best.set(row.parameters.engine, i);
  }
  return [...best.values()];
}

function isBetter(a: SearchRow, b: SearchRow): boolean {
  const gain = (b.logLoss ?? Number.POSITIVE_INFINITY) - (a.logLoss ?? Number.POSITIVE_INFINITY);
  return Math.abs(gain) > TIE ? gain > 0 : isSimpler(a.parameters, b.parameters);
}

/** Fewer trees, then less depth or fewer leaves, then larger leaves, then the larger penalty. */
function isSimpler(a: Parameters, b: Parameters): boolean {
  const [trees, others] = [a.num_trees ?? 0, b.num_trees ?? 0];
  if (trees !== others) return trees < others;
  const limit = (size: number | null = 0) => size ?? Number.POSITIVE_INFINITY;
  const size = ({ max_depth, max_leaves }: Parameters) => limit(max_depth) + limit(max_leaves);
  if (size(a) !== size(b)) return size(a) < size(b);
  if (a.min_samples_leaf !== b.min_samples_leaf) return (a.min_samples_leaf ?? 0) > (b.min_samples_leaf ?? 0);
  return (a.penalty ?? 0) > (b.penalty ?? 0);
}

/** Of all means of two candidates the one of least log loss; the two rules that look at one number at most are left out. */
async function bestBlend(
  bests: readonly CrossValidated[],
  measured: MeasuredRows,
  calibration: CalibrationMethod | "auto",
): Promise<CrossValidated | undefined> {
  const parts = bests.filter(({ engine }) => engine !== "base-rate" && engine !== "recency");
  let best: { of: BlendOf; parts: [CrossValidated, CrossValidated]; score: Float64Array; loss: number } | undefined;
  for (const [i, a] of parts.entries()) {
    for (const b of parts.slice(i + 1)) {
      for (const of of ["log-odds", "probability"] as const) {
        const score = blendOf(of, [a.probability, b.probability]);
        const loss = logLoss(measured.label, score) ?? Number.POSITIVE_INFINITY;
        if (best === undefined || loss < best.loss - TIE) best = { of, parts: [a, b], score, loss };
      }
    }
  }
  if (best === undefined) return undefined;
  const { of, score } = best;
  const { method, probability } = await chooseCalibration(calibration, measured, score);
  return {
    engine: "blend",
    name: `blend of ${best.parts.map(({ name }) => name).join(" and ")}`,
    parameters: { engine: "blend" },
    score,
    probability,
    calibration: method,
    loss: logLoss(measured.label, probability) ?? Number.POSITIVE_INFINITY,
    blend: { of, parts: best.parts },
  };
}

interface Reasons extends Pick<Choice, "candidates" | "chosen"> {
  single: CrossValidated;
  blend: CrossValidated | undefined;
  /** Log loss that the blend saves of the best single one. */
  gain: Difference | undefined;
  eligible: readonly EngineName[];
  measured: MeasuredRows;
}

/** Whatever won, and why, in figures of the cross-validation. */
function whyChosen({ candidates, chosen, single, blend, gain, eligible, measured }: Reasons): string {
  const behind = (other: CrossValidated) =>
    lossDifference(measured.label, other.probability, chosen.probability, measured.subscriber);
  const may = candidates.filter(({ engine }) => engine === "blend" || eligible.includes(engine));
  const others = may.filter((each) => each !== chosen && each !== blend);
  const [next] = others;
  const sentences = [
    chosen === blend && gain
      ? `the ${chosen.name} was chosen: its cross-validated log loss, ${figure(chosen.loss)}, is ${gained(gain)} below that of ${single.name} alone, beyond noise`
      : next
        ? `${chosen.name} was chosen: its cross-validated log loss, ${figure(chosen.loss)}, is the least of ${others.length + 1} candidates; ${next.name} has ${compared(next, behind(next))}`
        : `${chosen.name} was asked for (train.engine); its cross-validated log loss is ${figure(chosen.loss)}`,
  ];
  if (blend && gain && chosen !== blend) {
    sentences.push(
      `the ${blend.name} ${gain.value > 0 ? `would save ${gained(gain)}, not beyond noise` : "gains nothing"}, so the simpler one stays`,
    );
  }
  const better = candidates.filter((each) => !may.includes(each) && each.loss < chosen.loss - TIE);
  for (const each of better)
    sentences.push(`${each.name}, which was not asked for, has ${compared(each, behind(each))}`);
  return sentences.join("; ");
}

const figure = (value: number) => value.toFixed(4).replace("-", "−");

const gained = ({ value, low, high }: Difference) => `${figure(value)} (95 % ${figure(low)} … ${figure(high)})`;

/** A rival's loss beside that of the chosen one. */
function compared({ loss }: CrossValidated, { value, low, high }: Difference): string {
  const by = `${figure(loss)}, ${figure(Math.abs(value))} ${value < 0 ? "less" : "more"}`;
  if (low <= 0 && high >= 0)
    return `${by}: they cannot be told apart on these rows (95 % ${figure(low)} … ${figure(high)})`;
  return `${by} (95 % ${figure(low)} … ${figure(high)})`;
}
