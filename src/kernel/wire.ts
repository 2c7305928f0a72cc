import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { primordials } from "./primordials.js";

/** Version of the Jupyter message protocol that the kernel and the client speak. */
export const PROTOCOL_VERSION = "5.4";

/** Header of a Jupyter message. */
export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

/** One Jupyter message, as it stands between two sockets. */
export interface Message {
  /** Routing prefix; for the publisher, the topic. */
  idents: Buffer[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the content depends on msg_type, and comes from outside
  content: any;
  buffers: Buffer[];
}

/** What a connection file says: https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files */
export interface ConnectionInfo {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  iopub_port: number;
  control_port: number;
  stdin_port: number;
  hb_port: number;
  kernel_name?: string;
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/** Makes a message; `parent` is the header of the message that it answers. */
export function message(
  type: string,
  content: unknown,
  options: { session: string; parent?: Partial<Header>; idents?: Buffer[]; metadata?: Record<string, unknown> },
): Message {
  return {
    idents: options.idents ?? [],
    header: {
      msg_id: randomUUID(),
      session: options.session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    },
    parent: options.parent ?? {},
    metadata: options.metadata ?? {},
    content,
    buffers: [],
  };
}

function sign(key: string, parts: Buffer[]): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** Half a character has no UTF-8: a reader could not save it. JSON has it as an escape; an escaped backslash is none. */
function wellFormed(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === "\\\\" ? found : "\ufffd"));
}

/** Writes a message as the frames of the wire protocol, signed with `key`. */
export function encode(key: string, { idents, header, parent, metadata, content, buffers }: Message): Buffer[] {
  const parts = [header, parent, metadata, content].map((part) => Buffer.from(wellFormed(primordials.stringify(part))));
  return [...idents, DELIMITER, Buffer.from(sign(key, parts)), ...parts, ...buffers];
}

/**
 * Reads a message from its frames.
 *
 * @throws Error when a part is missing, is not JSON, or the signature does not belong to `key`
 */
export function decode(key: string, frames: Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0 || frames.length < at + 6) throw new Error(`not a jupyter message: ${frames.length} frames`);
  const parts = frames.slice(at + 2, at + 6);
  const expected = Buffer.from(sign(key, parts));
  const given = frames[at + 1];
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw new Error("the signature of the message is wrong");
  }
  const [header, parent, metadata, content] = parts.map((part) => primordials.parse(part.toString()));
  return { idents: frames.slice(0, at), header, parent, metadata, content, buffers: frames.slice(at + 6) };
}
