import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNotebook } from "../../src/notebook/notebook.js";
import { readParameters } from "../../src/notebook/read-parameters.js";
import { runNotebook } from "../../src/notebook/run-notebook.js";
import { fixture, runFixture, temporaryFolder } from "./run-fixture.js";

describe.concurrent("parameters", { timeout: 90_000 }, () => {
  it("are read with name, type, default and help", async () => {
    const parameters = readParameters(await readNotebook(fixture("parameters"))) ?? [];
    expect(parameters.map(({ name, type, help }) => [name, type.kind, help])).toEqual([
      ["horizon", "number", "Days to look ahead."],
      ["grain", "union", "Grain of the rows."],
      ["columns", "array", ""],
      ["start_date", "date", ""],
      ["limit", "union", ""],
      ["verbose", "boolean", "say more"],
      ["api_token", "string", ""],
    ]);
    expect(parameters.map((parameter) => parameter.default)).toEqual([
      30,
      "day",
      ["calls"],
      new Date("2024-01-01"),
      null,
      false,
      "",
    ]);
  });

  it("that do not fit stop before anything starts: name, value, what it takes, the nearest", async () => {
    const output = join(temporaryFolder(), "out.ipynb");
    const run = (parameterTexts: Record<string, string>) =>
      runNotebook(fixture("parameters"), output, { parameterTexts }).catch((error: Error) => error);
    const cases: [Record<string, string>, RegExp][] = [
      [{ horizn: "3" }, /unknown parameter "horizn".*\n.*did you mean "horizon"\?/],
      [{ horizon: "soon" }, /parameter "horizon" of .* is "soon", it takes a number/],
      [{ grain: "dya" }, /it takes "day" \| "event"\n.*did you mean "day"\?/],
      [{ start_date: "2024-02-31" }, /it takes a date YYYY-MM-DD/],
      [{ verbose: "perhaps" }, /it takes true or false/],
    ];
    for (const [texts, message] of cases) {
      expect(await run(texts)).toMatchObject({ code: "BAD_OPTION", exit: 2, message: expect.stringMatching(message) });
    }
    const taken = await runNotebook(fixture("runs-to-the-end"), output, { parameters: { a: 1 } }).catch(
      (e: Error) => e,
    );
    expect(taken).toMatchObject({ code: "BAD_OPTION", message: expect.stringMatching(/takes no parameters/) });
    expect(() => readFileSync(output)).toThrow();
  });

  it("are put into a cell of their own, with their types, and into papermill's metadata", async () => {
    const { saved, text } = await runFixture("parameters", {
      parameters: { limit: 5, columns: ['a"b', "ä\u2028"] },
      parameterTexts: { horizon: "7", start_date: "2024-03-01", verbose: "true" },
    });
    expect(JSON.parse(text(4))).toEqual({
      horizon: 7,
      grain: "day",
      columns: ['a"b', "ä\u2028"],
      start_date: "2024-03-01T00:00:00.000Z",
      limit: 5,
      verbose: true,
    });
    const [, , injected] = saved.cells;
    expect(injected?.metadata.tags).toEqual(["injected-parameters"]);
    expect(injected?.source).toContain("const horizon: number = 7;\n");
    expect(saved.metadata.papermill?.parameters).toMatchObject({ horizon: 7, limit: 5 });
  });

  it("that are secret reach the kernel and nothing else", async () => {
    const secret = 's3cr&t/"<ü>';
    const output = join(temporaryFolder(), "out.ipynb");
    const html = join(temporaryFolder(), "out.html");
    const heard: string[] = [];
    await runNotebook(fixture("parameters"), output, {
      parameterTexts: { api_token: secret },
      html,
      onText: (text) => heard.push(text),
    });
    const saved = await readNotebook(output);
    expect(JSON.stringify(saved.cells[4]?.outputs)).toContain("token [secret] and [secret]");
    for (const text of [readFileSync(output, "utf8"), readFileSync(html, "utf8"), heard.join("\n")]) {
      expect(text).not.toContain("s3cr&");
      expect(text).not.toContain(encodeURIComponent(secret));
      expect(text).not.toContain("s3cr&amp;");
    }
  });

  it("that are secret are masked in the error of a run", async () => {
    const { error, output } = await runFixture("parameters", { parameters: { api_token: "s3cret-fail" } });
    expect(error?.message).toContain("Error: refused: [secret]");
    expect(error?.message).not.toContain("s3cret-fail");
    // the notebook's own source has the word: it is masked there too, once it is a secret
    expect(readFileSync(output, "utf8")).not.toContain("s3cret-fail");
  });
});
