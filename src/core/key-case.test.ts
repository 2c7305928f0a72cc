import { expect, it } from "vitest";
import { camelKeys, snakeCase, snakeKeys } from "./key-case.js";

it("spells keys as files do, in their order, and back", () => {
  const row = { value: 1, lowerThreshold: null, errorInStandardErrors: { asIs: 2 } };
  const saved = snakeKeys(row);
  expect(JSON.stringify(saved)).toBe('{"value":1,"lower_threshold":null,"error_in_standard_errors":{"asIs":2}}');
  expect(JSON.stringify(camelKeys<typeof row>(saved))).toBe(JSON.stringify(row));
  expect(snakeCase("minSamplesLeaf")).toBe("min_samples_leaf");
});
