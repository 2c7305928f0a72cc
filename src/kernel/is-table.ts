import type { TableInput } from "../charts/table-head.js";

/** Recognizes Arquero tables, and danfo frames and series, by their shape; cells may bring their own copy of either. */
export function isTable(value: object): value is TableInput & object {
  const own = value as Record<string, unknown>;
  const isArquero = ["numRows", "numCols", "columnNames", "getter"].every((name) => typeof own[name] === "function");
  return isArquero || ("$data" in value && "$columns" in value && Array.isArray(own.shape));
}
