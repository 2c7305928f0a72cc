import { Marked } from "marked";
import { escapeHtml } from "../../core/escape-html.js";
import { highlight } from "./highlight.js";
import { mathSyntax } from "./math-syntax.js";
import { type Attachments, mediaFinder } from "./media-finder.js";
import { type TameHtml, tameHtml, textOfHtml } from "./tame-html.js";

/** A heading of the page, for the contents list. */
export interface Heading {
  id: string;
  depth: number;
  text: string;
}

/** Ids of the page's own parts. */
const OURS = ["fold", "theme", "content"];

/** Turns Markdown cells into HTML, and collects their headings. */
export class Markdown {
  readonly headings: Heading[] = [];
  readonly #marked: Marked;
  readonly #ids = new Set<string>(OURS);
  readonly #folders: readonly string[];

  /** @param folders where pictures are looked for, the notebook's own first */
  constructor(folders: readonly string[] = []) {
    this.#folders = folders;
    const page = this;
    this.#marked = new Marked(mathSyntax(), {
      gfm: true,
      renderer: {
        heading({ tokens, depth }) {
          const html = this.parser.parseInline(tokens);
          const { id, others } = page.#addHeading(depth, textOfHtml(html).trim());
          const anchors = others.map((other) => `<span id="${escapeHtml(other)}"></span>`).join("");
          return `<h${depth} id="${escapeHtml(id)}">${anchors}${html}</h${depth}>\n`;
        },
        code: ({ text, lang }) => `<pre><code>${highlight(text, lang?.split(/\s/)[0] ?? "")}</code></pre>\n`,
      },
    });
  }

  /** Notes a heading and gives its anchors: Lab's, and that of most other readers; equal headings get different ones. */
  #addHeading(depth: number, text: string): { id: string; others: string[] } {
    const lab = text.replace(/\s/g, "-") || "section";
    const plain = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_\s-]+/gu, "")
      .replace(/\s/g, "-");
    const id = this.#freeId(lab);
    this.headings.push({ id, depth, text });
    const others = plain === "" || plain === id || this.#ids.has(plain) ? [] : [plain];
    for (const other of others) this.#ids.add(other);
    return { id, others };
  }

  #freeId(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#ids.has(id); n++) id = `${wanted}-${n}`;
    this.#ids.add(id);
    return id;
  }

  /** @param attachments images that the cell carries */
  render(source: string, attachments: Attachments = {}): TameHtml {
    const html = this.#marked.parse(withOldNames(source, attachments), { async: false });
    return tameHtml(html, mediaFinder(this.#folders, attachments));
  }
}

/** Classic notebooks wrote the names of attachments with their blanks, which Markdown takes for no address. */
function withOldNames(source: string, attachments: Attachments): string {
  let text = source;
  for (const name of Object.keys(attachments)) {
    if (/\s/.test(name)) text = text.replaceAll(`](attachment:${name})`, `](<attachment:${name}>)`);
  }
  return text;
}
