import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { writeAtomic } from "../core/write-atomic.js";
import { Forest } from "../forest/model/forest.js";
import type { TreeSettings } from "./options.js";
import type { ModelColumn } from "./read-training-table.js";

/** Trees that know the table they were fitted on: enough to read another one like it. */
export interface TableModel {
  /** Columns in the order of the trees, and how their cells are read. */
  columns: readonly ModelColumn[];
  /** Name of the label. */
  label: string;
  /** Names of the classes; none for a quantity. */
  classes: readonly string[];
  settings: TreeSettings;
  /** Rows that it was fitted on. */
  rows: number;
  /** When it was made, ISO 8601. */
  created: string;
  forest: Forest;
}

/** First bytes of the file; the last one is the version of the layout. */
const MAGIC = Uint8Array.of(0x63, 0x77, 0x74, 0x61, 0x62, 0x6c, 0x65, 1);
const DIGEST = 32;

/** Writes a model to one file, beside and renamed: magic, SHA-256 of the rest, length of a JSON header, header, trees. */
export async function saveTableModel(path: string, { forest, ...header }: TableModel): Promise<void> {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const body = Buffer.concat([length, json, forest.toBytes()]);
  await writeAtomic(path, Buffer.concat([MAGIC, createHash("sha256").update(body).digest(), body]));
}

/**
 * Reads a model that `saveTableModel` wrote.
 *
 * @throws ChurnError NOT_FOUND; MODEL_DAMAGED for another file, one that was changed or cut, or one of a newer version
 */
export async function loadTableModel(path: string): Promise<TableModel> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new ChurnError("NOT_FOUND", `there is no model ${JSON.stringify(path)}`, {
      cause,
      hint: "make one: churn forest fit --input TABLE --label COLUMN --output MODEL",
    });
  });
  const start = MAGIC.length + DIGEST;
  if (bytes.length < start + 4 || MAGIC.some((byte, i) => i < MAGIC.length - 1 && byte !== bytes[i])) {
    throw new ChurnError("MODEL_DAMAGED", `${path} is not a model of churn forest`);
  }
  if (bytes[MAGIC.length - 1] !== MAGIC.at(-1)) {
    throw new ChurnError(
      "MODEL_DAMAGED",
      `${path} has layout ${bytes[MAGIC.length - 1]}, this version reads layout ${MAGIC.at(-1)}`,
      { hint: "fit it again, or use the version that wrote it" },
    );
  }
  const body = bytes.subarray(start);
  if (!createHash("sha256").update(body).digest().equals(bytes.subarray(MAGIC.length, start))) {
    throw new ChurnError("MODEL_DAMAGED", `${path} is damaged: its checksum does not fit`, {
      hint: "restore the file, or fit the model again",
    });
  }
  const length = body.readUInt32LE(0);
  const header = JSON.parse(body.toString("utf8", 4, 4 + length)) as Omit<TableModel, "forest">;
  return { ...header, forest: Forest.fromBytes(body.subarray(4 + length)) };
}
