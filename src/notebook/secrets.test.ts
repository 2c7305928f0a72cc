import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isSecretName, MASK, maskDeep, masker } from "./secrets.js";

it("knows secrets by their names, and leaves words that only look so", () => {
  for (const name of [
    "token",
    "apiKey",
    "db_password",
    "CLIENT_SECRET",
    "key",
    "githubToken",
    "accessKey",
    "api_tokens",
    "passwords",
  ]) {
    expect(isSecretName(name), name).toBe(true);
  }
  for (const name of ["keyboard", "tokenizer", "key_column", "max_tokens", "monkey", "secretary"]) {
    expect(isSecretName(name), name).toBe(false);
  }
});

it("masks a value in every form in which it turns up", () => {
  const secret = 'a"b&c/d';
  const mask = masker([secret]);
  for (const form of [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]) {
    expect(mask(`<${form}>`)).toContain("[secret]");
    expect(mask(`<${form}>`)).not.toContain(form.replace(/^"|"$/g, ""));
  }
});

it("masks each line of a value of many lines, and text that is kept in lines", () => {
  const mask = masker(["-----BEGIN\nabcdefgh12\n-----END"]);
  expect(mask("has abcdefgh12 in it")).toBe("has [secret] in it");
  expect(maskDeep({ text: ["one -----BEGIN\n", "abcdefgh12\n", "-----END two"] }, mask)).toEqual({
    text: ["one [secret] two"],
  });
});

it("leaves texts alone when there is no secret", () => {
  expect(masker(["", "ab"])("abba")).toBe("abba");
});

describe("secretForms", () => {
  const secret = 'Hünter2 "q"&<x>/+é';
  const bytes = Buffer.from(secret);
  const mask = masker([secret]);
  it.each([
    ["as it is", secret],
    ["JSON", JSON.stringify({ secret })],
    ["JSON in JSON", JSON.stringify(JSON.stringify({ secret }))],
    ["a URL", `https://a/?t=${encodeURIComponent(secret)}`],
    ["a form", new URLSearchParams({ t: secret }).toString()],
    ["hex", bytes.toString("hex")],
    ["bytes as Node shows them", inspect(bytes)],
    ["base64", bytes.toString("base64")],
    ["base64 for URLs", bytes.toString("base64url")],
    ["base64 after one byte", Buffer.from(`:${secret}xyz`).toString("base64")],
    ["base64 after a user's name", Buffer.from(`user:${secret}`).toString("base64")],
  ])("%s is masked", (_, text) => {
    expect(mask(text)).toContain(MASK);
    for (const part of ["ünter2", "%C3%BCnter2", "bnRlcjI", "6e74657232", "6e 74 65 72"]) {
      expect(mask(text)).not.toContain(part);
    }
  });

  it("of lists and objects every text is masked", () => {
    expect(masker([["first", { b: "second" }]])("first second third")).toBe(`${MASK} ${MASK} third`);
  });
});
