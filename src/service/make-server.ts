import { createHash, timingSafeEqual } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Logger } from "pino";
import { ChurnError, ERROR_CODES } from "../core/errors.js";
import { toError } from "../core/fault.js";
import { type HttpError, httpError } from "./http-error.js";
import { isLoopback, isOwnName } from "./loopback.js";
import type { ServiceMetrics } from "./metrics.js";
import { type ApiRoute, openapi } from "./openapi.js";
import type { ServeSettings } from "./options.js";
import { parseBody } from "./parse-body.js";

/** What the servers of one process share. */
export interface ServerParts {
  settings: ServeSettings;
  token: string | undefined;
  log: Logger;
  metrics: ServiceMetrics;
  version: string;
  /** Fails when the service cannot do its work now. */
  ready: () => Promise<void>;
}

/** How a failure is answered. */
export type FaultBody = (fault: { message: string; code: string; hint?: string }) => object;

/**
 * Makes a server with what every service has: limits, time-outs, the token, faults without stack traces, `/healthz`,
 * `/readyz`, `/metrics` and `/openapi.json`.
 */
export async function makeServer(
  name: string,
  parts: ServerParts,
  { routes, fault }: { routes: readonly ApiRoute[]; fault: FaultBody },
): Promise<FastifyInstance> {
  const { settings, log, metrics } = parts;
  const timeout = settings.request_timeout * 1000;
  const logger: FastifyBaseLogger = log.child({ service: name });
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: settings.body_limit,
    requestTimeout: timeout,
    connectionTimeout: 4 * timeout,
    keepAliveTimeout: 5000,
    forceCloseConnections: "idle",
    // a client that sends its request byte by byte is looked for once a second
    http: { connectionsCheckingInterval: 1000, headersTimeout: timeout },
  });
  app.server.maxConnections = 2000;

  app.addHook("onRequest", async (request) => {
    checkOrigin(request, settings.ip, parts.token);
  });
  // after the limit on the rate, so that nobody tries tokens by the thousand, and before the body is read
  app.addHook("preParsing", async (request) => {
    if (parts.token !== undefined && request.url !== "/healthz" && !request.is404) checkToken(request, parts.token);
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    metrics.requests.inc({ service: name, method: request.method, route, status: reply.statusCode });
    metrics.requestSeconds.observe({ service: name, route }, reply.elapsedTime / 1000);
    const level = reply.statusCode >= 500 ? "error" : "info";
    const ms = Math.round(reply.elapsedTime);
    request.log[level]({ method: request.method, route, status: reply.statusCode, ms }, "request");
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, ...told } = faultOf(error);
    if (status >= 500) request.log.error({ err: error }, told.message);
    return reply.code(status).send(fault(told));
  });
  await app.register(rateLimit, {
    max: settings.rate_limit,
    timeWindow: "1 minute",
    errorResponseBuilder: (_request, { max }) =>
      httpError(429, "TOO_MANY", `too many requests: ${max} a minute are taken`),
  });

  // counted as all others are: a wrong path must not tell whether a token is the right one, again and again
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    if (parts.token !== undefined) checkToken(request, parts.token);
    const known = routes.map(({ method, url }) => `${method} ${url}`).join(", ");
    const message = `there is no ${request.method} ${request.url.split("?", 1)[0]?.slice(0, 100)}`;
    return reply.code(404).send(fault({ message, code: "NOT_FOUND", hint: known }));
  });

  // the legacy system's calls come with no body, with a form, or with JSON that says nothing of it
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => {
    try {
      done(null, parseBody(Buffer.isBuffer(body) ? body : Buffer.from(body), request.headers));
    } catch (error) {
      done(toError(error), undefined);
    }
  });

  app.get("/healthz", { config: { rateLimit: false } }, async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    try {
      await parts.ready();
      return { status: "ready" };
    } catch (error) {
      return reply.code(503).send({ status: "not ready", reason: faultOf(toError(error)).message });
    }
  });
  app.get("/metrics", async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  app.get("/openapi.json", async () => openapi(name, parts.version, routes));
  return app;
}

/** Refuses what a web page elsewhere sends to this machine, where no token stands in its way. */
function checkOrigin(request: FastifyRequest, ip: string, token: string | undefined): void {
  if (token !== undefined || !isLoopback(ip)) return;
  const { origin, host } = request.headers;
  // a picture or a link of a page sends no origin, but browsers say where it stands
  const site = request.headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site") throw elsewhere();
  const from = origin && origin !== "null" ? hostOf(origin) : origin;
  if ((from !== undefined && !isOwnName(from)) || (host !== undefined && !isOwnName(hostOf(`http://${host}`)))) {
    throw elsewhere();
  }
}

const elsewhere = () => httpError(403, "FORBIDDEN", "requests from other sites are not taken");

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

function checkToken(request: FastifyRequest, token: string): void {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  // digests are of one length, so that the time reveals nothing
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw httpError(401, "UNAUTHORIZED", "a bearer token is needed: Authorization: Bearer …");
}

/** The answer for an error: its own message where that is meant for users, and nothing internal. */
function faultOf(error: FastifyError | Error): { status: number; message: string; code: string; hint?: string } {
  if (error instanceof ChurnError) {
    const [message, hint] = error.message.split("\n  → ", 2);
    return { status: ERROR_CODES[error.code].status, message, code: error.code, hint };
  }
  const { statusCode: status = 500, code = "INTERNAL", hint } = error as HttpError;
  if (status >= 500) return { status: 500, message: "the service failed; its log says why", code: "INTERNAL" };
  return { status, message: error.message, code, ...(hint ? { hint } : {}) };
}
