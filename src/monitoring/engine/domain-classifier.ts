import type { MeasureOptions } from "../calculators/fit-calculator.js";
import { domainClassifierCalculator } from "../drift/domain-classifier-calculator.js";
import type { DomainClassifierOptions } from "../drift/domain-classifier-state.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type RunTables, runCalculatorAsync } from "./run-calculator.js";

/**
 * Multivariate drift by a domain classifier: how well boosted trees tell the rows of a chunk from those of the reference
 * (area under ROC of cross-validated predictions; 0.5 is "not at all").
 */
export const domainClassifier = (
  options: DomainClassifierOptions & MeasureOptions & RunTables,
): Promise<MonitoringResult> => runCalculatorAsync(domainClassifierCalculator, options);
