import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../core/random.js";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
let root: string;

function forest(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHURN, "forest", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  // biome-ignore lint/suspicious/noExplicitAny: results of five commands
  return { status, stdout, stderr, json: () => JSON.parse(stdout) as any };
}

const write = (name: string, text: string | Buffer) => writeFileSync(join(root, name), text);
const linesOf = (name: string) => readFileSync(join(root, name), "utf8").trimEnd().split("\n");

/** Customers who leave when they pay much and have no contract. */
const rows = (() => {
  const draw = random("customers");
  return Array.from({ length: 400 }, (_, i) => {
    const fee = Math.round(20 + 80 * draw.next());
    const contract = ["none", "one year", "two years"][draw.int(3)];
    const risk = (fee > 60 ? 2 : 0) + (contract === "none" ? 2 : 0) - 2 + draw.normal() / 2;
    return {
      id: `C-${1000 + i}`,
      fee: i % 17 === 0 ? "" : String(fee),
      contract: i % 23 === 0 ? "" : contract,
      since: `20${10 + draw.int(14)}-0${1 + draw.int(9)}-11`,
      paperless: draw.next() < 0.5 ? "True" : "False",
      churn: risk > 0.5 ? "yes" : "no",
    };
  });
})();
const NAMES = ["id", "fee", "contract", "since", "paperless", "churn"] as const;
const csv = (names: readonly (keyof (typeof rows)[0])[], delimiter = ",", end = "\n") =>
  [names, ...rows.map((row) => names.map((name) => row[name]))].map((cells) => cells.join(delimiter) + end).join("");

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cli-forest-"));
  write("train.csv", csv(NAMES));
  write("odd.csv.gz", gzipSync(`\uFEFF${csv(NAMES, ";", "\r\n")}`));
});

