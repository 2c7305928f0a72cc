import { ChurnError } from "../../core/errors.js";
import type { Calculator } from "../calculators/calculator.js";
import { domainClassifierCalculator } from "../drift/domain-classifier-calculator.js";
import { reconstructionCalculator } from "../drift/reconstruction-calculator.js";
import { univariateCalculator } from "../drift/univariate-calculator.js";
import { cbpeCalculator } from "../estimated/cbpe-calculator.js";
import { missingCalculator } from "../quality/missing-values-calculator.js";
import { sourceCalculator } from "../quality/source-calculator.js";
import { statisticCalculator } from "../quality/summary-statistics-calculator.js";
import { unseenCalculator } from "../quality/unseen-values-calculator.js";
import { rangeCalculator } from "../quality/value-range-calculator.js";
import { calibrationCalculator } from "../realized/calibration-calculator.js";
import { realizedCalculator } from "../realized/realized-calculator.js";

/** Every calculator there is, in the order of sections and results: the one list that all others are made of. */
export const CALCULATORS = [
  realizedCalculator,
  cbpeCalculator,
  calibrationCalculator,
  univariateCalculator,
  reconstructionCalculator,
  domainClassifierCalculator,
  missingCalculator,
  unseenCalculator,
  rangeCalculator,
  sourceCalculator,
  statisticCalculator("avg"),
  statisticCalculator("sum"),
  statisticCalculator("std"),
  statisticCalculator("median"),
  statisticCalculator("count"),
] as const;

export type CalculatorName = (typeof CALCULATORS)[number]["name"];

/** The entries of an object by calculator, in the order of its keys. */
export const calculatorEntries = <T>(record: { readonly [Name in CalculatorName]?: T }): [CalculatorName, T][] =>
  Object.entries(record) as [CalculatorName, T][];

// biome-ignore lint/suspicious/noExplicitAny: each calculator has options and state of its own
export type AnyCalculator = Calculator<any, any, any>;

const BY_NAME: ReadonlyMap<string, AnyCalculator> = new Map(CALCULATORS.map((each) => [each.name, each]));

/**
 * Looks a calculator up by its name, as it stands in results, saved monitors and messages between threads.
 *
 * @throws ChurnError BAD_INPUT for a name that is not in the list, as of a monitor that a later version saved
 */
export function calculatorFor(name: string): AnyCalculator {
  const found = BY_NAME.get(name);
  if (!found) throw new ChurnError("BAD_INPUT", `there is no calculator ${JSON.stringify(name)}`);
  return found;
}
