import { createRequire } from "node:module";
import type { Session } from "./session.js";
import { PROTOCOL_VERSION } from "./wire.js";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** What the kernel says of itself. */
export function kernelInfo(): object {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "churn-workbench",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: "5.0.4",
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      nbconvert_exporter: "script",
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    },
    banner: `TypeScript on Node ${process.version}, Churn Workbench ${version}`,
    help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    supported_features: [],
    debugger: false,
  };
}

/** Jupyter counts a cursor in code points, JavaScript in UTF-16 units. */
function toUtf16(code: string, points: number): number {
  return [...code].slice(0, points).join("").length;
}

function toPoints(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}

export function completeReply(session: Session, content: { code: string; cursor_pos: number }): object {
  const { code } = content;
  const { start, end, candidates, original } = session.complete(code, toUtf16(code, content.cursor_pos));
  const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
  const span = { start: toPoints(code, start), end: toPoints(code, end) };
  return {
    status: "ok",
    matches: candidates,
    cursor_start: span.start,
    cursor_end: span.end,
    metadata: {
      _jupyter_types_experimental: candidates.map((text) => ({ ...span, text, type: kinds.get(text) ?? "" })),
    },
  };
}

export function inspectReply(session: Session, content: { code: string; cursor_pos: number }): object {
  const { code } = content;
  const at = toUtf16(code, content.cursor_pos);
  // after "f(" people ask about f
  const text = session.inspect(code, at) ?? session.inspect(code, Math.max(0, at - 1 - (code[at - 1] === "(" ? 1 : 0)));
  if (text === undefined) return { status: "ok", found: false, data: {}, metadata: {} };
  return { status: "ok", found: true, data: { "text/plain": text }, metadata: {} };
}

export function isCompleteReply(session: Session, content: { code: string }): object {
  const { completed, indent } = session.isComplete(content.code);
  return completed ? { status: "complete" } : { status: "incomplete", indent: indent ?? "" };
}
