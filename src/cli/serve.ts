import type { Command } from "commander";
import { serve } from "../service/serve.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";
import { VERSION } from "./version.js";

/** `churn serve`: stream service, monitoring service and poller, until Ctrl-C or SIGTERM. */
export function serveCommand(): Command {
  const secrets: { token?: string | undefined } = {};
  const command = stageCommand("serve", {
    section: "serve",
    summary: "stream service (port 5000), monitoring service (5001) and poller, in one process",
    async run(settings, { signal }) {
      const { CHURN_SERVICE_TOKEN } = process.env;
      const service = await serve(openStore(settings.store), settings, {
        token: secrets.token ?? (CHURN_SERVICE_TOKEN || undefined),
        version: VERSION,
      });
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await service.close();
      return service.addresses;
    },
    print: (addresses) =>
      formatFields(Object.entries(addresses).map(([name, address]) => [`${name} stopped`, address])),
  });
  command.option("--token <token>", "what a request must bring as bearer token (better: CHURN_SERVICE_TOKEN)");
  command.hook("preAction", (self) => {
    secrets.token = self.opts<{ token?: string }>().token;
  });
  return command;
}
