import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Markdown } from "./markdown.js";

const render = (source: string, attachments = {}) => new Markdown().render(source, attachments).html;

it("raw scripts go, links keep their words, equal headings get different ids", () => {
  const markdown = new Markdown();
  const { html } = markdown.render(
    "# A <script>x</script>\n\n## B\n\n## B\n\n## Theme\n\n## theme\n\n[l](javascript:x)",
  );
  expect(html).not.toMatch(/<script|javascript:/);
  expect(html).toContain("<a>l</a>");
  expect(markdown.headings.map(({ id }) => id)).toEqual(["A", "B", "B-2", "Theme", "theme-2"]);
});

it("a heading is in title and contents as it is read, and has the anchors of Lab and of other readers", () => {
  const markdown = new Markdown();
  const { html } = markdown.render("# The store_check of `my_table` &amp; [link](http://x)\n\n## Results for a_b_c");
  expect(markdown.headings[0].text).toBe("The store_check of my_table & link");
  expect(html).toContain('id="Results-for-a_b_c"');
  expect(html).toContain('id="results-for-a_b_c"');
});

it("HTML in Markdown stays whole over its text, and is closed within the cell", () => {
  expect(render("a <b>bold *and*</b> <kbd>K</kbd>")).toBe("<p>a <b>bold <em>and</em></b> <kbd>K</kbd></p>\n");
  expect(render("<details><summary>s</summary>\n\ntext\n")).toMatch(/<\/details>$/);
  expect(render("<!-- x -->\nwords")).toContain("words");
});

it("formulas are drawn, no sign of them is one of Markdown, and prices are none", () => {
  const star = "<mi>x</mi><mo>∗</mo><mi>y</mi><mo>∗</mo><mi>z</mi>";
  expect(render("so $x*y*z$ and \\\\(x*y*z\\\\) cost").split(star).length).toBe(3);
  expect(render("so $x*y*z$ costs")).not.toContain("<em>");
  for (const matrix of [
    "$$\n\\begin{matrix} a & b \\\\ c & d \\end{matrix}\n$$",
    "\\begin{align}\nx &= 1 \\\\\ny &= 2\n\\end{align}",
  ]) {
    expect(render(matrix).split("<mtr").length, matrix).toBe(3);
  }
  expect(render("unreadable $\\frac{a_1}{*b*$ stays")).toContain('<span class="math">$\\frac{a_1}{*b*$</span>');
  expect(render("from $5 to *$10* a month")).toBe("<p>from $5 to <em>$10</em> a month</p>\n");
  expect(render("`$x*y*z$`")).toContain("<code>$x*y*z$</code>");
});

it("attachments are found in every form of their names, and a missing one is named in its place", () => {
  const png = { "image/png": "AA==" };
  for (const [source, name] of [
    ["![x](attachment:100%.png)", "100%.png"],
    ["![x](attachment:Incorrect Vals.png)", "Incorrect Vals.png"],
    ["![x](attachment:a%20b.png)", "a b.png"],
    ["![x](attachment:a%20b.png)", "a%20b.png"],
    ['<img src="attachment:a.png">', "a.png"],
    ["![x](attachment:ä.png)", "ä.png"],
  ]) {
    expect(render(source, { [name]: png }), source).toContain('src="data:image/png;base64,AA=="');
  }
  expect(render("![x](attachment:a%ZZ.png)")).toContain(
    "[image: x (attachment:a%ZZ.png): the cell has no such attachment]",
  );
});

it("pictures beside the notebook are carried along", () => {
  const folder = mkdtempSync(join(tmpdir(), "churn-pictures-"));
  try {
    writeFileSync(join(folder, "my plot.png"), "png");
    const { html } = new Markdown([folder]).render(
      "![plot](my%20plot.png) <img src='my plot.png' width=5> ![gone](gone.png) ![away](https://a/b.png)",
    );
    expect(html.split(`data:image/png;base64,${btoa("png")}`).length).toBe(3);
    expect(html).toContain("[image: gone (gone.png): no such file beside the notebook]");
    expect(html).toContain("[image: away (https://a/b.png): a page fetches nothing]");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
