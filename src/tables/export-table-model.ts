import { writeAtomic } from "../core/write-atomic.js";
import { toOnnx } from "../forest/onnx/to-onnx.js";
import { loadTableModel } from "./table-model.js";

export interface ExportedModel {
  output: string;
  bytes: number;
  /** Columns of the input tensor in their order, and what stands in them. */
  columns: { column: string; kind: string; levels?: readonly string[] }[];
  classes: readonly string[];
  notes: string[];
}

/** Writes a model as ONNX; see `toOnnx` for its input and outputs. */
export async function exportTableModel(
  { model: path, onnx }: { model: string; onnx: string },
  precision: "float" | "double" = "float",
): Promise<ExportedModel> {
  const { forest, columns, classes } = await loadTableModel(path);
  const bytes = toOnnx(forest, { precision });
  await writeAtomic(onnx, bytes);
  return {
    output: onnx,
    bytes: bytes.length,
    columns: columns.map(({ name, kind }, j) => {
      const { levels } = forest.columns[j];
      return { column: name, kind, ...(levels ? { levels } : {}) };
    }),
    classes,
    notes: [],
  };
}
