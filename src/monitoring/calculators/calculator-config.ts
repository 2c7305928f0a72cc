import type { z } from "zod";
import { defineOptions } from "../../core/define-options.js";
import type { InputOf, OptionSet } from "../../core/option-set.js";

/** Where a configuration asks for a calculator, and in which terms: names in snake_case, as they stand in the file. */
export interface CalculatorConfig<Section extends string = string, Input extends object = object, Options = unknown> {
  /** Key of the configuration; several calculators may share a section. */
  readonly section: Section;
  readonly options: OptionSet<Input, object>;
  /** What NannyML calls a key where ours is shorter. */
  readonly otherNames?: Readonly<Record<string, string>>;
  /** Brings other spellings of values to ours, before they are checked. */
  normalize?(given: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Names of the calculators of the section that are asked for, in the order of their results; by default all. */
  calculators?(given: Input): readonly string[];
  /** The same in the terms of the calculator's functions, in camelCase. */
  toOptions(given: Input, context: ConfigContext): Options;
}

/** What of the rest of a configuration a section may need. */
export interface ConfigContext {
  /** Columns of numbers that the configuration calls categories. */
  readonly categorical: readonly string[];
}

type Optional<Shape extends z.ZodRawShape> = { [K in keyof Shape]: z.ZodOptional<Shape[K]> };

/**
 * Defines a section of the configuration once: its keys, each of which may be left out, and what becomes of them.
 *
 * @param shape a zod type a key
 */
export function calculatorConfig<const Section extends string, Shape extends z.ZodRawShape, Options>(
  section: Section,
  shape: Shape,
  rest: Omit<CalculatorConfig<Section, SectionInput<Shape>, Options>, "section" | "options">,
): CalculatorConfig<Section, SectionInput<Shape>, Options> {
  return { section, options: optionalKeys(section, shape), ...rest };
}

type SectionInput<Shape extends z.ZodRawShape> = InputOf<ReturnType<typeof optionalKeys<Shape>>>;

/** Options of which each may be left out. */
export function optionalKeys<Shape extends z.ZodRawShape>(section: string, shape: Shape) {
  const entries = Object.entries(shape).map(([key, type]) => [key, (type as z.ZodType).optional()]);
  return defineOptions(section, Object.fromEntries(entries) as Optional<Shape>);
}
