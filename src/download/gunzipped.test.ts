import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { gunzipped } from "./gunzipped.js";

it("unpacks many blocks in step with their reader, and leaves no listener behind", async () => {
  const plain = randomBytes(8_000_000);
  const packed = gzipSync(plain, { level: 1 });
  async function* blocks() {
    for (let at = 0; at < packed.length; at += 65_536) yield packed.subarray(at, at + 65_536);
  }
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on("warning", hear);
  const found: Buffer[] = [];
  for await (const block of gunzipped(blocks())) found.push(block);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", hear);
  expect(Buffer.concat(found).equals(plain)).toBe(true);
  expect(warnings).toEqual([]);
});
