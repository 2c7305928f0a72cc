import { z } from "zod";

const measure = z.strictObject({
  sql: z.string().min(1).optional(),
  title: z.string().min(1).max(100).optional(),
  unit: z.string().min(1).max(40).optional(),
  kind: z.enum(["count", "amount"]).optional(),
  negative: z.boolean().optional(),
});

/** What the option `measures` takes: an expression by the name of a measure, or what else there is to say of it. */
export const measuresOption = z.record(z.string(), z.union([z.string().min(1), measure])).meta({
  takes: 'object: name → SQL, or { "sql", "title", "unit", "kind": "count" or "amount", "negative": true or false }',
});

/** Measures as a configuration has them. */
export type MeasuresOption = z.output<typeof measuresOption>;
