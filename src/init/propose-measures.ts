import { CDR_COLUMNS, MEASURES } from "../cdr/columns.js";
import type { Database } from "../store/database.js";
import {
  columnSql,
  isOneOf,
  type LeftOut,
  measureName,
  type ProposedMeasure,
  secondsSql,
  titleOf,
  unitOf,
} from "./measure.js";
import { type ColumnRoles, leftOut, whyNoMeasure } from "./numeric-role.js";
import { type ColumnProfile, isLength } from "./profile-columns.js";
import { findTelecom, telecomMeasures } from "./telecom-measures.js";

/** What is added up by subscriber and day. */
export interface MeasuresProposal {
  /** Our column → column of the file, where a column has the name or the role of one of ours. */
  columns: Record<string, string>;
  measures: ProposedMeasure[];
  leftOut: LeftOut[];
  notes: string[];
  /** Whether it is a log of calls, messages and data sessions. */
  telecom: boolean;
}

/** Columns that this looks at, and what else is known. */
export interface MeasuresInput {
  db: Database;
  profiles: readonly ColumnProfile[];
  roles: ColumnRoles;
  decimal: "." | ",";
}

/** Proposes the measures of a log: of a row a day its numbers, of events counts and sums. */
export async function proposeMeasures(input: MeasuresInput): Promise<MeasuresProposal> {
  const { profiles, roles } = input;
  const { columns, label } = ownColumns(profiles, roles);
  const taken = new Map(roles.taken);
  for (const [our, name] of Object.entries(columns)) {
    const column = profiles.find((each) => each.name === name);
    if (column) taken.set(column.own, `our column ${our}`);
  }
  if (label) taken.set(label.column.own, label.reason);
  const known = { ...input, roles: { ...roles, taken } };
  const proposal = roles.grain === "day" ? dayMeasures(known) : await eventMeasures(known);
  return { ...proposal, columns: { ...columns, ...(label?.mapped ? { PSEUDO_CHURNED: label.column.name } : {}) } };
}

/** Columns that have the name of one of ours, in any case, and the one that says who has churned. */
function ownColumns(profiles: readonly ColumnProfile[], { subscriber, taken }: ColumnRoles) {
  const columns: Record<string, string> = {};
  for (const { name: our, kind } of CDR_COLUMNS) {
    const found = profiles.find(({ name }) => name.toLowerCase() === our.toLowerCase());
    if (found && kind !== "day" && kind !== "id") columns[our] = found.name;
  }
  const churn = columns.PSEUDO_CHURNED
    ? undefined
    : profiles.find(({ hints, distinct, top, own }) => {
        const words = new Set(["0", "1", "true", "false", "yes", "no", "y", "n", "t", "f"]);
        return (
          hints.has("churn") &&
          distinct === 2 &&
          own !== subscriber.own &&
          top.every(({ value }) => words.has(value.toLowerCase()))
        );
      });
  if (!churn) return { columns, label: undefined };
  const constant = taken.get(churn.own) !== undefined;
  const reason = constant
    ? "says for each subscriber once whether he churned, not on which day: a label of a day would know the future"
    : "the label PSEUDO_CHURNED: whether the subscriber counts as churned on the day of the row";
  return { columns, label: { column: churn, mapped: !constant, reason } };
}

function dayMeasures({ profiles, roles }: MeasuresInput): Omit<MeasuresProposal, "columns"> {
  const names = new Set(MEASURES.map(({ name }) => name.toLowerCase()));
  const measures: ProposedMeasure[] = [];
  for (const column of profiles) {
    if (whyNoMeasure(column, roles) !== undefined) continue;
    const name = measureName(column.name, names);
    names.add(name.toLowerCase());
    measures.push(
      isLength(column)
        ? { name, sql: secondsSql(column.name), kind: "amount", ...labelsOf(column, name), unit: "s" }
        : { name, sql: null, column: column.name, ...kindOf(column), ...labelsOf(column, name) },
    );
  }
  return { measures, leftOut: leftOut(profiles, roles), notes: [], telecom: false };
}

