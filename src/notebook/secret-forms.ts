import { inspect } from "node:util";

/** The forms in which a secret turns up in outputs: as it is, in JSON, source, URLs, HTML, base64 and bytes. */
export function secretForms(text: string): Set<string> {
  const bytes = Buffer.from(text);
  const json = JSON.stringify(text).slice(1, -1);
  const forms = [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
    inspect(text, { maxStringLength: null, breakLength: Number.POSITIVE_INFINITY }).slice(1, -1),
    encodeURIComponent(bytes.toString()),
    encodeURI(bytes.toString()),
    new URLSearchParams({ _: text }).toString().slice(2),
    text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
    text.replace(/[&<>"']/g, (c) => ENTITIES[c]),
  ];
  if (bytes.length >= 6) {
    const hex = bytes.toString("hex");
    forms.push(hex, hex.toUpperCase(), hex.replace(/..(?=.)/g, "$& "), ...base64Forms(bytes));
  }
  return new Set(forms);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Base64 of bytes at the three places where they may lie in a longer text, without what the neighbours change. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const moved = Buffer.concat([Buffer.alloc(offset), bytes]);
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((moved.length * 8) / 6)];
    return (["base64", "base64url"] as const).map((encoding) => moved.toString(encoding).slice(from, to));
  });
}
