import { Option } from "commander";
import type { ColumnOverrides } from "../table-files/column-reading.js";

/** Flags that say what columns of a file hold, where their cells do not tell it or tell it wrong. */
export function overrideOptions(): Option[] {
  return [
    new Option("--number <a,b,…>", "columns of numbers: cells that are none count as missing"),
    new Option("--category <a,b,…>", "columns of categories, also where their cells are numbers"),
    new Option("--date-format <format>", "how days are written, in the notation of strptime: %d.%m.%Y"),
  ];
}

/** What these flags say. */
export function overridesOf({
  number,
  category,
  dateFormat,
}: Partial<Record<"number" | "category" | "dateFormat", string | undefined>>): ColumnOverrides {
  return {
    ...(number === undefined ? {} : { number: listOf(number) }),
    ...(category === undefined ? {} : { category: listOf(category) }),
    ...(dateFormat === undefined ? {} : { date_format: dateFormat }),
  };
}

const listOf = (text: string) => text.split(",").map((name) => name.trim());
