import { ChurnError } from "../../core/errors.js";

const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array } as const;

/** Plain data as JSON; typed arrays become base64, so that no digit is lost and files stay small. */
export function toJson(data: unknown): string {
  return JSON.stringify(data, (_, value) => {
    for (const [kind, View] of Object.entries(ARRAYS)) {
      if (value instanceof View) {
        return { [`$${kind}`]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
      }
    }
    // JSON would write null
    if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
    return value;
  });
}

/** Reads back what `toJson` wrote. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
      if (typeof value.$number === "string") return Number(value.$number);
      for (const [kind, View] of Object.entries(ARRAYS)) {
        const packed = value[`$${kind}`];
        if (typeof packed === "string") return new View(new Uint8Array(Buffer.from(packed, "base64")).buffer);
      }
      return value;
    });
  } catch (cause) {
    throw new ChurnError("BAD_INPUT", "the saved monitor is not JSON", { cause });
  }
}
