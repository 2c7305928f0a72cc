import { knownValue } from "../../core/known-value.js";
import { chiSquareMethod } from "./methods/chi-square-method.js";
import type { DistanceMethod } from "./methods/distance-method.js";
import { hellingerMethod } from "./methods/hellinger.js";
import { jensenShannonMethod } from "./methods/jensen-shannon.js";
import { kolmogorovSmirnovMethod } from "./methods/kolmogorov-smirnov.js";
import { lInfinityMethod } from "./methods/l-infinity.js";
import { populationStabilityMethod } from "./methods/population-stability.js";
import { wassersteinMethod } from "./methods/wasserstein.js";

/** Every method of univariate drift; one more is a file and a line here. */
const METHODS = [
  kolmogorovSmirnovMethod,
  chiSquareMethod,
  jensenShannonMethod,
  wassersteinMethod,
  lInfinityMethod,
  hellingerMethod,
  populationStabilityMethod,
] as const;

type Method = (typeof METHODS)[number];

/** A method of univariate drift. */
export type DriftMethod = Method["name"];
export type ContinuousMethod = Extract<Method, { continuous: object }>["name"];
export type CategoricalMethod = Extract<Method, { categorical: object }>["name"];

export const DRIFT_METHODS: readonly DriftMethod[] = METHODS.map(({ name }) => name);
/** The methods of columns of numbers, and of columns of categories. */
export const CONTINUOUS_METHODS: readonly ContinuousMethod[] = METHODS.flatMap((each) =>
  "continuous" in each ? [each.name] : [],
);
export const CATEGORICAL_METHODS: readonly CategoricalMethod[] = METHODS.flatMap((each) =>
  "categorical" in each ? [each.name] : [],
);

const BY_NAME: ReadonlyMap<string, DistanceMethod> = new Map(METHODS.map((each) => [each.name, each]));

/** The method of a name; undefined for anything else, such as a metric of performance. */
export const findMethod = (name: string): DistanceMethod | undefined => BY_NAME.get(name);

/** The same of a name that is known to be one. */
export const driftMethod = (name: DriftMethod): DistanceMethod => knownValue(BY_NAME, name);
