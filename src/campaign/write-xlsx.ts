import { strToU8, zipSync } from "fflate";

/** Columns of a sheet: a name, and numbers or texts; null and NaN are empty cells. */
export type SheetColumns = Readonly<Record<string, ArrayLike<number> | readonly (string | null)[]>>;

/**
 * Writes one sheet as an Excel workbook (Office Open XML, ECMA-376): a bold header that stays in view, numbers as numbers, and
 * texts as texts, so that no id loses its zeros and no cell is a formula.
 */
export function xlsxOf(title: string, columns: SheetColumns): Uint8Array {
  const entries = Object.entries(columns);
  const rows = entries[0]?.[1].length ?? 0;
  const lines: string[] = [
    line(
      1,
      entries.map(([name]) => textCell(name, 1)),
    ),
  ];
  for (let i = 0; i < rows; i++)
    lines.push(
      line(
        i + 2,
        entries.map(([, values]) => cellOf(values[i])),
      ),
    );
  const widths = entries.map(([name, values], j) => {
    const longest = Array.from({ length: Math.min(200, rows) }, (_, i) => String(values[i] ?? "").length);
    const width = Math.min(60, Math.max(name.length, ...longest, 6) + 2);
    return `<col min="${j + 1}" max="${j + 1}" width="${width}" customWidth="1"/>`;
  });
  const sheet = `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join("")}</cols><sheetData>${lines.join("")}</sheetData></worksheet>`;
  const files: Record<string, string> = {
    "[Content_Types].xml": `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/></Types>`,
    "_rels/.rels": `${XML}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${TYPE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${TYPE}"><sheets><sheet name="${escaped(title.slice(0, 31))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${XML}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${TYPE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${TYPE}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
    "xl/worksheets/sheet1.xml": sheet,
  };
  // one time for all files: the same sheet is the same bytes
  const mtime = new Date(1980, 0, 1);
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, [strToU8(text), { mtime, level: 6 }]])),
  );
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships";
const SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const line = (number: number, cells: string[]) => `<row r="${number}">${cells.join("")}</row>`;

function cellOf(value: number | string | null | undefined): string {
  if (typeof value === "number") return Number.isFinite(value) ? `<c><v>${value}</v></c>` : "<c/>";
  return value === null || value === undefined ? "<c/>" : textCell(value, 0);
}

const textCell = (text: string, style: number) =>
  `<c t="inlineStr"${style ? ` s="${style}"` : ""}><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;

/** What XML does not take is left out: control characters and halves of pairs have no place in it. */
const escaped = (text: string) =>
  text
    .replace(/\p{Cs}/gu, "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
