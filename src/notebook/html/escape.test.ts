import { expect, it } from "vitest";
import { escapeHtml } from "../../core/escape-html.js";
import { escapeJson, stripAnsi, tameHtml } from "./escape.js";
import { Markdown } from "./markdown.js";

it("escaped JSON cannot end its element, and reads back the same", () => {
  const value = { a: "</script><!--<script>\u2028&" };
  expect(escapeJson(value)).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(escapeJson(value))).toEqual(value);
});

it("escapes text for elements and attributes", () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});

it("tamed HTML keeps tables and loses scripts, frames, handlers and script addresses", () => {
  const html = tameHtml(
    `<table><tr><td onclick="x()">1</td></tr></table><SCRIPT>a</SCRIPT><iframe src=x></iframe><a href="javascript:x">l</a><!-- c`,
  );
  expect(html).toContain("<table><tr><td");
  expect(html).not.toMatch(/<script|<iframe|\sonclick=|javascript:|<!--/i);
});

it("Markdown shows raw scripts as text and makes distinct ids for equal headings", () => {
  const markdown = new Markdown();
  const html = markdown.render("# A <script>x</script>\n\n## B\n\n## B\n\n[l](javascript:x)");
  expect(html).not.toMatch(/<script|javascript:/);
  expect(markdown.headings.map(({ id }) => id)).toEqual(["a-x", "b", "b-2"]);
});

it("colour codes of terminals are taken out", () => {
  expect(stripAnsi("\u001b[31mred\u001b[0m")).toBe("red");
});
