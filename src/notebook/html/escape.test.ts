import { expect, it } from "vitest";
import { escapeHtml } from "../../core/escape-html.js";
import { escapeJson, stripAnsi } from "./escape.js";

it("escaped JSON cannot end its element, and reads back the same", () => {
  const value = { a: "</script><!--<script>\u2028&" };
  expect(escapeJson(value)).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(escapeJson(value))).toEqual(value);
});

it("escapes text for elements and attributes", () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});

it("codes of terminals are taken out: colours, links, character sets; words stay", () => {
  expect(stripAnsi("\u001b[31mred\u001b[0m")).toBe("red");
  expect(stripAnsi("\u001b[38:2::255:0:0mred\u001b(B\u001b[m")).toBe("red");
  expect(stripAnsi("\u001b]8;;http://a\u001b\\link\u001b]8;;\u0007 [31m")).toBe("link [31m");
});
