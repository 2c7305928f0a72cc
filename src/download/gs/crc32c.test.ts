import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.js";

// RFC 3720 (iSCSI), appendix B.4, bytes as they stand there (little-endian); "123456789" is the check value of CRC-32C
const VECTORS: [name: string, bytes: Uint8Array, value: number][] = [
  ["nothing", new Uint8Array(0), 0],
  ['"123456789"', Buffer.from("123456789"), 0xe3069283],
  ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 bytes 0 … 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 bytes 31 … 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  [
    "an iSCSI read command",
    Buffer.from(
      "01c00000000000000000000000000000140000000000040000000014000000182800000000000000020000000000000 0".replace(
        " ",
        "",
      ),
      "hex",
    ),
    0xd9963a56,
  ],
];

describe("crc32c", () => {
  it.each(VECTORS)("of %s is that of RFC 3720", (_, bytes, value) => {
    expect(crc32c(bytes).toString(16)).toBe(value.toString(16));
  });

  it("is the same however the bytes are cut", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) % 251);
    const whole = crc32c(bytes);
    for (const cut of [1, 7, 8, 9, 500, 999]) {
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(whole);
    }
  });
});
