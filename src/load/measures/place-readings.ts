import { TEXT_FUNCTIONS } from "../../expressions/allowed-functions.js";
import { type ColumnNode, type ExpressionNode, partsOf, withParts } from "../../expressions/expression-node.js";
import type { CellReading } from "../../store/log-columns.js";
import { hasAggregate } from "./measure-aggregates.js";
import type { ReadColumn } from "./measure-plan.js";

/** How columns are read where nothing in the expression says it. */
export interface Wanted {
  reading(column: string): CellReading;
  /** Whether a cell, a type or an earlier file shows it. */
  isKnown(column: string): boolean;
  position(column: string): number;
  header: readonly string[];
}

/** An expression over columns that were read, and what it reads. */
export interface Placed {
  node: ExpressionNode;
  /** `isInferred`: by what the cells hold, not by what the expression says. */
  reads: (ReadColumn & { isInferred: boolean })[];
  /** Casts that a cell may fail, each over columns that were read. */
  casts: { child: ExpressionNode; type: string; column: string }[];
}

/** What a cast makes of a column, where the column is simply read as that. */
const CASTS: Record<string, CellReading> = {
  ...{ DOUBLE: "number", VARCHAR: "text", DATE: "day", TIMESTAMP: "time", BOOLEAN: "truth" },
};

/** How a column is read before it is cast to a type. */
function readingBefore(type: string): CellReading {
  if (Object.hasOwn(CASTS, type)) return CASTS[type];
  if (type.startsWith("TIMESTAMP")) return "time";
  return type === "TIME" || type === "INTERVAL" ? "text" : "number";
}

/**
 * Puts columns that are read in one way each in the place of the names in an expression: a name that is cast, compared with a text or
 * given to a function of texts is read as that, each other as its cells are.
 */
export function placeReadings(expression: ExpressionNode, wanted: Wanted): Placed {
  const reads = new Map<string, Placed["reads"][number]>();
  const casts: Placed["casts"] = [];
  const place = ({ column_names: [column] }: ColumnNode, asked?: CellReading): ExpressionNode => {
    const reading = asked ?? wanted.reading(column);
    const position = wanted.position(column);
    const alias = `_${reading}_${position}`;
    const isInferred = (asked === undefined && wanted.isKnown(column)) || (reads.get(alias)?.isInferred ?? false);
    reads.set(alias, { alias, column: wanted.header[position], position, reading, isInferred });
    return { class: "COLUMN_REF", type: "COLUMN_REF", alias: "", column_names: [alias] } as ExpressionNode;
  };
  const change = (node: ExpressionNode): ExpressionNode => {
    if (node.class === "COLUMN_REF") return place(node);
    if (node.class === "CAST") return placeCast(node);
    const peers = peersOf(node);
    if (!peers) return withParts(node, change);
    const asked = ({ column_names: [column] }: ColumnNode): CellReading | undefined => {
      if (node.class === "FUNCTION") return "text";
      // a number that is compared with a text is a code; DuckDB itself reads the text as a day or a truth value
      return peers.some(isText) && wanted.reading(column) === "number" ? "text" : undefined;
    };
    return withParts(node, (part) =>
      part.class === "COLUMN_REF" && peers.includes(part) ? place(part, asked(part)) : change(part),
    );
  };
  const placeCast = (node: ExpressionNode & { class: "CAST" }): ExpressionNode => {
    const { child, cast_type, try_cast } = node;
    if (child.class === "COLUMN_REF") {
      const direct = CASTS[cast_type.id];
      // what is read leniently is a text until it is cast
      if (try_cast) return { ...node, child: place(child, "text") };
      const placed = place(child, readingBefore(cast_type.id));
      if (direct) return placed;
      return checkedCast({ ...node, child: placed }, child.column_names[0]);
    }
    const inner = change(child);
    const column = firstColumn(child);
    if (try_cast || column === undefined || hasAggregate(child)) return { ...node, child: inner };
    return checkedCast({ ...node, child: inner }, column);
  };
  const checkedCast = (node: ExpressionNode & { class: "CAST" }, column: string): ExpressionNode => {
    casts.push({ child: node.child, type: typeText(node.cast_type), column: wanted.header[wanted.position(column)] });
    return { ...node, try_cast: true };
  };
  return { node: change(expression), casts, reads: [...reads.values()] };
}

/** The parts that stand beside each other in a comparison, or that are given to a function of texts. */
function peersOf(node: ExpressionNode): ExpressionNode[] | undefined {
  if (node.class === "COMPARISON" || node.class === "BETWEEN") return partsOf(node);
  if (node.class === "OPERATOR" && /^COMPARE_(NOT_)?IN$/.test(node.type)) return node.children;
  return node.class === "FUNCTION" && TEXT_FUNCTIONS.has(node.function_name.toLowerCase()) ? node.children : undefined;
}

const isText = (node: ExpressionNode): boolean =>
  node.class === "CONSTANT" && node.value.type.id === "VARCHAR" && !node.value.is_null;

function firstColumn(node: ExpressionNode): string | undefined {
  if (node.class === "COLUMN_REF") return node.column_names[0];
  for (const part of partsOf(node)) {
    const found = firstColumn(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A type as SQL writes it. */
function typeText({ id, type_info }: { id: string; type_info?: { width?: number; scale?: number } | null }): string {
  return id === "DECIMAL" && type_info?.width ? `DECIMAL(${type_info.width}, ${type_info.scale ?? 0})` : id;
}
