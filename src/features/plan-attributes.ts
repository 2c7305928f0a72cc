import type { Attribute, AttributeKind } from "../store/subscriber-attributes.js";
import { ATTRIBUTE_KEYS } from "../store/subscriber-attributes.js";

/** A text that many subscribers have as the value of an attribute. */
export interface AttributeLevel {
  attribute: string;
  level: string;
  subscribers: number;
}

/** What a plan may take of the attributes of subscribers. */
export interface PlannableAttributes {
  attributes: readonly Attribute[];
  /** Whether each value has the day from which it is valid. */
  hasHistory: boolean;
  /** Values of the texts, most subscribers first. */
  levels: readonly AttributeLevel[];
}

/** A feature that an attribute makes: its value as of the day before the snapshot. */
export type AttributeFeature =
  /** The number, 0 or 1 for a truth value, or for a day the days from it to the snapshot. */
  | { name: string; kind: "attribute"; attribute: string; of: Exclude<AttributeKind, "text">; title: string }
  /** 1 where the attribute is this text, 0 where it is another one, missing where it is missing. */
  | { name: string; kind: "attribute_is"; attribute: string; level: string; title: string };

/** Whether a feature comes of an attribute. */
export const isOfAttribute = (feature: { kind: string }): feature is AttributeFeature =>
  feature.kind === "attribute" || feature.kind === "attribute_is";

/** Texts of an attribute that become features, at most; the others are one: none of these. */
export const MOST_LEVELS = 20;

/** Subscribers that a text must have to become a feature, and their share where there are few. */
const LEAST = 10;
const LEAST_SHARE = 0.01;

/** How many subscribers a text must have to become a feature. */
export const leastSubscribers = (subscribers: number): number =>
  Math.max(2, Math.min(LEAST, Math.ceil(LEAST_SHARE * subscribers)));

/**
 * Plans the features of attributes: a text becomes one for each value that many have, in the order of their letters, so that a model
 * repeats it whatever values come later.
 *
 * @param taken names of the other features
 */
export function attributeFeatures(
  { attributes, levels }: PlannableAttributes,
  taken: readonly string[],
): AttributeFeature[] {
  // names of columns differ in more than capitals
  const used = new Set([...taken, ...OUTPUTS, ...ATTRIBUTE_KEYS].map((name) => name.toLowerCase()));
  const free = (wanted: string): string => {
    let name = wanted;
    for (let n = 2; used.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    used.add(name.toLowerCase());
    return name;
  };
  return attributes.flatMap(({ name: attribute, kind }): AttributeFeature[] => {
    if (kind === "text") {
      const own = levels.filter((each) => each.attribute === attribute).map(({ level }) => level);
      return own.sort().map((level) => ({
        name: free(plainName(`${attribute}=${level}`)),
        kind: "attribute_is",
        attribute,
        level,
        title: `${attribute}: ${level}`,
      }));
    }
    const [name, title] =
      kind === "day" ? [`days_since_${attribute}`, `days since ${attribute}`] : [attribute, attribute];
    return [{ name: free(plainName(name)), kind: "attribute", attribute, of: kind, title }];
  });
}

/** Columns of a table of snapshots beside its features. */
const OUTPUTS = ["Date", "User", "M_TENURE_CHURN", "plan_hash"];

/** A name that is a column in every database and every file of features: letters, digits and a few signs, 56 at most. */
function plainName(text: string): string {
  return text.replace(/[^\p{L}\p{N}=_.+-]|[\u{10000}-\u{10ffff}]/gu, "_").slice(0, 56);
}
