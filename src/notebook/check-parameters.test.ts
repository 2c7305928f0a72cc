import { describe, expect, it } from "vitest";
import { checkParameters, type GivenValue } from "./check-parameters.js";
import { injectParameters } from "./inject-parameters.js";
import { joinLines, type Notebook } from "./notebook.js";
import { readParameters } from "./read-parameters.js";

const notebook = (source: string): Notebook => ({
  cells: [{ cell_type: "code", metadata: { tags: ["parameters"] }, source, outputs: [] }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

/** What a value given to a parameters cell becomes in the injected cell. */
function injected(source: string, given: Record<string, GivenValue>): string {
  const target = notebook(source);
  const declared = readParameters(target);
  injectParameters(target, checkParameters(declared, given, "n.ipynb"), declared);
  return joinLines(target.cells[1].source).replace("// Parameters\n", "");
}
const text = (source: string, value: string) => {
  const [, name] = /(?:const|let) (\w+)/.exec(source.split("\n").at(-1) ?? "") ?? [];
  return injected(source, { [name]: { text: value } });
};
const value = (source: string, given: unknown) => {
  const [, name] = /(?:const|let) (\w+)/.exec(source) ?? [];
  return injected(source, { [name]: { value: given } });
};

describe("a text given for a parameter", () => {
  it.each([
    ["const cols = [];", "calls,days", 'const cols = ["calls", "days"];'],
    ["const cols = [];", '["calls","days"]', 'const cols = ["calls", "days"];'],
    ["const cols = [];", "", "const cols = [];"],
    ["const opts = {};", '{"a":1}', 'const opts = { "a": 1 };'],
    ["const o = { a: {}, b: [] };", '{"a":{"x":1},"b":[2]}', 'const o = { "a": { "x": 1 }, "b": [2] };'],
    ["const w: Record<string, number> = {};", '{"a":1}', 'const w: Record<string, number> = { "a": 1 };'],
    ["const w: { [name: string]: number } = {};", '{"a":1}', 'const w: { [name: string]: number } = { "a": 1 };'],
    ['const pair: [number, string] = [1, "a"];', '[2,"b"]', 'const pair: [number, string] = [2, "b"];'],
    ['const pair: [number, string] = [1, "a"];', "2,b", 'const pair: [number, string] = [2, "b"];'],
    ["const more: [string, ...number[]] = ['a'];", "x,1,2", 'const more: [string, ...number[]] = ["x", 1, 2];'],
    ["const anything: any = null;", '{"a":1}', 'const anything: any = { "a": 1 };'],
    ["const anything: any = null;", "[broken", 'const anything: any = "[broken";'],
    ['enum E { A = "a", B = "b" }\nconst en: E = E.A;', "b", "const en: E = E.B;"],
    ["enum E { A, B = 4, C }\nconst en = E.A;", "C", "const en = E.C;"],
    ["enum E { A, B = 4, C }\nconst en: E = E.A;", "5", "const en: E = E.C;"],
    ['const u: string | number = "";', "00123", 'const u: string | number = "00123";'],
    ['const u: string | number = "";', "123", "const u: string | number = 123;"],
    ['const u: string | string[] = "";', "a,b", 'const u: string | string[] = "a,b";'],
    ["const any: any = null;", "00123", 'const any: any = "00123";'],
    ["const id: bigint = 1n;", "9007199254740993", "const id: bigint = 9007199254740993n;"],
    ["const id = 1n;", "5", "const id = 5n;"],
    ["const ids: bigint[] = [];", "[9007199254740993]", "const ids: bigint[] = [9007199254740993n];"],
    ["const a: any = 0;", '{"__proto__":{"x":1}}', 'const a: any = { ["__proto__"]: { "x": 1 } };'],
  ])("%s takes %s", (source, given, expected) => {
    expect(text(source, given)).toBe(expected);
  });

  it.each([
    ["const id = 1;", "9007199254740993"],
    ["const id: any = 1;", "9007199254740993"],
    ["const ids = [1];", "[1, 12345678901234567890]"],
    ["const o: any = null;", '{"deep": [{"id": 9007199254740993}]}'],
    ["const u: number | null = null;", "-9007199254740993"],
  ])("whole numbers that would be rounded are refused: %s with %s", (source, given) => {
    expect(() => text(source, given)).toThrow(/exact up to 9007199254740991: declare \w+ as bigint or as string/);
  });

  it.each([
    ["const w: Record<string, number> = {};", '{"a":"x"}', "an object of numbers by name"],
    ['const r: Record<"a" | "b", number> = { a: 1, b: 2 };', '{"a":1}', "an object {a, b}"],
    ['const pair: [number, string] = [1, "a"];', "[2]", "a list [a number, text]"],
    ['const pair: [number, string] = [1, "a"];', "[2, 3]", "a list [a number, text]"],
    ['enum E { A = "a" }\nconst en: E = E.A;', "c", 'E.A ("a")'],
    ["const opts = {};", "text", "an object"],
    ['const d: Date = new Date("2024-01-01");', "2024-02-31T00:00:00Z", "a date"],
  ])("what does not fit is told before anything starts: %s with %s", (source, given, takes) => {
    expect(() => text(source, given)).toThrow(`it takes ${takes}`);
  });
});

it("values of a program are written as they are, or refused by name", () => {
  expect(value("const x: any = 0;", 10n)).toBe("const x: any = 10n;");
  expect(value("const x: any = 0;", { a: [new Date(0), -0, undefined] })).toContain("-0, undefined");
  const circular: unknown[] = [];
  circular.push(circular);
  for (const given of [new Set([1, 2]), new Map(), new Uint8Array(2), () => 1, Symbol("s"), circular, [new Set()]]) {
    expect(() => value("const x: any = 0;", given)).toThrow(/parameter "x" of n.ipynb is .*, it takes any/);
  }
  expect(() => value("const x = 0;", 10n)).toThrow(/is 10n, it takes a number/);
  expect(() => value("const x: Record<string, number> = {};", new Map([["a", 1]]))).toThrow(/is Map/);
});

it("what a parameters cell computes from a parameter is known", () => {
  const source = [
    'const day = "2024-01-01";',
    'const file = "data/" + day;',
    "const { x } = { x: day };",
    "function read() {\n  return day;\n}",
    'const other = { day: 1 }.day, kind: typeof day = "x";',
    "if (day) console.log(1);",
  ].join("\n");
  const [day] = readParameters(notebook(source)) ?? [];
  expect(day.usedBy).toEqual(['"file"', '"{ x }"', '"read"', "line 8"]);
});
