import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const resolve = createRequire(import.meta.url).resolve;

/** The font files that charts are drawn with: regular and semibold. */
export const FONT_FILES = {
  regular: resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
  semibold: resolve("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf"),
};

type Measure = (text: string) => number;
const measures = new Map<string, Measure>();

/** Width of a text at font size 1, from the advance widths of the font file (kerning left out). */
export function textWidth(text: string, file: string): number {
  let measure = measures.get(file);
  if (!measure) {
    measure = readAdvances(readFileSync(file));
    measures.set(file, measure);
  }
  return measure(text);
}

/** Reads `cmap` (format 4) and `hmtx` of a TrueType font: OpenType 1.9, "Font tables". */
function readAdvances(font: Buffer): Measure {
  const table = (tag: string): number => {
    for (let i = 0; i < font.readUInt16BE(4); i++) {
      const entry = 12 + 16 * i;
      if (font.toString("latin1", entry, entry + 4) === tag) return font.readUInt32BE(entry + 8);
    }
    throw new Error(`font has no table ${tag}`);
  };
  const unitsPerEm = font.readUInt16BE(table("head") + 18);
  const longMetrics = font.readUInt16BE(table("hhea") + 34);
  const hmtx = table("hmtx");
  const cmap = table("cmap");
  let format4 = -1;
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const subtable = cmap + font.readUInt32BE(cmap + 4 + 8 * i + 4);
    if (font.readUInt16BE(subtable) === 4) format4 = subtable;
  }
  if (format4 < 0) throw new Error("font has no character map of format 4");
  const segments = font.readUInt16BE(format4 + 6) / 2;
  const ends = format4 + 14;
  const starts = ends + 2 * segments + 2;
  const deltas = starts + 2 * segments;
  const offsets = deltas + 2 * segments;

  const glyph = (code: number): number => {
    for (let s = 0; s < segments; s++) {
      if (code > font.readUInt16BE(ends + 2 * s)) continue;
      const start = font.readUInt16BE(starts + 2 * s);
      if (code < start) return 0;
      const delta = font.readUInt16BE(deltas + 2 * s);
      const at = offsets + 2 * s;
      const offset = font.readUInt16BE(at);
      if (offset === 0) return (code + delta) & 0xffff;
      const id = font.readUInt16BE(at + offset + 2 * (code - start));
      return id === 0 ? 0 : (id + delta) & 0xffff;
    }
    return 0;
  };
  const widths = new Map<number, number>();
  const width = (code: number): number => {
    let known = widths.get(code);
    if (known === undefined) {
      known = font.readUInt16BE(hmtx + 4 * Math.min(glyph(code), longMetrics - 1)) / unitsPerEm;
      widths.set(code, known);
    }
    return known;
  };
  return (text) => {
    let sum = 0;
    for (const character of text) sum += width(character.codePointAt(0) ?? 0);
    return sum;
  };
}
