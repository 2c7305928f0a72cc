import { ChurnError } from "../core/errors.js";
import { type Database, name } from "../store/database.js";
import { ATTRIBUTES, type StoredAttributes, storedAttributes } from "../store/subscriber-attributes.js";
import type { FeaturePlan } from "./feature-plan.js";
import {
  type AttributeLevel,
  isOfAttribute,
  leastSubscribers,
  MOST_LEVELS,
  type PlannableAttributes,
} from "./plan-attributes.js";

/** What a plan may take of attributes, and what a reader should know of it. */
export interface FoundAttributes extends PlannableAttributes {
  notes: string[];
}

/**
 * Reads which attributes the store has, with the texts that become features; undefined when there are none.
 *
 * @param wanted names of attributes; null: all
 * @throws ChurnError BAD_OPTION for one that the store does not have
 */
export async function readAttributes(
  db: Database,
  wanted: readonly string[] | null,
): Promise<FoundAttributes | undefined> {
  const stored = await storedAttributes(db);
  const names = stored?.attributes.map((each) => each.name) ?? [];
  const missing = wanted?.find((each) => !names.includes(each));
  if (missing !== undefined) {
    throw new ChurnError(
      "BAD_OPTION",
      `option "features.use_attributes" names ${JSON.stringify(missing)}, which the store does not have`,
      { hint: names.length ? `it has ${names.join(", ")}` : "load them: load.attributes" },
    );
  }
  const attributes = stored?.attributes.filter((each) => wanted?.includes(each.name) ?? true) ?? [];
  if (!stored || attributes.length === 0) return undefined;
  const all = await db.oneRow<{ n: number }>(`SELECT count(DISTINCT DP_MSISDN) AS n FROM ${ATTRIBUTES}`);
  const levels: AttributeLevel[] = [];
  const notes: string[] = [];
  for (const attribute of attributes) {
    if (attribute.kind !== "text") continue;
    const found = await db.rows<{ level: string; subscribers: number; values: number }>(
      `SELECT level, subscribers, count(*) OVER () AS values FROM (
         SELECT ${name(attribute.name)} AS level, count(DISTINCT DP_MSISDN) AS subscribers FROM ${ATTRIBUTES}
         WHERE ${name(attribute.name)} IS NOT NULL GROUP BY level)
       ORDER BY subscribers DESC, level LIMIT ${MOST_LEVELS}`,
    );
    const least = leastSubscribers(all.n);
    const kept = found.filter(({ subscribers }) => subscribers >= least);
    levels.push(...kept.map(({ level, subscribers }) => ({ attribute: attribute.name, level, subscribers })));
    const others = (found[0]?.values ?? 0) - kept.length;
    if (others > 0) notes.push(levelNote(attribute.name, { kept: kept.length, others, least }));
  }
  if (!stored.has_history) notes.push(NO_HISTORY);
  return { attributes, hasHistory: stored.has_history, levels, notes };
}

const NO_HISTORY =
  "attributes have no day from which they are valid: their values are as of the day of the file, also in snapshots of long before, and may tell what happened since; name the column of that day in load.attributes.valid_from";

function levelNote(attribute: string, { kept, others, least }: { kept: number; others: number; least: number }) {
  const values = `attribute ${attribute} has ${(kept + others).toLocaleString("en-US")} values`;
  if (kept === 0) return `${values}, none of ${least} subscribers or more: it is no feature`;
  if (kept === 1)
    return `${values}: one of ${least} subscribers or more is a feature, and the other ${others.toLocaleString("en-US")} count as one`;
  const why =
    kept === MOST_LEVELS ? `the ${MOST_LEVELS} of most subscribers` : `${kept} of ${least} subscribers or more`;
  return `${values}: ${why} are features, and the other ${others.toLocaleString("en-US")} count as one`;
}

/**
 * Checks that the store has the attributes of a plan, as what they were when it was made.
 *
 * @throws ChurnError BAD_INPUT naming the one that is missing, or holds something else now
 */
export async function checkAttributes(db: Database, plan: FeaturePlan): Promise<void> {
  const features = plan.features.filter(isOfAttribute);
  if (features.length === 0) return;
  const stored: StoredAttributes | undefined = await storedAttributes(db);
  for (const feature of features) {
    const kind = feature.kind === "attribute" ? feature.of : "text";
    const found = stored?.attributes.find((each) => each.name === feature.attribute);
    if (found?.kind === kind) continue;
    const now = found ? `it is ${WORDS[found.kind]} now, and was ${WORDS[kind]}` : "the store does not have it";
    throw new ChurnError(
      "BAD_INPUT",
      `the feature plan needs the attribute ${JSON.stringify(feature.attribute)}: ${now}`,
      {
        hint: "load the attributes as before (load.attributes), or make features and model again: churn features, churn train",
      },
    );
  }
}

const WORDS = { number: "a number", truth: "true or false", day: "a day", text: "a text" };
