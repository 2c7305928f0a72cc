import type { FastifyInstance } from "fastify";
import pino, { type Logger } from "pino";
import { ChurnError } from "../core/errors.js";
import { isLocal, isMany } from "../download/many/find-logs.js";
import type { FeatureSettings } from "../features/options.js";
import type { LoadSettings } from "../load/options.js";
import type { ScoreSettings } from "../scoring/options.js";
import type { Store } from "../store/open-store.js";
import { streamJobFile } from "../store/stream-files.js";
import type { StreamSettings } from "../stream/options.js";
import type { MonitorSettings } from "../watch/options.js";
import { checkReady } from "./check-ready.js";
import { FolderWatch } from "./folder-watch.js";
import { inUrl, isLoopback } from "./loopback.js";
import type { ServerParts } from "./make-server.js";
import { ServiceMetrics } from "./metrics.js";
import { MonitoringRunner } from "./monitoring-runner.js";
import { monitoringService } from "./monitoring-service.js";
import type { ServeSettings } from "./options.js";
import { Poller } from "./poller.js";
import { scoreNewDays } from "./score-new-days.js";
import { StreamJob } from "./stream-job.js";
import { StreamRunner } from "./stream-runner.js";
import { streamService } from "./stream-service.js";

/** The settings that the service and the stages behind it work with. */
export interface ServiceSettings {
  serve: ServeSettings;
  stream: StreamSettings;
  features: FeatureSettings;
  score: ScoreSettings;
  monitor: MonitorSettings;
  /** For the folder that is watched, where one is. */
  load?: LoadSettings;
}

/** What is given beside the settings; secrets stand in no settings. */
export interface ServiceContext {
  /** Bearer token that every request but `/healthz` must bring. */
  token?: string | undefined;
  version?: string;
  log?: Logger;
}

/** A service that runs. */
export interface RunningService {
  /** Addresses of the services, by name. */
  addresses: Record<string, string>;
  /** Ends after the batch, the requests and the look in flight. */
  close(): Promise<void>;
}

/** Shortest token that is taken: 16 characters are 80 bits where they are random. */
const SHORTEST_TOKEN = 16;

/**
 * Starts the stream service, the monitoring service and the poller in this process, or one of them; with `watch_folder` also what
 * loads new files.
 *
 * A stream that a crash cut off continues.
 *
 * @throws ChurnError BAD_OPTION when it is to listen beyond this machine without a token, or a port is taken
 */
export async function serve(
  store: Store,
  settings: ServiceSettings,
  context: ServiceContext = {},
): Promise<RunningService> {
  const { only, ip, port, monitoring_port, log_level } = settings.serve;
  const { token, version = "0" } = context;
  checkToken(ip, token);
  const log =
    context.log ?? pino({ level: log_level, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
  const metrics = new ServiceMetrics();
  // records may come in before anything is loaded
  const mayBeMissing = only === null || only === "stream";
  const ready = () => checkReady(store, { mayBeMissing });
  const parts: ServerParts = { settings: settings.serve, token, log, metrics, version, ready };
  const monitoring = new MonitoringRunner(store, settings.monitor, log, metrics);
  const runner = new StreamRunner(
    store,
    new StreamJob(streamJobFile(settings.stream.data_dir, store.mark)),
    log,
    metrics,
  );
  const poller = new Poller(
    store,
    monitoring,
    {
      interval: settings.serve.poll_interval,
      folder: settings.monitor.output_dir,
      score: settings.serve.poll_scores ? scoreNewDays(store, settings) : undefined,
    },
    log,
    metrics,
  );

  const folder = await watchOf(store, settings, log, metrics);

  const servers: FastifyInstance[] = [];
  const addresses: Record<string, string> = {};
  const listen = async (name: string, app: FastifyInstance, at: number) => {
    servers.push(app);
    await app.listen({ host: ip, port: at }).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, name, ip, at);
    });
    const bound = app.server.address() as { port: number };
    addresses[name] = `http://${inUrl(ip)}:${bound.port}`;
    log.info(
      { address: addresses[name], token: token !== undefined ? "needed" : "not needed" },
      `${name} service listens`,
    );
  };
  try {
    if (only === null || only === "stream") {
      await listen("stream", await streamService(store, runner, settings.stream, parts), port);
      void runner.resume();
    }
    if (only === null || only === "monitoring") {
      await listen("monitoring", await monitoringService(monitoring, parts), monitoring_port);
    }
  } catch (error) {
    await runner.stop(false);
    await Promise.all(servers.map((app) => app.close()));
    throw error;
  }
  if (only === null || only === "poller") {
    poller.start();
    log.info({ seconds: settings.serve.poll_interval }, "the poller looks for new scores");
  }
  folder?.start();
  return {
    addresses,
    async close() {
      const closing = servers.map((app) => closeServer(app, settings.serve.request_timeout * 1000));
      await Promise.all([...closing, runner.stop(false), poller.stop(), folder?.stop()]);
      log.info("stopped");
    },
  };
}

