import type { FieldPacket } from "mysql2/promise";
import { name } from "../../store/database.js";
import { quoted } from "../../store/mysql/mysql-server.js";

/** A column of a table or query, on its way from the server into a file. */
export interface ReadColumn {
  name: string;
  /** What the server writes of it into a line of CSV. */
  cell: string;
  /** Type in DuckDB of what stands in the line. */
  lineType: string;
  /** Type in the file. */
  type: string;
  /** DuckDB's expression for the value of the file, of the text in the line. */
  value: string;
  /** True where a text may stand for no value: a day that is none. */
  mayFail: boolean;
}

/** Numbers of the types in the protocol of MySQL, with DuckDB's for them; the second one is unsigned. */
const INTEGERS: Readonly<Record<number, [string, string]>> = {
  1: ["TINYINT", "UTINYINT"],
  2: ["SMALLINT", "USMALLINT"],
  3: ["INTEGER", "UINTEGER"],
  8: ["BIGINT", "UBIGINT"],
  9: ["INTEGER", "UINTEGER"],
  13: ["SMALLINT", "SMALLINT"], // YEAR
};
const FLOAT = 4;
const DOUBLE = 5;
const TIMESTAMP = 7;
const DATE = 10;
const TIME = 11;
const DATETIME = 12;
const BIT = 16;
const VECTOR = 242;
const JSON_TEXT = 245;
const DECIMALS = [0, 246];
const GEOMETRY = 255;
const UNSIGNED = 32;
/** The character set of bytes. */
const BYTES = 63;
/** Types of MariaDB that come as bytes and are texts. */
const TEXTS_OF_MARIADB = ["uuid", "inet4", "inet6"];

/** A field as the client describes it; the last one is not declared. */
type Field = Pick<FieldPacket, "name" | "columnType" | "flags" | "columnLength" | "decimals" | "characterSet"> & {
  extendedTypeName?: string;
};

/**
 * How a column is read: every type keeps its values, to the last digit; a timestamp is an instant, a datetime has no zone.
 *
 * @returns undefined for a column of bytes
 */
export function readColumn(field: Field): ReadColumn | undefined {
  const column = quoted(field.name);
  const own = name(field.name);
  const plain = (type: string, cell = column): ReadColumn => ({
    name: field.name,
    cell: `IFNULL(${cell}, '')`,
    lineType: type,
    type,
    value: own,
    mayFail: false,
  });
  const asText = (cell: string): ReadColumn => ({
    ...plain("VARCHAR"),
    cell: `IF(${column} IS NULL, '', CONCAT('"', REPLACE(${cell}, '"', '""'), '"'))`,
  });
  const day = (type: string, value: string): ReadColumn => ({
    ...plain(type),
    lineType: "VARCHAR",
    value: `try_cast(${value} AS ${type})`,
    mayFail: true,
  });
  const kind = field.columnType ?? -1;
  const isUnsigned = (Number(field.flags) & UNSIGNED) !== 0;
  const integer = INTEGERS[kind];
  if (integer) return plain(integer[isUnsigned ? 1 : 0]);
  if (kind === BIT) return plain("UBIGINT", `${column} + 0`);
  // with six digits a float is not the one that it was
  if (kind === FLOAT) return plain("FLOAT", `${column} + 0e0`);
  if (kind === DOUBLE) return plain("DOUBLE");
  if (DECIMALS.includes(kind)) return plain(decimalType(field, isUnsigned));
  if (kind === DATE) return day("DATE", own);
  if (kind === DATETIME) return day("TIMESTAMP", own);
  if (kind === TIMESTAMP) return day("TIMESTAMP WITH TIME ZONE", `(${own} || '+00')`);
  if (kind === TIME || TEXTS_OF_MARIADB.includes(field.extendedTypeName ?? ""))
    return asText(`CAST(${column} AS CHAR)`);
  if (kind === JSON_TEXT) return asText(`CONVERT(${column} USING utf8mb4)`);
  if (kind === GEOMETRY || kind === VECTOR || field.characterSet === BYTES) return undefined;
  return asText(`CONVERT(${column} USING utf8mb4)`);
}

/** A decimal number has up to 38 digits in DuckDB and 65 in MySQL; more of them are kept as text. */
function decimalType({ columnLength, decimals }: Field, isUnsigned: boolean): string {
  const digits = (columnLength ?? 65) - (decimals ? 1 : 0) - (isUnsigned ? 0 : 1);
  return digits > 38 ? "VARCHAR" : `DECIMAL(${Math.max(digits, decimals ?? 0, 1)}, ${decimals ?? 0})`;
}
