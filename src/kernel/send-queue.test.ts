import { expect, it } from "vitest";
import { SendQueue } from "./send-queue.js";

/** A socket that, like zeromq's, refuses a second send while one is under way. */
function busySocket() {
  const sent: string[] = [];
  let isBusy = false;
  return {
    sent,
    async send([frame]: Buffer[]) {
      if (isBusy) throw Object.assign(new Error("Socket is busy writing"), { code: "EBUSY" });
      isBusy = true;
      await new Promise((resolve) => setImmediate(resolve));
      isBusy = false;
      sent.push(String(frame));
    },
  };
}

const frame = (text: string) => [Buffer.from(text)];

it("sends a burst whole and in order", async () => {
  const socket = busySocket();
  const queue = new SendQueue(socket);
  const texts = Array.from({ length: 1000 }, (_, i) => String(i));
  for (const text of texts) queue.push(frame(text));
  await queue.drained();
  expect(socket.sent).toEqual(texts);
  expect(queue.bytes).toBe(0);
});

it("continues after a send that failed", async () => {
  const sent: string[] = [];
  const queue = new SendQueue({
    async send([one]: Buffer[]) {
      if (String(one) === "bad") throw new Error("no route");
      sent.push(String(one));
    },
  });
  for (const text of ["a", "bad", "b"]) queue.push(frame(text));
  await queue.drained();
  expect(sent).toEqual(["a", "b"]);
});

it("revives when the code that waited was terminated", async () => {
  const sent: string[] = [];
  let isLost = true;
  const queue = new SendQueue({
    send([one]: Buffer[]) {
      sent.push(String(one));
      return isLost ? new Promise<void>(() => {}) : Promise.resolve();
    },
  });
  queue.push(frame("a"));
  queue.push(frame("b"));
  isLost = false;
  queue.revive();
  await queue.drained();
  expect(sent).toEqual(["a", "a", "b"]);
});
