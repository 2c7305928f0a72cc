import { z } from "zod";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { oneOrMore, perName, threshold } from "../calculators/config-values.js";
import { PERFORMANCE_METRICS } from "../metrics/metrics.js";
import type { PerformanceOptions } from "./performance-plan.js";

const pair = z.tuple([z.number(), z.number()]).readonly();

/** The section of realized or of estimated performance. */
export const performanceConfig = <const Section extends string>(section: Section) =>
  calculatorConfig(
    section,
    {
      metrics: oneOrMore(PERFORMANCE_METRICS),
      thresholds: perName(PERFORMANCE_METRICS, threshold),
      normalize_confusion_matrix: z.enum(["all", "true", "pred"]),
      business_value_matrix: z.tuple([pair, pair]).readonly().meta({
        takes: "[[worth of a true negative, of a false positive], [of a false negative, of a true positive]]",
      }),
      normalize_business_value: z.enum(["per_prediction"]),
    },
    {
      toOptions: (given): PerformanceOptions => ({
        metrics: given.metrics,
        thresholds: given.thresholds,
        normalizeConfusionMatrix: given.normalize_confusion_matrix,
        businessValueMatrix: given.business_value_matrix,
        normalizeBusinessValue: given.normalize_business_value,
      }),
    },
  );

/** What NannyML's calculators of performance take of it. */
export const NANNYML_PERFORMANCE = [
  "metrics",
  "thresholds",
  "normalize_confusion_matrix",
  "business_value_matrix",
  "normalize_business_value",
] as const;
