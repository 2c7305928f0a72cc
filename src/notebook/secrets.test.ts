import { expect, it } from "vitest";
import { isSecretName, maskDeep, masker } from "./secrets.js";

it("knows secrets by their names, and leaves words that only look so", () => {
  for (const name of ["token", "apiKey", "db_password", "CLIENT_SECRET", "key", "githubToken", "accessKey"]) {
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