async function eventMeasures(input: MeasuresInput): Promise<Omit<MeasuresProposal, "columns">> {
  const { db, profiles, roles, decimal } = input;
  const free = profiles.filter(
    (column) => column.own !== roles.subscriber.own && column.own !== roles.time.own && !roles.taken.has(column.own),
  );
  const telecom = findTelecom(free);
  const special = telecom ? await telecomMeasures(db, telecom, free, decimal) : undefined;
  const measures: ProposedMeasure[] = special?.measures ?? [
    { name: "records", sql: "count(*)", kind: "count", title: "records" },
  ];
  const names = new Set(measures.map(({ name }) => name.toLowerCase()));
  for (const { name } of MEASURES) names.add(name.toLowerCase());
  const add = (measure: ProposedMeasure) => {
    names.add(measure.name.toLowerCase());
    measures.push(measure);
  };
  const used = new Set(special?.used);
  const spend = special ? undefined : spendOf(free);
  if (spend) {
    const { quantity, price } = spend;
    const negative = quantity.negative > 0 || price.negative > 0 ? { negative: true as const } : {};
    const unit = unitOf(price.name);
    add({
      name: measureName("spend", names),
      sql: `sum(${columnSql(quantity.name)} * ${columnSql(price.name)})`,
      kind: "amount",
      title: "spend",
      ...(unit ? { unit } : {}),
      ...negative,
    });
    used.add(price.own);
  }
  const left: LeftOut[] = [...(special?.left ?? [])];
  if (spend) left.push({ name: spend.price.name, reason: `the price of one piece: part of ${measures.at(-1)?.name}` });
  for (const column of free) {
    if (used.has(column.own) || whyNoMeasure(column, roles) !== undefined) continue;
    const name = measureName(column.name, names);
    add(
      isLength(column)
        ? { name, sql: `sum(${secondsSql(column.name)})`, kind: "amount", ...labelsOf(column, name), unit: "s" }
        : { name, sql: `sum(${columnSql(column.name)})`, ...kindOf(column), ...labelsOf(column, name) },
    );
  }
  const kinds = special ? undefined : kindsOf(free);
  if (kinds) {
    for (const { value } of kinds.top) {
      const name = measureName(value.toLowerCase(), names);
      add({ name, sql: `count(*) FILTER (${isOneOf(kinds.name, [value])})`, kind: "count", title: titleOf(value) });
    }
    used.add(kinds.own);
  }
  const others = profiles.filter((column) => !used.has(column.own));
  return { measures, leftOut: [...left, ...leftOut(others, roles)], notes: [], telecom: special !== undefined };
}

/** Whole numbers from 0 count, all others are amounts; either may be below 0 where cells are: returns, refunds. */
function kindOf({ whole, numbers, negative }: ColumnProfile): Pick<ProposedMeasure, "kind" | "negative"> {
  return {
    kind: whole === numbers && negative === 0 ? "count" : "amount",
    ...(negative > 0 ? { negative: true as const } : {}),
  };
}

function labelsOf(column: ColumnProfile, name: string): Pick<ProposedMeasure, "title" | "unit"> {
  const title = titleOf(column.name);
  const unit = unitOf(column.name);
  return { ...(title && title !== name ? { title } : {}), ...(unit ? { unit } : {}) };
}

/** Columns of pieces and of the price of one, where no column has what was paid. */
function spendOf(columns: readonly ColumnProfile[]): { quantity: ColumnProfile; price: ColumnProfile } | undefined {
  const numeric = columns.filter((column) => column.numbers > 0.98 * column.filled && column.distinct > 1);
  const price = numeric.find(({ hints }) => hints.has("price") && !hints.has("quantity"));
  const quantity = numeric.find(({ hints, whole, numbers }) => hints.has("quantity") && whole > 0.5 * numbers);
  const paid = numeric.some(({ hints }) => hints.has("money") && !hints.has("price") && !hints.has("quantity"));
  return price && quantity && price !== quantity && !paid ? { quantity, price } : undefined;
}

/** A column of a few kinds of events by its name and its values, each of which is counted. */
function kindsOf(columns: readonly ColumnProfile[]): ColumnProfile | undefined {
  return columns.find(
    ({ hints, distinct, filled, missing, longest, top }) =>
      hints.has("type") &&
      distinct >= 2 &&
      distinct <= 8 &&
      missing < filled &&
      longest <= 30 &&
      top.every(({ value }) => /[a-z]/i.test(value)),
  );
}
