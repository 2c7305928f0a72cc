import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { gzipPieces } from "./gzip-pieces.js";

const draws = random("gzip");
const content = Buffer.from(Array.from({ length: 40_000 }, () => `${draws.int(90)},${draws.int(1000)}\n`).join(""));

function* cut(size: number): Generator<Uint8Array> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
}
const pack = (size: number) => Buffer.concat([...gzipPieces(cut(size))]);

it("gzipPieces gives what gunzip gives back", () => {
  expect(gunzipSync(pack(1000)).equals(content)).toBe(true);
  expect(gunzipSync(Buffer.concat([...gzipPieces([])])).length).toBe(0);
});

it("gzipPieces gives the same bytes however they come in", () => {
  const whole = pack(content.length);
  for (const size of [777, 131_072, 200_000]) expect(pack(size).equals(whole)).toBe(true);
});

it("gzipPieces names no time and no machine in the header", () => {
  expect([...pack(1000).subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  expect(pack(1000)[9]).toBe(3);
});
