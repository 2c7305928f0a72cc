import { expect, it } from "vitest";
import { thousands } from "./thousands.js";

it("writes whole numbers as toLocaleString does", () => {
  for (const value of [0, 5, 999, 999.5, 1000, -1234.5, 1234567, 1e15, 123456789012, 1e21, -98765]) {
    expect(thousands(value)).toBe(Math.round(value).toLocaleString("en-US"));
  }
});
