import type { MarkedExtension, Tokens } from "marked";
import { mathHtml } from "./math-html.js";

/**
 * Where formulas stand in Markdown, as Jupyter has it: between dollars, `\\(…\\)`, `\\[…\\]`, or an environment of LaTeX.
 *
 * A single dollar opens before a letter or sign and closes after one, and not before a digit: prices are no formulas
 * (the rule of Pandoc's `tex_math_dollars`).
 */
const BLOCK =
  /^ {0,3}(?:\$\$([^$]+?)\$\$|\\\\\[([\s\S]+?)\\\\\]|(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\4\}))[ \t]*(?:\n|$)/;
const INLINE =
  /^(?:\$\$([^$]+?)\$\$|\$(?![\s$])((?:\\[\s\S]|[^$\\])*?(?:\\[\s\S]|[^\s\\$]))\$(?![\d$])|\\\\\(([\s\S]+?)\\\\\)|\\\\\[([\s\S]+?)\\\\\]|(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\6\}))/;

/** Takes formulas out of Markdown whole, so that no sign of LaTeX is taken for one of Markdown. */
export function mathSyntax(): MarkedExtension {
  const renderer = ({ raw }: Tokens.Generic) => mathHtml(raw);
  return {
    extensions: [
      {
        name: "mathBlock",
        level: "block",
        start: (source) => source.match(/^ {0,3}(?:\$\$|\\\\\[|\\begin\{)/m)?.index,
        tokenizer(source) {
          const found = BLOCK.exec(source);
          return found ? { type: "mathBlock", raw: found[0] } : undefined;
        },
        renderer: (token) => `<p>${renderer(token)}</p>\n`,
      },
      {
        name: "math",
        level: "inline",
        start: (source) => source.match(/\$|\\\\[([]|\\begin\{/)?.index,
        tokenizer(source) {
          const found = INLINE.exec(source);
          return found ? { type: "math", raw: found[0] } : undefined;
        },
        renderer,
      },
    ],
  };
}
