import { ChurnError } from "../../core/errors.js";
import type { LogMeasure } from "../../store/log-columns.js";
import type { LoadSettings } from "../options.js";

/** How the cells of a file are read; what is not there is as it was before the option came. */
export interface CellOptions extends Pick<LoadSettings, "columns" | "grain" | "empty_cells"> {
  date_format: string | null;
  time_zone?: string | null | undefined;
  decimal?: "," | undefined;
  /** Our columns whose numbers have groups of three digits, and what stands between the groups. */
  thousands?: Readonly<Record<string, string>> | undefined;
  id_form?: "digits" | undefined;
  record_id?: string | undefined;
  /** Measures beside those of a call record, or in their place; of columns of the file, or computed. */
  measures?: readonly LogMeasure[] | undefined;
  /** Those of them that must be columns of the file. */
  wanted?: readonly string[] | undefined;
}

/**
 * The options of a load that say how cells are read, each of them once.
 *
 * @throws ChurnError BAD_OPTION where two options say different things of one
 */
export function cellOptions(settings: LoadSettings): CellOptions {
  const { columns, grain, empty_cells, reader, id_form, record_id } = settings;
  const date_format = same("date_format", settings.date_format, "time.format", settings.time.format);
  const time_zone = same("time_zone", settings.time_zone, "time.zone", settings.time.zone);
  return {
    columns,
    grain,
    empty_cells,
    date_format,
    ...(time_zone === null ? {} : { time_zone }),
    ...(reader.decimal === "," ? { decimal: "," } : {}),
    ...(id_form === "digits" ? { id_form } : {}),
    ...(record_id === null ? {} : { record_id }),
  };
}

function same(first: string, a: string | null, second: string, b: string | null): string | null {
  if (a !== null && b !== null && a !== b) {
    throw new ChurnError("BAD_OPTION", `options "load.${first}" and "load.${second}" are different: ${a} and ${b}`, {
      hint: "they mean the same: leave one out",
    });
  }
  return a ?? b;
}
