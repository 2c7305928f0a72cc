import type { HttpResponse } from "../http/get.js";
import { ConnectionLost } from "../http/remote.js";

/** The text of a short answer: its first megabytes, and no more. */
export async function readBody(response: HttpResponse, limit = 1 << 20): Promise<string> {
  const received: AsyncIterable<Buffer> = response;
  const blocks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const block of received) {
      blocks.push(block);
      bytes += block.length;
      if (bytes > limit) break;
    }
  } catch (cause) {
    throw new ConnectionLost("the connection broke", { cause });
  } finally {
    response.destroy();
  }
  return Buffer.concat(blocks).toString("utf8");
}
