import type { OrderedTable } from "../chunks/table.js";
import { CALCULATORS, type CalculatorName } from "./calculators.js";
import type { MonitorConfig } from "./config-sections.js";

/** A calculator to fit, with its options. */
export interface CalculatorPlan {
  readonly name: CalculatorName;
  readonly options: object;
}

/**
 * The calculators that a configuration asks for.
 *
 * @param reference the table, whose columns the configuration may call categories
 */
export function planCalculators(config: MonitorConfig, reference: OrderedTable): CalculatorPlan[] {
  const { categorical: named = [], continuous: _, ...roles } = config.columns ?? {};
  const isRole = (name: string) => Object.values(roles).includes(name);
  const categorical = named.filter((name) => reference.columns.has(name) || !isRole(name));
  const sections: Readonly<Record<string, object | undefined>> = config;
  return [...new Set(CALCULATORS.map((each) => each.config))].flatMap((own) => {
    const given = sections[own.section];
    if (!given) return [];
    const options = own.toOptions(given, { categorical }) as object;
    const names = own.calculators?.(given) ?? CALCULATORS.flatMap(({ config: of, name }) => (of === own ? [name] : []));
    return names.map((name) => ({ name: name as CalculatorName, options }));
  });
}
