import { ChurnError } from "../../core/errors.js";
import { featureLength, type Matrix } from "./matrix.js";

/** The columns of a matrix in the order of `names`. */
export function columnsByName(x: Matrix, names: readonly string[]): Matrix {
  const place = new Map(x.names.map((name, j) => [name, j]));
  const columns = names.map((name) => {
    const j = place.get(name);
    if (j === undefined) {
      throw new ChurnError("BAD_INPUT", `column "${name}" of the forest is missing`, {
        hint: `the matrix has ${x.names.slice(0, 10).join(", ")}${x.names.length > 10 ? ", …" : ""}`,
      });
    }
    return x.columns[j];
  });
  if (columns.some((column) => featureLength(column) !== featureLength(columns[0]))) {
    throw new ChurnError("BAD_INPUT", "columns of the matrix differ in length");
  }
  return { names, columns };
}
