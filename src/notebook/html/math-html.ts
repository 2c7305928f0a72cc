import { createRequire } from "node:module";
import { escapeHtml } from "../../core/escape-html.js";

/** What stands around a formula, and whether it is one in a line or a display of its own. */
const FORMS: [RegExp, boolean][] = [
  [/^\$\$([\s\S]+)\$\$$/, true],
  [/^\\{1,2}\[([\s\S]+?)\\{1,2}\]$/, true],
  [/^\\{1,2}\(([\s\S]+?)\\{1,2}\)$/, false],
  [/^\$([\s\S]+)\$$/, false],
  [/^(\\begin\{[\s\S]+)$/, true],
];

/**
 * A formula as MathML, which browsers draw by themselves: no fonts, no script. One that cannot be read stands as it is
 * written.
 *
 * @param latex with what stands around it: dollars, brackets, or the environment itself
 */
export function mathHtml(latex: string): string {
  const source = latex.trim();
  for (const [form, displayMode] of FORMS) {
    const inner = form.exec(source)?.[1];
    if (inner === undefined) continue;
    try {
      // most pages have no formula
      const temml = createRequire(import.meta.url)("temml") as typeof import("temml").default;
      return temml.renderToString(inner, { displayMode, throwOnError: true });
    } catch {
      break;
    }
  }
  return `<span class="math">${escapeHtml(source)}</span>`;
}
