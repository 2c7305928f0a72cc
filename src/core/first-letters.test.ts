import { expect, it } from "vitest";
import { firstLetters } from "./first-letters.js";

it("cuts between characters, not within one", () => {
  expect(firstLetters("ab😀c", 3)).toBe("ab");
  expect(firstLetters("ab😀c", 4)).toBe("ab😀");
  expect(firstLetters("ab", 3)).toBe("ab");
});
