import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const runOptions = defineOptions("run", {
  notebooks_dir: z
    .string()
    .min(1)
    .default("notebooks")
    .describe("folder of the notebooks, run in the order of their names"),
  output_dir: z.string().min(1).default("output").describe("folder of the executed notebooks and their HTML pages"),
  timeout: z.number().gt(0).default(1800).describe("seconds that one cell may take"),
  html: z.boolean().default(true).describe("also write each notebook as one HTML page"),
});

export type RunOptions = InputOf<typeof runOptions>;
export type RunSettings = SettingsOf<typeof runOptions>;
