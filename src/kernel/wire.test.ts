import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { decode, encode, message } from "./wire.js";

const KEY = "a key";

it("decode(encode(message)) is the message", () => {
  const sent = message("stream", { name: "stdout", text: "ä\n" }, { session: "s", idents: [Buffer.from("id")] });
  sent.buffers.push(Buffer.from([1, 2, 3]));
  expect(decode(KEY, encode(KEY, sent))).toEqual(sent);
});

it("the signature is HMAC-SHA256 over header, parent, metadata and content, in hex", () => {
  const frames = encode(KEY, message("status", {}, { session: "s" }));
  const hmac = createHmac("sha256", KEY);
  for (const part of frames.slice(2)) hmac.update(part);
  expect(frames[0]?.toString()).toBe("<IDS|MSG>");
  expect(frames[1]?.toString()).toBe(hmac.digest("hex"));
});

it("a message with another key, changed content, or without delimiter is refused", () => {
  const frames = encode(KEY, message("execute_request", { code: "1" }, { session: "s" }));
  expect(() => decode("other", frames)).toThrow(/signature/);
  const changed = [...frames];
  changed[5] = Buffer.from('{"code":"2"}');
  expect(() => decode(KEY, changed)).toThrow(/signature/);
  expect(() => decode(KEY, frames.slice(1))).toThrow(/not a jupyter message/);
});

it("an empty key means no signature", () => {
  expect(encode("", message("status", {}, { session: "s" }))[1]?.toString()).toBe("");
});
