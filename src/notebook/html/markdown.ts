import { Marked } from "marked";
import { escapeHtml } from "../../core/escape-html.js";
import { tameHtml } from "./escape.js";
import { highlight } from "./highlight.js";

/** A heading of the page, for the contents list. */
export interface Heading {
  id: string;
  depth: number;
  text: string;
}

/** Turns Markdown cells into HTML, and collects their headings. */
export class Markdown {
  readonly headings: Heading[] = [];
  readonly #marked: Marked;
  readonly #ids = new Map<string, number>();
  #attachments: Record<string, Record<string, string>> = {};

  constructor() {
    const page = this;
    this.#marked = new Marked({
      gfm: true,
      renderer: {
        heading({ tokens, depth, text }) {
          const id = page.#addHeading(depth, text);
          return `<h${depth} id="${escapeHtml(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
        },
        code: ({ text, lang }) => `<pre><code>${highlight(text, lang?.split(/\s/)[0] ?? "")}</code></pre>\n`,
        html: ({ text }) => tameHtml(text),
        link({ href, tokens }) {
          const label = this.parser.parseInline(tokens);
          const isSafe = /^(https?:|mailto:|#|[^:]*$)/i.test(href);
          return isSafe ? `<a href="${escapeHtml(href)}">${label}</a>` : label;
        },
        image({ href, text }) {
          const source = href.startsWith("attachment:") ? page.#attachment(href.slice("attachment:".length)) : href;
          if (!/^data:image\//.test(source)) return `<em>[image: ${escapeHtml(text || href)}]</em>`;
          return `<img src="${escapeHtml(source)}" alt="${escapeHtml(text)}">`;
        },
      },
    });
  }

  /** Notes a heading; equal ones get different ids. */
  #addHeading(depth: number, source: string): string {
    const text = source.replace(/[`*_]|<[^>]*>/g, "").trim();
    const slug =
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, "-")
        .replace(/^-|-$/g, "") || "section";
    const seen = this.#ids.get(slug) ?? 0;
    this.#ids.set(slug, seen + 1);
    const id = seen === 0 ? slug : `${slug}-${seen + 1}`;
    this.headings.push({ id, depth, text });
    return id;
  }

  /** @param attachments images that the cell carries, as nbformat keeps them */
  render(source: string, attachments: Record<string, Record<string, string>> = {}): string {
    this.#attachments = attachments;
    return this.#marked.parse(source, { async: false });
  }

  #attachment(name: string): string {
    const [type, data] = Object.entries(this.#attachments[decodeURIComponent(name)] ?? {})[0] ?? [];
    return type && data ? `data:${type};base64,${data}` : "";
  }
}
