import { table as arquero } from "arquero";
import { describe, expect, it } from "vitest";
import { JUPYTER_DISPLAY } from "./chart.js";
import { formatNumbers } from "./format-numbers.js";
import { tableView } from "./table-view.js";

const columns = {
  id: ["</script><b>", null, "a\nb"],
  volume: Float64Array.of(12.3456789012345, Number.NaN, 100000.5),
  count: Int32Array.of(1, 20000, 3),
  day: Int32Array.of(0, 20000, 20001),
  at: [new Date("2024-02-29"), new Date("2024-02-29T13:30:00Z"), null],
};

describe("tableView", () => {
  it("aligns columns of text under their names and types", () => {
    expect(tableView(columns, { days: ["day"], title: "Records" }).text).toBe(
      [
        "Records",
        "id               volume    count  day         at",
        "text             number  integer  date        date",
        "────────────  ─────────  ───────  ──────────  ───────────────────",
        "</script><b>       12.3        1  1970-01-01  2024-02-29",
        "null               null   20,000  2024-10-04  2024-02-29 13:30:00",
        "a\\nb          100,000.5        3  2024-10-05  null",
        "(3 rows × 5 columns)",
      ].join("\n"),
    );
  });
  it("shows objects as JSON, whatever they hold", () => {
    const loop: Record<string, unknown> = { n: 1n };
    expect(tableView([{ a: { n: 1n } }]).text).toContain('{"n":"1"}');
    loop.self = loop;
    expect(tableView([{ a: loop }]).text).toContain("[object Object]");
  });
  it("escapes every name, cell and title in HTML", () => {
    const { html } = tableView([{ "<i>": "</script><b>", x: { a: "<u>" } }], { title: "<s>" });
    expect(html.match(/<(\/?)(i|b|u|s|script)>/g)).toBeNull();
    expect(html).toContain("&lt;/script&gt;&lt;b&gt;");
  });
  it("sets missing values apart from the text null", () => {
    const { html } = tableView({ a: [null, "null", undefined, Number.NaN] });
    expect(html.match(/<td style="[^"]*italic[^"]*">null</g)).toHaveLength(3);
    expect(html.match(/>null</g)).toHaveLength(4);
  });
  it("says how many rows there are when it shows only the first", () => {
    expect(tableView({ a: new Float64Array(600_000) }, { rows: 2 }).text).toContain(
      "first 2 of 600,000 rows × 1 column",
    );
  });
  it("shows an Arquero table in its order, without the rows that were filtered away", () => {
    const table = arquero({ a: [3, 1, 2, 9] })
      .filter("d => d.a < 9")
      .orderby("a");
    expect(tableView(table).text.split("\n").slice(3)).toEqual([
      "      1",
      "      2",
      "      3",
      "(3 rows × 1 column)",
    ]);
  });
  it("shows a danfo DataFrame and its Series, labels of rows included", async () => {
    const { DataFrame } = (await import("danfojs-node")).default;
    const frame = new DataFrame({ calls: [1, 2, 6], minutes: [0.5, 1, 1.5] });
    expect(tableView(frame).text.split("\n")[0]).toBe("  calls  minutes");
    expect(tableView(frame.mean({ axis: 0 })).text.split("\n")).toEqual([
      "index      value",
      "text     integer",
      "───────  ───────",
      "calls          3",
      "minutes        1",
      "(2 rows × 2 columns)",
    ]);
  });
  it("shows a table without rows", () => {
    expect(tableView({ a: [] }).text).toContain("(0 rows × 1 column)");
    expect(tableView([]).html).toContain("0 rows × 0 columns");
  });
  it("gives a notebook HTML and text", () => {
    const view = tableView({ a: [1] });
    expect(view[JUPYTER_DISPLAY]()).toEqual({ "text/html": view.html, "text/plain": view.text });
    expect(`${view}`).toBe(view.text);
  });
  it("refuses what is not a table", () => {
    expect(() => tableView({ a: 1 } as never)).toThrow(/cannot show object as a table/);
    expect(() => tableView(null as never)).toThrow(/as a table/);
  });
});

describe("formatNumbers", () => {
  it.each([
    [
      [1, 20, 12345],
      ["1", "20", "12,345"],
    ],
    [
      [0.1 + 0.2, 0.5],
      ["0.3", "0.5"],
    ],
    [
      [1 / 3, 2 / 3],
      ["0.3333", "0.6667"],
    ],
    [
      [1234.5678, 2],
      ["1234.6", "2.0"],
    ],
    [
      [0.5, 3.1e-30, 0],
      ["0.5", "3.1e-30", "0.0"],
    ],
    [
      [1234.5, 0.0442],
      ["1234.5", "0.044"],
    ],
    [[-1234567.25], ["-1,234,567.3"]],
    [[0.00012345], ["0.000123"]],
    [[], []],
  ])("writes %j as %j", (values, texts) => {
    expect(formatNumbers(values)).toEqual(texts);
  });
  it("keeps all digits of a bigint", () => {
    expect(formatNumbers([12n, 9007199254740993n])).toEqual(["12", "9,007,199,254,740,993"]);
  });
});

it("takes rows whose type is an interface", () => {
  interface Row {
    day: string;
    n: number;
  }
  const rows: Row[] = [{ day: "2024-01-01", n: 1 }];
  expect(tableView(rows).text).toMatch(/2024-01-01 +1/);
});
