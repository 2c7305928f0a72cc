import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { ChurnError } from "../../core/errors.js";
import type { Trees } from "../trees/tree.js";
import type { ForestParts } from "./forest-parts.js";

/** First bytes of a forest; the last one is the version of the layout. */
const MAGIC = Uint8Array.of(0x63, 0x77, 0x66, 0x6f, 0x72, 0x65, 0x73, 2);
const DIGEST = 32;

/** Arrays of the layout, in this order: widest first, so that each lies at a multiple of its width. */
const ARRAYS = ["cover", "value", "offsets", "column", "split", "left", "sets", "missingLeft"] as const;

interface Header extends Omit<ForestParts, "columns" | "trees"> {
  columns: { count: number; edges: number; levels?: readonly string[] }[];
  outputs: number;
  lengths: Record<(typeof ARRAYS)[number], number>;
}

/** Magic, SHA-256 of the rest, and compressed: length of a JSON header, the header, edges of the bins, arrays of the trees. */
export function encodeForest(parts: ForestParts): Uint8Array {
  const { columns, trees, ...rest } = parts;
  const header: Header = {
    ...rest,
    columns: columns.map(({ count, edges, levels }) => ({ count, edges: edges.length, ...(levels ? { levels } : {}) })),
    outputs: trees.outputs,
    lengths: Object.fromEntries(ARRAYS.map((key) => [key, trees[key].length])) as Header["lengths"],
  };
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 0x20);
  padded.writeUInt32LE(json.length, 0);
  padded.set(json, 8);
  const arrays = [...columns.map(({ edges }) => edges), ...ARRAYS.map((key) => trees[key])];
  const bytes = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const body = deflateSync(Buffer.concat([padded, ...bytes]), { level: 6 });
  return Uint8Array.from(Buffer.concat([MAGIC, createHash("sha256").update(body).digest(), body]));
}

/** @throws ChurnError MODEL_DAMAGED */
export function decodeForest(bytes: Uint8Array): ForestParts {
  const start = MAGIC.length;
  if (bytes.length < start + DIGEST || MAGIC.some((byte, i) => i < start - 1 && byte !== bytes[i])) {
    throw new ChurnError("MODEL_DAMAGED", "these bytes are not a forest of the workbench");
  }
  if (bytes[start - 1] !== MAGIC[start - 1]) {
    const text = `forest has layout ${bytes[start - 1]}, this version reads layout ${MAGIC[start - 1]}`;
    throw new ChurnError("MODEL_DAMAGED", text, { hint: "train it again, or use the version that wrote it" });
  }
  const body = bytes.subarray(start + DIGEST);
  const digest = createHash("sha256").update(body).digest();
  if (!digest.equals(bytes.subarray(start, start + DIGEST))) {
    throw new ChurnError("MODEL_DAMAGED", "forest is damaged: its checksum does not fit", {
      hint: "restore the file, or train it again",
    });
  }
  const plain = Uint8Array.from(inflateSync(body));
  const size = new DataView(plain.buffer).getUint32(0, true);
  const header = JSON.parse(Buffer.from(plain.buffer, 8, size).toString()) as Header;
  let at = 8 + Math.ceil(size / 8) * 8;
  const take = <T>(
    type: { new (buffer: ArrayBuffer, from: number, length: number): T; BYTES_PER_ELEMENT: number },
    length: number,
  ): T => {
    const array = new type(plain.buffer, at, length);
    at += length * type.BYTES_PER_ELEMENT;
    return array;
  };
  const { columns, outputs, lengths, ...rest } = header;
  const bins = columns.map(({ edges, ...others }) => ({ ...others, edges: take(Float64Array, edges) }));
  const trees: Trees = {
    cover: take(Float64Array, lengths.cover),
    value: take(Float64Array, lengths.value),
    offsets: take(Int32Array, lengths.offsets),
    column: take(Int32Array, lengths.column),
    split: take(Int32Array, lengths.split),
    left: take(Int32Array, lengths.left),
    sets: take(Uint32Array, lengths.sets),
    missingLeft: take(Uint8Array, lengths.missingLeft),
    outputs,
  };
  return { ...rest, columns: bins, trees };
}
