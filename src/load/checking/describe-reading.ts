import type { RecordFile } from "../reading/record-file.js";
import type { TypedRows } from "./typed-rows.js";

const NAMES: Readonly<Record<string, string>> = { "\t": "tab", " ": "space" };

/** How a file is written, in words, where that is not the usual way: comma, UTF-8, header in the first line, decimal point. */
export function describeReading(file: RecordFile, { source, options }: TypedRows): string[] {
  const { delimiter, header = true, skip = 0 } = file;
  const said: string[] = [];
  if (file.format === "csv") {
    if (delimiter !== ",") said.push(`delimiter ${NAMES[delimiter] ?? delimiter}`);
    if (source.encoding !== "utf-8") said.push(`encoding ${source.encoding}`);
    if (!header) said.push(`no header: the columns are c1 … c${source.header.length}`);
    if (skip > 0) said.push(`${skip} ${skip === 1 ? "line" : "lines"} skipped at the top`);
    if (source.continued > 0) {
      const n = source.continued.toLocaleString("en-US");
      said.push(`${n} ${source.continued === 1 ? "line continues" : "lines continue"} a quoted cell`);
    }
  }
  if (options.decimal === ",") said.push("decimal comma");
  for (const [column, separator] of Object.entries(options.thousands ?? {})) {
    said.push(`${JSON.stringify(separator)} between groups of three digits in ${column}`);
  }
  return said;
}
