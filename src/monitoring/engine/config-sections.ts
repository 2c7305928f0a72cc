import { z } from "zod";
import type { InputOf, OptionSet } from "../../core/option-set.js";
import { type CalculatorConfig, optionalKeys } from "../calculators/calculator-config.js";
import { columnNames } from "../calculators/config-values.js";
import { PERIOD_ALIASES } from "../chunks/period.js";
import { PERFORMANCE_METRICS } from "../metrics/metrics.js";
import { CALCULATORS } from "./calculators.js";

const name = z.string().min(1);
// any alias of pandas': to a program it is a text
const period: z.ZodType<string, string> = z.enum(PERIOD_ALIASES);

/** The sections beside those of calculators. */
const columns = {
  options: optionalKeys("columns", {
    timestamp: name,
    identifier: name,
    y_pred_proba: name,
    y_pred: name,
    y_true: name,
    continuous: columnNames,
    categorical: columnNames,
  }),
  otherNames: { timestamp_column_name: "timestamp" },
};

const chunking = {
  options: optionalKeys("chunking", {
    period,
    size: z.int().min(1),
    number: z.int().min(1),
    incomplete: z.enum(["keep", "append", "drop"]),
  }),
  otherNames: { chunk_period: "period", chunk_size: "size", chunk_number: "number" },
};

const ranking = {
  options: optionalKeys("ranking", {
    method: z.enum(["alert_count", "correlation"]),
    metric: z.enum(PERFORMANCE_METRICS),
    only_drifting: z.boolean(),
  }),
};

const verdict = {
  options: optionalKeys("verdict", {
    false_alarms: z.number().gt(0).lt(1).meta({ takes: "a chance between 0 and 1" }),
  }),
};

type CalculatorSections = {
  readonly [C in (typeof CALCULATORS)[number] as C["config"]["section"]]?: InputOf<C["config"]["options"]> | undefined;
};

/**
 * What to monitor, in NannyML's names and in snake_case, as it stands in a file. A calculator that is not named is left out;
 * `{}` is a calculator with its defaults.
 */
export type MonitorConfig = CalculatorSections & {
  readonly columns?: InputOf<typeof columns.options> | undefined;
  readonly chunking?: InputOf<typeof chunking.options> | undefined;
  readonly ranking?: InputOf<typeof ranking.options> | undefined;
  /** Chance that anything but "good" is said of a run in which nothing changed; 0.05. */
  readonly verdict?: InputOf<typeof verdict.options> | undefined;
};

/** A section: how its keys are checked, and what they and their values are called elsewhere. */
export type ConfigSection = Pick<CalculatorConfig, "otherNames" | "normalize"> & {
  readonly options: OptionSet<object, object>;
};

/** Every section by its key, in the order in which a configuration is kept. */
export const CONFIG_SECTIONS: ReadonlyMap<string, ConfigSection> = new Map<string, ConfigSection>([
  ["columns", columns],
  ["chunking", chunking],
  ...CALCULATORS.map(({ config }): [string, ConfigSection] => [config.section, config]),
  ["ranking", ranking],
  ["verdict", verdict],
]);
