// The process of `streamProcess`: streams what it is asked to, and reports every batch.

import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { openStore } from "../store/open-store.js";
import type { StoreSettings } from "../store/options.js";
import type { StreamSettings } from "./options.js";
import { stream } from "./stream.js";
import type { StreamMessage } from "./stream-process.js";

const tell = (message: StreamMessage) => process.connected && process.send?.(message);

// it must not outlive the process that started it
process.on("disconnect", () => process.exit());
process.once("message", async (settings: { store: StoreSettings; stream: StreamSettings }) => {
  try {
    const store = openStore(settings.store, () => {});
    tell({ result: await stream(store, settings.stream, { onBatch: (batch) => tell({ batch }) }) });
  } catch (error) {
    const code = error instanceof ChurnError ? error.code : null;
    tell({ error: { message: messageOf(error), code } });
  }
  process.disconnect();
});
