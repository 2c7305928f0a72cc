/** JSON for a `<script type="application/json">`: no text in it can end the element. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const FORBIDDEN =
  /<(?=\/?\s*(?:script|style|meta|link|base|iframe|frame|object|embed|form|template|body|html|head|title|plaintext|textarea|xmp|noscript|math|svg|dialog)\b)|<(?=!)/gi;

/**
 * HTML from a cell, with everything that could act or reach out shown as text instead.
 *
 * The page's content-security policy forbids scripts and the network anyhow; this keeps the page's own structure whole.
 */
export function tameHtml(html: string): string {
  return html
    .replace(FORBIDDEN, "&lt;")
    .replace(/(<[^<>]*?)\s(on\w+|srcset|formaction)\s*=/gi, "$1 data-removed-$2=")
    .replace(/(href|src|action)\s*=\s*(["']?)\s*(?:javascript|vbscript|data:text)[^"'\s>]*/gi, "$1=$2#")
    .replace(/\sid\s*=/gi, " data-id=");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the codes that terminals take
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Text of a terminal without its colour codes. */
export function stripAnsi(text: string): string {
  return text.replace(ANSI, "");
}