/** Closes a server; a client that has not sent its request, or taken its answer, in time is left. */
async function closeServer(app: FastifyInstance, milliseconds: number): Promise<void> {
  // Node looks for slow clients no more once it closes
  const late = setTimeout(() => app.server.closeAllConnections(), Math.min(milliseconds, LONGEST_CLOSING));
  await app.close().finally(() => clearTimeout(late));
}

/** Milliseconds that clients have to end when the service stops; Docker waits for ten by default, our compose file for sixty. */
const LONGEST_CLOSING = 8000;

/** What watches the folder of the source, where that is asked for. */
async function watchOf(
  store: Store,
  { serve: { watch_folder, watch_interval }, load }: ServiceSettings,
  log: Logger,
  metrics: ServiceMetrics,
): Promise<FolderWatch | undefined> {
  if (!watch_folder || !load) return undefined;
  const shown = [load.source].flat().join(", ");
  if (!isLocal(load.source) || !(await isMany(load.source))) {
    throw new ChurnError(
      "BAD_OPTION",
      `option "serve.watch_folder" needs a folder or a pattern, and the source is ${shown}`,
      {
        hint: '"source": "cdr", or --load.source "cdr/*.csv.gz"',
      },
    );
  }
  if (load.replace || load.replace_days !== null) {
    throw new ChurnError("BAD_OPTION", 'option "serve.watch_folder" cannot go with "replace" or "replace_days"', {
      hint: "run churn load with them once",
    });
  }
  log.info({ source: shown, seconds: watch_interval }, "the folder is watched for new files");
  return new FolderWatch(store, load, watch_interval, log, metrics);
}

function checkToken(ip: string, token: string | undefined): void {
  if (token === undefined && !isLoopback(ip)) {
    throw new ChurnError("BAD_OPTION", `the service cannot listen on ${ip} without a token`, {
      hint: "set CHURN_SERVICE_TOKEN, or leave --ip away",
    });
  }
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    throw new ChurnError("BAD_OPTION", `the token of the service is shorter than ${SHORTEST_TOKEN} characters`, {
      hint: "make one with: openssl rand -hex 24",
    });
  }
}

function listenError(error: NodeJS.ErrnoException, name: string, ip: string, port: number): Error {
  const flag = name === "stream" ? "--port" : "--monitoring-port";
  if (error.code === "EADDRINUSE") {
    return new ChurnError("BAD_OPTION", `port ${port} of ${ip} is in use: the ${name} service cannot listen there`, {
      cause: error,
      hint: `stop what listens there, or name another one with ${flag}`,
    });
  }
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new ChurnError("BAD_OPTION", `the ${name} service cannot listen on ${ip}, port ${port}: ${error.code}`, {
      cause: error,
    });
  }
  return error;
}
