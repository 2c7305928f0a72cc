import { checkOutputs } from "../core/check-outputs.js";
import { writeAtomic } from "../core/write-atomic.js";
import { narrowColumns } from "../forest/onnx/narrow-columns.js";
import { toOnnx } from "../forest/onnx/to-onnx.js";
import { listed } from "../table-files/open-table.js";
import { loadTableModel } from "./table-model.js";

export interface ExportedModel {
  output: string;
  bytes: number;
  /** Columns of the input tensor in their order, and what stands in them. */
  columns: { column: string; kind: string; levels?: readonly string[] }[];
  classes: readonly string[];
  /** Element type of the input tensor. */
  precision: "float" | "double";
  notes: string[];
}

/** Writes a model as ONNX; see `toOnnx` for its input and outputs. */
export async function exportTableModel(
  { model: path, onnx }: { model: string; onnx: string },
  precision?: "float" | "double",
): Promise<ExportedModel> {
  checkOutputs([path], [onnx]);
  const { forest, columns, classes } = await loadTableModel(path);
  const times = columns.filter(({ kind }) => kind === "date").map(({ name }) => name);
  const narrow = [...new Set([...times, ...narrowColumns(forest)])];
  const chosen = precision ?? (narrow.length > 0 ? "double" : "float");
  const bytes = toOnnx(forest, { precision: chosen });
  await writeAtomic(onnx, bytes);
  return {
    output: onnx,
    bytes: bytes.length,
    columns: columns.map(({ name, kind }, j) => {
      const { levels } = forest.columns[j];
      return { column: name, kind, ...(levels ? { levels } : {}) };
    }),
    classes,
    precision: chosen,
    notes: notesOn(narrow, precision),
  };
}

function notesOn(narrow: readonly string[], precision: "float" | "double" | undefined): string[] {
  if (narrow.length === 0 || precision === "double") return [];
  const which = `32-bit floats do not tell the values of ${listed(
    narrow.map((name) => JSON.stringify(name)),
    5,
  )} apart`;
  if (precision === "float")
    return [`${which}: rows may go to another side of a split than here; --precision double keeps them`];
  return [`${which}: the input is of 64-bit floats (double); --precision float takes 32 bits all the same`];
}
