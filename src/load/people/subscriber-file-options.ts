import { z } from "zod";

const name = z.string().min(1);

/** What subscribers are: a plan, a region, the day of joining. */
export const attributesOption = z
  .strictObject({
    source: name,
    subscriber: name,
    columns: z.array(name).min(1).nullable().default(null),
    valid_from: name.nullable().default(null),
    category: z.array(name).default([]),
    number: z.array(name).default([]),
    date_format: name.nullable().default(null),
  })
  .meta({ takes: "object: source, subscriber, columns, valid_from, category, number, date_format" })
  .nullable()
  .default(null)
  .describe(
    "a file of what subscribers are, a row each: source, subscriber (column of the file), columns (null: all others), valid_from (column of the day from which a row is valid); category and number name columns that are to be texts or numbers, date_format says how days are written",
  );

export type AttributesSettings = NonNullable<z.output<typeof attributesOption>>;

/** Who left, and when. */
export const churnedOption = z
  .strictObject({ source: name, subscriber: name, day: name, date_format: name.nullable().default(null) })
  .meta({ takes: "object: source, subscriber, day, date_format" })
  .nullable()
  .default(null)
  .describe(
    "a list of who left and when, a row a leaving: source, subscriber and day (columns of the file); date_format says how days are written. It is the label then: features.label",
  );

export type ChurnedSettings = NonNullable<z.output<typeof churnedOption>>;
