import { Parser } from "htmlparser2";
import { escapeHtml } from "../../core/escape-html.js";
import { DROPPED, ELEMENTS, keepsAttribute, MISSED, VOID } from "./allowed-html.js";

/** Gives the address under which a page shows a picture or a sound, or why it has none. */
export type FindMedia = (source: string) => { url: string } | { missing: string };

/** What is carried in the address itself. */
export const onlyData: FindMedia = (source) =>
  isMedia(source) ? { url: source } : { missing: "it is not in the notebook" };

const isMedia = (source: string): boolean => /^data:(image|audio|video)\//i.test(source);

/** HTML of a cell that may stand in a page. */
export interface TameHtml {
  html: string;
  /** Elements that were left out with all that is in them, and would have shown something. */
  missed: string[];
}

/**
 * HTML from a cell, with what could act, reach out or break the page left out, and every word of it as it was.
 *
 * A parser reads it and what is allowed is written anew: so each element is closed, and closes nothing of the page. An
 * element that is not known loses its tags and keeps its content. The page's content-security policy forbids scripts and the
 * network besides.
 */
export function tameHtml(html: string, findMedia: FindMedia = onlyData): TameHtml {
  const out: string[] = [];
  const missed = new Set<string>();
  // names of dropped elements that are open
  const dropped: string[] = [];
  let depth = 0;
  const parser = new Parser({
    onopentag(tag, attributes) {
      const name = tag.toLowerCase();
      if (DROPPED.has(name)) {
        dropped.push(name);
        if (MISSED.has(name)) missed.add(name);
      }
      if (dropped.length > 0 || !ELEMENTS.has(name)) return;
      if (!VOID.has(name) && ++depth > DEEPEST) return;
      out.push(openTag(tag, name, attributes, findMedia));
    },
    onclosetag(tag) {
      const name = tag.toLowerCase();
      if (dropped.length > 0) {
        if (dropped.at(-1) === name) dropped.pop();
        return;
      }
      if (!ELEMENTS.has(name) || VOID.has(name)) return;
      if (depth-- <= DEEPEST) out.push(`</${tag}>`);
    },
    ontext(text) {
      if (dropped.length === 0) out.push(escapeText(text));
    },
  });
  parser.end(html);
  return { html: out.join(""), missed: [...missed] };
}

/** Browsers nest no deeper, and close what is deeper where it opens. */
const DEEPEST = 400;

/** The words that HTML shows, as a browser's `textContent`. */
export function textOfHtml(html: string): string {
  const out: string[] = [];
  let hidden = 0;
  const parser = new Parser({
    onopentag: (name) => void (DROPPED.has(name) && hidden++),
    onclosetag: (name) => void (DROPPED.has(name) && hidden--),
    ontext: (text) => void (hidden === 0 && out.push(text)),
  });
  parser.end(html);
  return out.join("");
}

function openTag(tag: string, name: string, attributes: Record<string, string>, findMedia: FindMedia): string {
  // forms have nobody to send to; boxes of task lists are shown
  if (name === "input" && attributes.type !== "checkbox") return "";
  const written = [];
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!keepsAttribute(name, attribute)) continue;
    if (/^(src|poster)$/.test(attribute)) {
      const found = findMedia(value);
      if ("url" in found) written.push(` ${attribute}="${escapeHtml(found.url)}"`);
      else if (name === "img") return missingImage(attributes.alt, value, found.missing);
      continue;
    }
    if (/^(xlink:)?href$/.test(attribute) && !(name === "a" ? isLink(value) : isInside(value))) continue;
    written.push(` ${attribute}="${escapeHtml(value)}"`);
  }
  if (name === "input") written.push(' disabled=""');
  return `<${tag}${[...new Set(written)].join("")}>`;
}

function missingImage(alt: string | undefined, source: string, why: string): string {
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source;
  return `<em class="missing">[image${alt ? `: ${escapeHtml(alt)}` : ""} (${escapeHtml(shown)}): ${why}]</em>`;
}

/** An address to go to: of the web, of mail, or beside the page. */
function isLink(address: string): boolean {
  // browsers pass over blanks and control characters in a scheme
  const plain = Array.from(address)
    .filter((c) => c > " ")
    .join("");
  const scheme = /^([^:/?#]*):/.exec(plain)?.[1];
  return scheme === undefined || /^(https?|mailto|tel)$/i.test(scheme);
}

/** What a drawing may refer to: a part of it, or a picture that is carried along. */
const isInside = (address: string): boolean => address.startsWith("#") || /^data:image\//i.test(address);

const escapeText = (text: string): string => text.replace(/[&<>]/g, (c) => ENTITIES[c]);
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
