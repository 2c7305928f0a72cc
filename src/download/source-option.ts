import { z } from "zod";

/** Where a log comes from, as `download` and `load` take it: a text, or a list of texts. */
export const sourceOption = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).default("sample:");
