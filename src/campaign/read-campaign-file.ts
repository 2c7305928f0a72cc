import { closestMatch } from "../core/closest-match.js";
import { dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { columnOf, listed, type OpenTable, type TableColumn, withTable } from "../table-files/open-table.js";
import { readTexts } from "../table-files/read-columns.js";
import type { CampaignSettings } from "./options.js";

/** What a file says of the people of a campaign. */
export interface CampaignFile {
  /** Of each subscriber in the file: whether they were called, and left; null where no column says it. */
  people: Map<string, { called: boolean | null; left: boolean | null }>;
  /** Whether the file says who left. */
  saysWhoLeft: boolean;
  /** Rows of subscribers that are not of the campaign, rows without one, and rows that say a subscriber again. */
  unknown: number;
  nameless: number;
  again: number;
  /** How the file was read. */
  notes: string[];
}

const CALLED = /^(was_?)?(called|contacted|reached|spoken|treated)$/i;
const LEFT = /^(has_?|is_?)?(left|left_on|churned|churned_on|churn|leaver|gone|cancelled|canceled)$/i;

const YES = /^(1|1\.0|true|yes|y|t|x|ja|oui|si|sí|called|contacted|reached|call|left|churned|gone)$/i;
const NO = /^(0|0\.0|false|no|n|f|nein|non|control|not called|not reached|stayed|stays|active)$/i;

/**
 * Reads who was called and, where the file says it, who left.
 *
 * @param members subscribers of the campaign
 * @param day first day of the horizon, since 1970-01-01, for files that say when somebody left
 * @throws ChurnError NOT_FOUND; BAD_INPUT for a file without people of the campaign, or a cell that is neither yes nor no
 */
export async function readCampaignFile(
  path: string,
  settings: CampaignSettings,
  { members, day, horizon }: { members: ReadonlySet<string>; day: number; horizon: number },
): Promise<CampaignFile> {
  return withTable(path, async (table) => {
    const who = await subscriberColumn(table, settings, members);
    const others = table.columns.filter(({ name }) => name !== who.name);
    const called = namedOr(table, settings.called_column, others, CALLED, "campaign.called_column");
    const left = namedOr(table, settings.left_column, others, LEFT, "campaign.left_column");
    const columns = [who, called, left].flatMap((column) => column ?? []);
    const texts = await readTexts(table, columns);
    const cells = (column: TableColumn | undefined) => (column ? texts[columns.indexOf(column)] : undefined);
    const [ids, calls, lefts] = [cells(who), cells(called), cells(left)];
    const result: CampaignFile = {
      people: new Map(),
      saysWhoLeft: left !== undefined,
      unknown: 0,
      nameless: 0,
      again: 0,
      notes: [
        `${path}: subscribers are in column ${who.name}; ${called ? `who was called in ${called.name}` : "no column says who was called: all in it who were to be called count as called, and nobody of the control group"}; ${left ? `who left in ${left.name}` : "who left is known by the labels of the store"}`,
      ],
    };
    for (const [row, cell] of (ids ?? []).entries()) {
      const id = cell?.trim();
      const place = { path, row: row + 1 };
      if (!id) result.nameless++;
      else if (!members.has(id)) result.unknown++;
      else if (result.people.has(id)) result.again++;
      else {
        result.people.set(id, {
          // a column that says it for some says of the others that they were not
          called: calls ? (yesOrNo(calls[row], { ...place, column: called?.name ?? "" }) ?? false) : null,
          left: lefts ? leftBy(lefts[row], { ...place, column: left?.name ?? "" }, day, horizon) : null,
        });
      }
    }
    if (result.people.size === 0) {
      throw new ChurnError(
        "BAD_INPUT",
        `${path} has nobody of the campaign in its ${table.rows.toLocaleString("en-US")} rows`,
        {
          hint: "is it the file of another campaign? --campaign names one; --subscriber-column names the column",
        },
      );
    }
    return result;
  });
}

/** The column that was named, else the one in which most cells are people of the campaign. */
async function subscriberColumn(
  table: OpenTable,
  { subscriber_column }: CampaignSettings,
  members: ReadonlySet<string>,
): Promise<TableColumn> {
  if (subscriber_column !== null) return columnOf(table, subscriber_column, "option campaign.subscriber_column");
  let best = { hits: 0, column: table.columns[0] };
  for (const column of table.columns) {
    const [cells] = await readTexts(table, [column]);
    const hits = cells.reduce((sum, cell) => sum + (cell !== null && members.has(cell.trim()) ? 1 : 0), 0);
    if (hits > best.hits) best = { hits, column };
  }
  return best.column;
}

function namedOr(
  table: OpenTable,
  wanted: string | null,
  columns: readonly TableColumn[],
  pattern: RegExp,
  option: string,
): TableColumn | undefined {
  if (wanted !== null) return columnOf(table, wanted, `option ${option}`);
  const found = columns.filter(({ name }) => pattern.test(name));
  if (found.length > 1) {
    throw new ChurnError(
      "BAD_INPUT",
      `${table.path} has several columns that may say it: ${listed(found.map(({ name }) => name))}`,
      {
        hint: `name one: ${option}`,
      },
    );
  }
  return found[0];
}

interface Place {
  path: string;
  row: number;
  column: string;
}

function yesOrNo(cell: string | null, { path, row, column }: Place): boolean | null {
  const text = cell?.trim() ?? "";
  if (text === "") return null;
  if (YES.test(text)) return true;
  if (NO.test(text)) return false;
  const near = closestMatch(text.toLowerCase(), ["yes", "no", "true", "false", "called", "control"]);
  throw new ChurnError(
    "BAD_INPUT",
    `${path}, row ${row}, column ${column}: ${JSON.stringify(text)} is neither yes nor no`,
    {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : "write 1 or 0, yes or no, true or false",
    },
  );
}

/** Whether somebody left within the horizon: yes or no, or the day; an empty cell is no. */
function leftBy(cell: string | null, place: Place, day: number, horizon: number): boolean {
  const text = cell?.trim() ?? "";
  const date = /^(\d{4}-\d{2}-\d{2})([T ].*)?$/.exec(text);
  if (!date) return yesOrNo(text, place) ?? false;
  const left = dayOf(date[1]);
  return left >= day && left < day + horizon;
}
