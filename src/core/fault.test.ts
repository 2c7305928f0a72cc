import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { faultCode, firstLineOf, messageOf, toError } from "./fault.js";

test("the message of whatever is thrown is text", () => {
  expect(messageOf(new Error("broken"))).toBe("broken");
  expect(messageOf(runInNewContext("new Error('of another realm')"))).toBe("of another realm");
  expect(messageOf("a string")).toBe("a string");
  expect(messageOf(undefined)).toBe("undefined");
  expect(firstLineOf(new Error("one\ntwo"))).toBe("one");
});

test("only a text counts as a code", () => {
  expect(faultCode(Object.assign(new Error("gone"), { code: "ENOENT" }))).toBe("ENOENT");
  expect(faultCode(Object.assign(new Error("exit"), { code: 3 }))).toBeUndefined();
  expect(faultCode(null)).toBeUndefined();
});

test("an error stays the same error, anything else becomes one", () => {
  const error = new Error("as it is");
  expect(toError(error)).toBe(error);
  expect(toError(7).message).toBe("7");
});
