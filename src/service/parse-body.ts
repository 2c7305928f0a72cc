import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { messageOf } from "../core/fault.js";
import { httpError } from "./http-error.js";

/** Bytes before a fault that are shown with it. */
const SHOWN = 40;

/**
 * Reads a body as JSON, whatever it says that it is; an empty one is undefined.
 *
 * A byte order mark is passed over. Text in other letters than UTF-8 is refused: its characters would be lost, and two subscribers
 * become one.
 *
 * @throws FastifyError 400 for what is no JSON or no UTF-8, with the place; 415 for a body that is packed, or in other letters
 */
export function parseBody(body: Buffer, headers: IncomingHttpHeaders): unknown {
  const packing = headers["content-encoding"]?.trim().toLowerCase();
  const isPacked = packing !== undefined && packing !== "" && packing !== "identity";
  if (isPacked || (body[0] === 0x1f && body[1] === 0x8b)) {
    throw httpError(415, "BAD_ENCODING", `the body is packed${isPacked ? ` (${packing.slice(0, 50)})` : " by gzip"}`, {
      hint: "send it as it is, without Content-Encoding",
    });
  }
  const letters = /charset\s*=\s*"?([^\s";]+)/i.exec(headers["content-type"] ?? "")?.[1];
  if (letters && !/^(utf-?8|us-ascii)$/i.test(letters)) {
    throw httpError(415, "BAD_ENCODING", `the body is in ${letters.slice(0, 50)}`, { hint: "send it in UTF-8" });
  }
  if (!isUtf8(body)) throw notUtf8(body);
  const marked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const text = body.toString("utf8", marked ? 3 : 0);
  if (text.trim() === "") return undefined;
  try {
    if (!text.includes("__proto__")) return JSON.parse(text);
    return JSON.parse(text, (key, value) => {
      if (key === "__proto__") throw new SyntaxError("a key is __proto__");
      return value;
    });
  } catch (error) {
    throw httpError(400, "BAD_JSON", `the body is not JSON: ${messageOf(error).slice(0, 200)}`);
  }
}

function notUtf8(body: Buffer): Error {
  const at = firstBadByte(body);
  const byte = body[at].toString(16).padStart(2, "0");
  const before = body.toString("utf8", Math.max(0, at - SHOWN), at).replace(/^\ufffd+/, "");
  return httpError(
    400,
    "BAD_JSON",
    `the body is not UTF-8: byte 0x${byte} at ${at}, behind ${JSON.stringify(before)}`,
    {
      hint: "send it in UTF-8; é is c3 a9 there, and e9 in Latin-1",
    },
  );
}

/** Place of the first byte that begins no character of UTF-8. */
function firstBadByte(body: Buffer): number {
  for (let at = 0; at < body.length; ) {
    const first = body[at];
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length > 1 && !isUtf8(body.subarray(at, at + length))) return at;
    at += length;
  }
  return body.length - 1;
}
