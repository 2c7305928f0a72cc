import { z } from "zod";

const custom = z.strictObject({
  sql: z.string().min(1),
  title: z.string().min(1).max(100).optional(),
  unit: z.string().min(1).max(40).optional(),
  meaning: z.string().min(1).max(500).optional(),
  window: z.int().min(1).max(3650).optional(),
});

/** What the option `custom` takes: an aggregate by the name of a feature, or what else there is to say of it. */
export const customOption = z.record(z.string(), z.union([z.string().min(1), custom])).meta({
  takes: 'object: name → SQL, or { "sql", "title", "unit", "meaning", "window": days }',
});

/** Features of one's own as a configuration has them. */
export type CustomOption = z.output<typeof customOption>;
