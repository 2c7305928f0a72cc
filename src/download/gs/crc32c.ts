/** Tables of the reflected polynomial 0x82f63b78, one for each of eight bytes taken at a time ("slicing by 8", Kounavis and Berry 2005). */
const TABLES: readonly Uint32Array[] = makeTables();

/**
 * CRC-32C (Castagnoli; RFC 3720 B.4), which is not the CRC-32 of zlib.
 *
 * @param before the value of the bytes before these, to continue from
 * @returns an unsigned 32-bit number
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  const at = (table: Uint32Array, index: number) => table[index];
  let crc = ~before;
  let i = 0;
  for (const whole = bytes.length - 8; i <= whole; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      at(t7, crc & 255) ^
      at(t6, (crc >>> 8) & 255) ^
      at(t5, (crc >>> 16) & 255) ^
      at(t4, crc >>> 24) ^
      at(t3, bytes[i + 4]) ^
      at(t2, bytes[i + 5]) ^
      at(t1, bytes[i + 6]) ^
      at(t0, bytes[i + 7]);
  }
  for (; i < bytes.length; i++) crc = at(t0, (crc ^ bytes[i]) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Uint32Array[] {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let slice = 1; slice < 8; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = tables[slice - 1][byte];
      tables[slice][byte] = tables[0][crc & 255] ^ (crc >>> 8);
    }
  }
  return tables;
}
