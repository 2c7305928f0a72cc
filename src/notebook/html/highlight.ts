import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import { escapeHtml } from "../../core/escape-html.js";

const LANGUAGES = { bash, json, python, sql, typescript };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** Code as HTML with a span per kind of word; an unknown language stays plain. */
export function highlight(code: string, language = "typescript"): string {
  const name =
    { ts: "typescript", js: "typescript", javascript: "typescript", sh: "bash", py: "python" }[language] ?? language;
  return hljs.getLanguage(name) ? hljs.highlight(code, { language: name }).value : escapeHtml(code);
}
