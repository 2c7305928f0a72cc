import { isMissing, readTable, type TableInput } from "../charts/table-head.js";
import { arqueroTable } from "../core/arquero-table.js";
import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { random } from "../core/random.js";
import type { DataFrame } from "./frame.js";

/**
 * Makes a danfo DataFrame, the pandas-like view, of a random sample of rows in their order.
 *
 * Where danfojs-node is not installed, `describe`, `groupby`, `head` and `tail` are Arquero's, and a line on stderr says so.
 *
 * A sample, since danfo takes rows one by one: `describe` of 200,000 rows × 9 columns takes two minutes. Days become texts,
 * missing numbers NaN; danfo's `describe` gives NaN for columns that have any.
 *
 * @param table an Arquero table, an array of rows, or an object of columns, where an Int32Array holds days since 1970-01-01
 * @param options.rows how many rows at most, 2,000 by default; `Infinity` for all
 * @param options.seed the same seed gives the same rows
 * @throws ChurnError BAD_INPUT for what is not a table, or has no rows
 */
export async function dataFrame(
  table: TableInput,
  { rows = 2000, seed = 1 }: { rows?: number; seed?: number | string } = {},
): Promise<DataFrame> {
  const { numRows, names, value } = readTable(table);
  if (numRows === 0 || names.length === 0) {
    throw new ChurnError("BAD_INPUT", "the table has no rows", { hint: "danfo has no empty DataFrame" });
  }
  const chosen = sampleRows(numRows, rows, seed);
  const columns = names.map((name): [string, unknown[]] => {
    const values = chosen.map((row) => value(name, row));
    const days = (table as Record<string, unknown>)[name] instanceof Int32Array;
    const texts = values.some((each) => typeof each === "string");
    return [name, values.map((each) => danfoValue(each, days, texts))];
  });
  const danfo = await loadDanfo();
  if (danfo) return new danfo.DataFrame(Object.fromEntries(columns));
  console.warn("danfojs-node is not installed: this view is Arquero's");
  const sampled = arqueroTable(columns);
  const { ArqueroFrame } = await import("./arquero-frame.js");
  return new ArqueroFrame(sampled);
}

/** The little of danfo that is called here; its types are not there where it is not. */
interface Danfo {
  DataFrame: new (columns: Record<string, unknown[]>) => DataFrame;
  tensorflow: { env(): { set(flag: string, value: boolean): void } };
}

/** danfo, or undefined where it is not installed. */
async function loadDanfo(): Promise<Danfo | undefined> {
  const name: string = "danfojs-node";
  try {
    const danfo: Danfo = (await import(name)).default;
    // TensorFlow.js prints a banner on stderr on first use, but not in production
    danfo.tensorflow.env().set("PROD", true);
    return danfo;
  } catch (fault) {
    if (["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(faultCode(fault) ?? "")) return undefined;
    throw fault;
  }
}

function danfoValue(value: unknown, day: boolean, text: boolean): unknown {
  if (isMissing(value)) return text ? undefined : Number.NaN;
  if (day) return dateOf(Number(value));
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  return typeof value === "bigint" ? Number(value) : value;
}

/** Rows in rising order, each as likely as any other: selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S). */
function sampleRows(of: number, wanted: number, seed: number | string): number[] {
  const draws = random(seed);
  const chosen: number[] = [];
  const size = Math.min(of, wanted);
  for (let row = 0; chosen.length < size; row++) {
    if (draws.next() * (of - row) < size - chosen.length) chosen.push(row);
  }
  return chosen;
}
