import type { FastifyInstance } from "fastify";
import { firstLineOf } from "../core/fault.js";
import { monitoringAnswer, monitoringFault } from "./api-schemas.js";
import { makeServer, type ServerParts } from "./make-server.js";
import type { MonitoringRunner } from "./monitoring-runner.js";
import type { ApiRoute } from "./openapi.js";

const MONITORING_ROUTES: readonly ApiRoute[] = [
  {
    method: "GET",
    url: "/run-monitoring",
    summary: "monitor the model in service now, and write the report",
    answers: {
      200: { description: "done, or a warning where the labels are of one class", body: monitoringAnswer },
      500: { description: "why it could not be done", body: monitoringFault },
    },
  },
];

/**
 * Makes the service on port 5001, which runs the monitoring when it is asked to. Faults are reported in the words of the
 * legacy system: `{"error": …}`.
 *
 * @returns a server that does not listen yet
 */
export async function monitoringService(runner: MonitoringRunner, parts: ServerParts): Promise<FastifyInstance> {
  const app = await makeServer("monitoring", parts, {
    routes: MONITORING_ROUTES,
    fault: ({ message }) => ({ error: message }),
  });
  // a HEAD would do all of it, and tell nothing
  app.get("/run-monitoring", { exposeHeadRoute: false }, async (request, reply) => {
    try {
      const { warning } = await runner.run();
      return warning ? { warning } : { message: "Monitoring completed and saved." };
    } catch (error) {
      request.log.error({ err: error }, "monitoring failed");
      return reply.code(500).send({ error: firstLineOf(error) });
    }
  });
  return app;
}
