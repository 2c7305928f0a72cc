import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { download } from "../download/download.js";
import { openStore } from "../store/open-store.js";
import { load } from "./load.js";

const draw = random("one outcome");
const pick = <T>(of: readonly T[]): T => of[Math.floor(draw.next() * of.length)];
const PIECES = ["a", "é", '"', '""', ",", ";", "\n", "\n\n", " ", "x y", "'", "\\", "|", "€", '",', ',"'];
const note = () => Array.from({ length: Math.floor(draw.next() * 5) }, () => pick(PIECES)).join("");
const ROWS = Array.from({ length: 400 }, (_, i) => ({ who: `s${i}`, n: i % 50, note: note() }));

/** A cell in quotes, always or only where RFC 4180 needs them. */
const quoted = (cell: string, always: boolean, delimiter: string) =>
  always || /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;

it.each([
  ["\n", ",", false, "utf8"],
  ["\r\n", ",", false, "utf8"],
  ["\n", ";", true, "utf8"],
  ["\r\n", "|", true, "utf8"],
  ["\r\n", ";", false, "utf16le"],
] as const)(
  "rows come to the same with line ends %j, delimiter %s, quotes everywhere: %s, in %s",
  async (end, delimiter, always, letters) => {
    const folder = mkdtempSync(join(tmpdir(), "outcome-"));
    const lines = [
      ["DP_DATE", "DP_MSISDN", "note", "DP_MOC_COUNT"],
      ...ROWS.map(({ who, n, note }) => ["2024-01-01", who, note, String(n)]),
    ];
    const text =
      lines.map((cells) => cells.map((cell) => quoted(cell, always, delimiter)).join(delimiter)).join(end) + end;
    const source = join(folder, "log.csv");
    const mark = letters === "utf16le" ? "\ufeff" : "";
    writeFileSync(source, Buffer.from(mark + text.replace(/\r?\n/g, end), letters));
    const store = openStore({ path: join(folder, "churn.duckdb") });
    const manifest = await download({ source, data_dir: folder });
    expect(manifest.delimiter).toBe(delimiter);
    const result = await load(store, { source, data_dir: folder });
    expect(result).toMatchObject({ rows: 400, rejected: 0, lines: 400, blank: 0 });
    const rows = await store.lease((db) =>
      db.rows("SELECT DP_MSISDN AS who, DP_MOC_COUNT AS n FROM DP_CDR_Data ORDER BY id"),
    );
    expect(rows).toEqual(ROWS.map(({ who, n }) => ({ who, n })));
  },
);
