import { name, text } from "../store/database.js";
import { ATTRIBUTES } from "../store/subscriber-attributes.js";
import type { AttributeFeature } from "./plan-attributes.js";

/**
 * The query for the attributes of the subscribers of `population`: their values on the day before the snapshot `$1`, and never of
 * later.
 */
export function attributeValues(features: readonly AttributeFeature[]): string {
  const values = features.map((feature) => `${attributeValue(feature)} AS ${name(feature.name)}`);
  return `SELECT p.DP_MSISDN, ${values.join(", ")}
      FROM (SELECT DP_MSISDN, CAST($1 AS DATE) - 1 AS eve FROM population) p
      ASOF JOIN ${ATTRIBUTES} a ON p.DP_MSISDN = a.DP_MSISDN AND p.eve >= a.valid_from`;
}

/** SQL for the value of a feature, of a row of attributes `a`. */
export function attributeValue(feature: AttributeFeature): string {
  const value = `a.${name(feature.attribute)}`;
  if (feature.kind === "attribute_is") {
    return `CASE ${value} = ${text(feature.level)} WHEN true THEN 1.0::DOUBLE WHEN false THEN 0.0::DOUBLE END`;
  }
  if (feature.of === "truth") return `CAST(CAST(${value} AS TINYINT) AS DOUBLE)`;
  if (feature.of === "day") return `CAST(DATE_DIFF('day', ${value}, CAST($1 AS DATE)) AS DOUBLE)`;
  return `CASE WHEN isfinite(${value}) THEN ${value} END`;
}
