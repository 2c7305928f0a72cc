import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type MysqlSession, quoted } from "../../store/mysql/mysql-server.js";

/** A column by whose values a table is read range by range. */
export interface TableKey {
  column: string;
  mayBeMissing: boolean;
  /** The value as text, to be kept and to be compared with: `literal` makes SQL of it again. */
  text: string;
  literal(value: string): string;
}

interface IndexedColumn {
  name: string;
  type: string;
  nullable: "YES" | "NO" | "";
  /** 0 for a unique index. */
  isPlain: number;
  isPrimary: number;
  place: number;
}

const NUMBERS = ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year"];
const TEXTS = ["date", "datetime", "timestamp", "time", "char", "varchar"];
const BYTES = ["binary", "varbinary"];

/**
 * Finds the column to read a table by: the one that is asked for, else the first of the primary key, else of a unique index.
 *
 * @returns undefined where there is none: the table is read in one piece
 * @throws ChurnError BAD_OPTION when no index begins with the one that is asked for, or its type has no order that can be named
 */
export async function tableKey(
  session: MysqlSession,
  table: string,
  asked: string | undefined,
): Promise<TableKey | undefined> {
  const found = await session.rows<IndexedColumn>(
    `SELECT s.column_name AS name, c.data_type AS type, c.is_nullable AS nullable, s.non_unique AS isPlain,
      s.index_name = 'PRIMARY' AS isPrimary, s.seq_in_index AS place
     FROM information_schema.statistics s JOIN information_schema.columns c
       ON c.table_schema = s.table_schema AND c.table_name = s.table_name AND c.column_name = s.column_name
     WHERE s.table_schema = DATABASE() AND s.table_name = ? AND s.index_type = 'BTREE' AND s.sub_part IS NULL
     ORDER BY isPrimary DESC, isPlain, s.index_name`,
    [table],
  );
  const first = found.filter(({ place }) => Number(place) === 1);
  if (asked === undefined) {
    const own = first.find((column) => Number(column.isPlain) === 0 && orderedKey(column));
    return own && orderedKey(own);
  }
  const column = first.find(({ name }) => name.toLowerCase() === asked.toLowerCase());
  const key = column && orderedKey(column);
  if (key) return key;
  if (column) {
    throw new ChurnError("BAD_OPTION", `the table ${table} cannot be read by ${asked}: it is a ${column.type}`, {
      hint: "name a column of whole numbers, days or texts, or leave the key away",
    });
  }
  const names = first.map(({ name }) => name);
  const near = closestMatch(asked, names);
  throw new ChurnError("BAD_OPTION", `no index of the table ${table} begins with ${asked}, to read it range by range`, {
    hint: near ? `did you mean ${near}?` : names.length ? `indexed are ${names.join(", ")}` : "leave the key away",
  });
}

function orderedKey({ name, type, nullable }: IndexedColumn): TableKey | undefined {
  const column = quoted(name);
  const key = { column: name, mayBeMissing: nullable === "YES" };
  const kind = type.toLowerCase();
  if (NUMBERS.includes(kind)) {
    const literal = (value: string) => {
      if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Error(`not a number: ${value}`);
      return value;
    };
    return { ...key, text: `CAST(${column} AS CHAR)`, literal };
  }
  if (BYTES.includes(kind)) return { ...key, text: `HEX(${column})`, literal: (value) => `X'${hex(value)}'` };
  if (!TEXTS.includes(kind)) return undefined;
  return { ...key, text: `CAST(${column} AS CHAR)`, literal: (value) => `'${quote(value)}'` };
}

function hex(value: string): string {
  if (!/^[0-9A-F]*$/.test(value)) throw new Error(`not hexadecimal: ${value}`);
  return value;
}

/** A text between quotes, where backslashes escape: `sql_mode` is set by the session. */
function quote(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("'", "''");
}
