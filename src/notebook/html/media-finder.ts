import { readFileSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type FindMedia, onlyData } from "./tame-html.js";

/** Types of what is carried from a file beside the notebook. */
const TYPES: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
  ".svg": "image/svg+xml",
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
  ".ogg": "audio/ogg",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
};

const LARGEST = 20 * 2 ** 20;

/** Images of a Markdown cell, as nbformat keeps them: name to MIME type to base64. */
export type Attachments = Record<string, Record<string, string>>;

/** Finds the picture of a page: in the address, among the attachments of the cell, or in a file beside the notebook. */
export function mediaFinder(folders: readonly string[], attachments: Attachments = {}): FindMedia {
  return (source) => {
    if (/^attachment:/i.test(source)) return fromAttachments(attachments, source.slice("attachment:".length));
    if (/^[a-z][a-z0-9+.-]+:/i.test(source) && !/^data:/i.test(source)) return { missing: "a page fetches nothing" };
    return /^data:/i.test(source) ? onlyData(source) : fromFile(folders, source);
  };
}

function fromAttachments(attachments: Attachments, name: string): ReturnType<FindMedia> {
  for (const each of spellings(name)) {
    if (!Object.hasOwn(attachments, each)) continue;
    const [type, data] = Object.entries(attachments[each] ?? {})[0] ?? [];
    if (type && data) return { url: `data:${type};base64,${[data].flat().join("").replace(/\s/g, "")}` };
  }
  return { missing: "the cell has no such attachment" };
}

function fromFile(folders: readonly string[], source: string): ReturnType<FindMedia> {
  for (const name of spellings(source.replace(/[?#].*$/, ""))) {
    const type = TYPES[extname(name).toLowerCase()];
    for (const folder of type ? folders : []) {
      const path = resolve(folder, name);
      const file = statSync(path, { throwIfNoEntry: false });
      if (!file?.isFile()) continue;
      if (file.size > LARGEST) return { missing: "it is larger than 20 MiB" };
      return { url: `data:${type};base64,${readFileSync(path).toString("base64")}` };
    }
  }
  return { missing: "no such file beside the notebook" };
}

/** A name as it stands, and as an address writes it. */
function spellings(name: string): string[] {
  try {
    return [...new Set([name, decodeURIComponent(name), encodeURIComponent(name)])];
  } catch {
    // a percent sign that is one
    return [name];
  }
}