describe("churn forest", { timeout: 120_000 }, () => {
  it("fits a table, predicts it in the order of its rows, explains and exports", () => {
    const fitted = forest("fit", "--input", "train.csv", "--label", "churn", "--output", "m.forest", "--json").json();
    expect(fitted).toMatchObject({
      rows: 400,
      classes: ["no", "yes"],
      columns: { number: 3, category: 1 },
      trees: 100,
    });
    expect(fitted.notes).toEqual([expect.stringContaining('"id" has another text in nearly every row')]);
    expect(fitted.importances.slice(0, 2).map((entry: { column: string }) => entry.column)).toEqual([
      "fee",
      "contract",
    ]);

    const done = forest("predict", "--model", "m.forest", "--input", "train.csv", "--output", "p.csv", "--id", "id");
    expect(done.status).toBe(0);
    const lines = linesOf("p.csv");
    expect(lines[0]).toBe("id,no,yes");
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(rows.map(({ id }) => id));
    const right = lines.slice(1).filter((line, i) => {
      const [, no, yes] = line.split(",").map(Number) as [number, number, number];
      expect(no + yes).toBeCloseTo(1, 12);
      return yes > no === (rows[i].churn === "yes");
    });
    expect(right.length).toBeGreaterThan(380);

    const why = forest(
      "explain",
      "--model",
      "m.forest",
      "--input",
      "train.csv",
      "--output",
      "why.csv",
      "--json",
    ).json();
    expect(why).toMatchObject({ scale: "probability", class: "yes", rows: 400 });
    expect(why.columns[0].permutation).toBeGreaterThan(0.1);
    expect(["fee", "contract"]).toContain(why.columns[0].column);
    const effects = linesOf("why.csv")[5].split(",").map(Number);
    const score = Number(lines[5].split(",")[2]);
    expect(effects.reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 9);
  });

  it("reads odd CSV, other orders, further columns, missing cells and unknown texts as the same model", () => {
    forest("fit", "--input", "odd.csv.gz", "--label", "churn", "--exclude", "id", "--output", "odd.forest");
    forest("fit", "--input", "train.csv", "--label", "churn", "--exclude", "id", "--output", "same.forest");
    write("mixed.csv", csv(["paperless", "since", "id", "contract", "fee"]));
    const predict = (model: string, input: string, output: string) =>
      forest("predict", "--model", model, "--input", input, "--output", output, "--json");
    expect(predict("odd.forest", "mixed.csv", "a.csv").json()).toMatchObject({ rows: 400, notes: [] });
    predict("same.forest", "train.csv", "b.csv");
    expect(linesOf("a.csv")).toEqual(linesOf("b.csv"));

    write("new.csv", "contract,fee,since,paperless\nlifetime,,2020-01-01,TRUE\n,NA,,\n");
    const unseen = predict("odd.forest", "new.csv", "c.csv").json();
    expect(unseen.notes).toEqual([expect.stringContaining('column "contract" has texts in 1 rows')]);
    expect(linesOf("c.csv")).toHaveLength(3);
  });

  it("refuses an output that is the input, by whatever path, and leaves it as it is", () => {
    write("same.csv", csv(NAMES));
    symlinkSync(join(root, "same.csv"), join(root, "link.csv"));
    for (const args of [
      ["fit", "--input", "same.csv", "--label", "churn", "--output", "./x/../same.csv"],
      ["fit", "--input", "link.csv", "--label", "churn", "--output", "same.csv"],
      ["predict", "--model", "m.forest", "--input", "same.csv", "--output", "same.csv"],
      ["explain", "--model", "m.forest", "--input", "same.csv", "--output", "same.csv"],
      ["export", "--model", "m.forest", "--onnx", "m.forest"],
    ]) {
      const { status, stderr } = forest(...args);
      expect({ args, status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("the output is the input"),
      });
    }
    expect(readFileSync(join(root, "same.csv"), "utf8")).toBe(csv(NAMES));
  });

  it("says which columns are missing and which cell is not a number", () => {
    forest("fit", "--input", "train.csv", "--label", "churn", "--exclude", "id", "--output", "f.forest");
    const predict = (text: string) => {
      write("bad.csv", text);
      return forest("predict", "--model", "f.forest", "--input", "bad.csv", "--output", "none.csv");
    };
    expect(predict("fee,since\n1,2020-01-01\n")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("bad.csv lacks 2 columns of the model: contract, paperless"),
    });
    expect(predict("contract,fee,since,paperless\nnone,1,,\nnone,much,,\n").stderr).toContain(
      'column "fee" of bad.csv should hold numbers, row 2 has "much"',
    );
    expect(predict("contract,fee,since,paperless\nnone,1\n").stderr).toMatch(
      /bad.csv cannot be read as CSV: .*Line: 2/,
    );
    write("m.txt", "no model");
    expect(forest("predict", "--model", "m.txt", "--input", "bad.csv", "--output", "none.csv").stderr).toContain(
      "m.txt is not a model",
    );
  });

  it.each(["forest", "boosting"])("cross-validates a %s with the metrics of each fold, the same each time", (model) => {
    const flags = [
      "--input",
      "train.csv",
      "--label",
      "churn",
      "--model",
      model,
      "--folds",
      "4",
      "--num-trees",
      "40",
      "--min-samples-leaf",
      "5",
    ];
    const first = forest("cv", ...flags, "--json", "--output", "held.csv").json();
    expect(first.folds).toHaveLength(4);
    for (const fold of first.folds) {
      expect(fold).toMatchObject({ rows: 100, train_rows: 300, fit_seconds: expect.any(Number) });
      expect(fold.roc_auc).toBeGreaterThan(0.7);
      expect(fold.log_loss).toBeLessThan(1);
      expect(fold.brier).toBeLessThan(0.25);
      expect(fold.average_precision).toBeGreaterThan(0.5);
    }
    expect(first).toMatchObject({ positive: "yes", rows: 400, mean: { roc_auc: expect.any(Number) } });
    expect(linesOf("held.csv")[0]).toBe("row,fold,no,yes");
    expect(forest("cv", ...flags, "--json").json().mean.roc_auc).toBe(first.mean.roc_auc);
    // the folds of a file are its own
    const dealt = linesOf("held.csv")
      .slice(1)
      .map((line) => line.split(",")[1]);
    write(
      "folds.csv",
      linesOf("train.csv")
        .map((line, i) => `${line},${i === 0 ? "part" : dealt[i - 1]}`)
        .join("\n"),
    );
    const own = [
      "--input",
      "folds.csv",
      "--label",
      "churn",
      "--model",
      model,
      "--num-trees",
      "40",
      "--min-samples-leaf",
      "5",
      "--fold-column",
      "part",
    ];
    expect(forest("cv", ...own, "--json").json().mean.roc_auc).toBe(first.mean.roc_auc);
  });

  it("takes none for no limit, and --trees for --num-trees as it once was", () => {
    const fitted = (...flags: string[]) =>
      forest("fit", "--input", "train.csv", "--label", "churn", "--output", "n.forest", "--json", ...flags).json();
    expect(fitted("--trees", "3", "--max-depth", "none", "--max-features", "all").trees).toBe(3);
    expect(fitted("--num-trees", "4", "--max-features", "2", "--class-weight", "none").trees).toBe(4);
  });

  it("takes labels of any type and number of classes, and quantities with --task regression", () => {
    write(
      "three.csv",
      `a,b,kind\n${Array.from({ length: 90 }, (_, i) => `${i % 3},${i},${["x", "y", "z"][i % 3]}`).join("\n")}\n`,
    );
    for (const model of ["forest", "boosting"]) {
      const three = forest(
        "cv",
        "--input",
        "three.csv",
        "--label",
        "kind",
        "--model",
        model,
        "--num-trees",
        "20",
        "--json",
      ).json();
      expect(three).toMatchObject({ classes: ["x", "y", "z"], positive: null });
      expect(three.mean.accuracy).toBeGreaterThan(0.95);
    }
    const one = forest(
      "fit",
      "--input",
      "three.csv",
      "--label",
      "kind",
      "--positive",
      "y",
      "--output",
      "y.forest",
      "--json",
    );
    expect(one.json().classes).toEqual(["not y", "y"]);
    expect(forest("cv", "--input", "three.csv", "--label", "b")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('label "b" of three.csv has 90 different numbers'),
    });
    const quantity = forest("cv", "--input", "three.csv", "--label", "b", "--task", "regression", "--json").json();
    expect(quantity.mean).toMatchObject({ rmse: expect.any(Number), r2: expect.any(Number) });
    expect(forest("cv", "--input", "train.csv", "--label", "paperless", "--json").json().classes).toEqual([
      "False",
      "True",
    ]);
  });

  it("exits with 2 and names the nearest column or flag, with 1 for tables that teach nothing", () => {
    const fitTo = (...flags: string[]) => forest("fit", "--output", "none.forest", ...flags);
    expect(fitTo("--input", "train.csv", "--label", "chrun")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "churn"?'),
    });
    expect(fitTo("--input", "train.csv", "--label", "churn", "--positive", "si").stderr).toContain(
      '"churn" has no, yes',
    );
    expect(fitTo("--input", "train.csv", "--label", "churn", "--num-trees", "few")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("whole number ≥ 1"),
    });
    expect(
      fitTo("--input", "train.csv", "--label", "churn", "--model", "boosting", "--criterion", "gini"),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"criterion" is one of --model forest'),
    });
    expect(fitTo("--input", "none.csv", "--label", "churn")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no file"),
    });
    write("one.csv", "a,y\n1,no\n");
    expect(fitTo("--input", "one.csv", "--label", "y").stderr).toContain('all rows of one.csv have the label "no"');
    write("twice.csv", "a,a,y\n1,2,no\n3,4,yes\n");
    expect(fitTo("--input", "twice.csv", "--label", "y").stderr).toContain('two columns "a"');
    write("bare.csv", "y\nno\nyes\n");
    expect(fitTo("--input", "bare.csv", "--label", "y").stderr).toContain("no column to learn from");
    expect(forest("fit", "--input", "one.csv", "--label", "y").stderr).toContain("--output");
  });
});
