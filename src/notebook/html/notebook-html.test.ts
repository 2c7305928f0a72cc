import { expect, it } from "vitest";
import type { Notebook } from "../notebook.js";
import { notebookHtml } from "./notebook-html.js";

/** A notebook as other tools may write it: not all of it is nbformat's. */
const page = (...cells: unknown[]) =>
  notebookHtml({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 } as Notebook, "name");
const code = (...outputs: unknown[]) => ({ cell_type: "code", metadata: {}, source: "x", outputs, execution_count: 1 });

it("outputs of another shape are shown as what they have, and end no page", () => {
  const html = page(
    code({ output_type: "display_data", metadata: {} }),
    code({
      output_type: "display_data",
      data: { "application/vnd.plotly.v1+json": { data: { a: 1 } }, "text/plain": "fig" },
    }),
    code({ output_type: "error", ename: "E", evalue: "no trace" }),
    code({ output_type: "display_data", data: { "text/plain": 5 }, metadata: {} }),
    code({ output_type: "display_data", data: { "text/plain": { a: 6 } }, metadata: {} }),
    code({ output_type: "of-tomorrow", what: "seven" }),
    code({ output_type: "display_data", data: { "application/vnd.dataresource+json": { rows: "eight" } } }),
    { cell_type: "code", metadata: { tags: "parameters" }, source: ["x"] },
  );
  for (const word of ["display_data", ">fig<", "E: no trace", ">5<", "{&quot;a&quot;:6}", "seven", "eight"]) {
    expect(html, word).toContain(word);
  }
});

it("raw cells are shown; streams as a terminal shows them", () => {
  const html = page(
    { cell_type: "raw", metadata: {}, source: "raw <words>" },
    code({ output_type: "stream", name: "stdout", text: ["10%\r20%\r", "100%\n"] }),
  );
  expect(html).toContain("raw &lt;words&gt;");
  expect(html).toContain(">100%\n</pre>");
  expect(html).not.toContain("20%");
});

it("a page with fewer than two headings has its full width", () => {
  expect(page(code())).toContain('class="layout alone"');
  expect(page({ cell_type: "markdown", metadata: {}, source: "# A\n\n## B" })).toContain('class="layout"');
});

it("the title is what the first heading shows", () => {
  const html = page({ cell_type: "markdown", metadata: {}, source: "# The store_check of `my_table` &amp; more" });
  expect(html).toContain("<title>The store_check of my_table &amp; more</title>");
});
