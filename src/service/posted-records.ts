import { z } from "zod";

/** Keys that a record may have: the store's columns are some dozens. */
const MOST_KEYS = 500;

/** How deep a value of a record may be nested; a good one is not at all. */
const DEEPEST = 20;

/**
 * Records that came by post, unread: each row is checked later, on its own. What would keep the service busy for long, thousands of keys
 * or values in values in values, is refused at once, and nothing is copied.
 */
const records = z.custom<Record<string, unknown>[]>().superRefine((value: unknown, context) => {
  if (!Array.isArray(value)) {
    context.addIssue({ code: "custom", message: "it takes a list of records" });
    return;
  }
  for (const [index, record] of value.entries()) {
    const fault = faultOf(record);
    if (!fault) continue;
    context.addIssue({ code: "custom", message: `record ${index + 1} ${fault}` });
    return;
  }
});

/** What `POST /ingest` takes: a list of records, or an object with one. */
export const postedRecords = z.union([z.strictObject({ records }), records]);

function faultOf(record: unknown): string | undefined {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return "is no object";
  let keys = 0;
  for (const key in record) {
    if (++keys > MOST_KEYS) return `has more than ${MOST_KEYS} keys`;
    if (isDeeper((record as Record<string, unknown>)[key], DEEPEST)) return `is nested more than ${DEEPEST} deep`;
  }
  return undefined;
}

function isDeeper(value: unknown, than: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (than === 0) return true;
  return Object.values(value).some((each) => isDeeper(each, than - 1));
}
