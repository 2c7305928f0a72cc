import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { SECTIONS } from "../../src/config/configure.js";
import { temporaryFolder } from "../download/temporary-folder.js";

const file = fileURLToPath(new URL("../../docker/compose.yaml", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const text = readFileSync(file, "utf8");

const INSTALL = "go install github.com/compose-spec/compose-go/v2/cmd@v2.16.2, and its path in CHURN_TEST_COMPOSE";
const composeGo = process.env.CHURN_TEST_COMPOSE;
if (!composeGo) {
  const message = `compose's own library is missing, which checks docker/compose.yaml: ${INSTALL}`;
  if (process.env.CI) throw new Error(message);
  console.warn(message);
}

interface Service {
  image: string;
  command?: string[];
  ports?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}
const compose = parse(text, { merge: true }) as {
  services: Record<"lab" | "service" | "mysql", Service>;
  volumes: Record<string, null>;
  secrets: Record<string, { file: string }>;
};
const services = Object.entries(compose.services);

describe("docker/compose.yaml", () => {
  it("has Lab, the services and MySQL 8.4", () => {
    expect(Object.keys(compose.services)).toEqual(["lab", "service", "mysql"]);
    expect(compose.services.mysql.image).toBe("mysql:8.4");
  });

  it("opens ports to this machine only", () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBeGreaterThan(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it("keeps every password in a file that git does not take, and none in itself", () => {
    for (const [name, { environment = {}, secrets = [] }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASSWORD|TOKEN|SECRET|KEY/.test(variable)) continue;
        expect([name, variable]).toEqual([name, expect.stringMatching(/_FILE$/)]);
        expect(secrets.map((secret) => `/run/secrets/${secret}`)).toContain(value);
      }
      for (const secret of secrets) expect(compose.secrets[secret]?.file).toBe(`./secrets/${secret}`);
    }
    expect(text).not.toMatch(/:\/\/[^@\s]+:[^@\s]+@/);
    const ignored = readFileSync(join(file, "../../.gitignore"), "utf8").split("\n");
    expect(ignored).toContain("docker/secrets/");
  });

  it("declares every volume and secret that a service uses", () => {
    for (const [, { volumes = [], secrets = [] }] of services) {
      for (const volume of volumes) {
        const [from = ""] = volume.split(":");
        if (from.startsWith(".")) expect(existsSync(join(file, "..", from))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
      for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    }
  });

  it("starts Lab and the services when MySQL answers", () => {
    expect(compose.services.mysql.healthcheck?.test.join(" ")).toMatch(/mysqladmin ping --host=127\.0\.0\.1/);
    for (const name of ["lab", "service"] as const) {
      expect(compose.services[name].depends_on).toEqual({ mysql: { condition: "service_healthy" } });
    }
  });

  it("keeps what a container wrote: data, charts, notebooks and tables", () => {
    const kept = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[1]));
    for (const folder of ["data", "output", "notebooks"]) expect(kept).toContain(`/workbench/${folder}`);
    expect(kept).toContain("/var/lib/mysql");
  });

  it("gives options that exist", () => {
    // CHURN_SERVE_IP and the like name an option; passwords and tokens are of the store and the service
    for (const [, { environment = {} }] of services) {
      for (const variable of Object.keys(environment)) {
        const [, section = "", key = ""] = /^CHURN_([A-Z]+)_([A-Z_]+)$/.exec(variable) ?? [];
        if (!section || variable.endsWith("_FILE")) continue;
        const known = (SECTIONS as Record<string, { fields: readonly { key: string }[] }>)[section.toLowerCase()];
        expect(known?.fields.map((field) => field.key)).toContain(key.toLowerCase());
      }
    }
  });

  it.skipIf(!composeGo)("is what compose's own library takes and makes of it", () => {
    const project = JSON.parse(resolved(file)) as {
      services: Record<string, { build?: { context: string } }>;
      secrets: Record<string, { file: string }>;
    };
    expect(Object.keys(project.services).sort()).toEqual(["lab", "mysql", "service"]);
    expect(project.services.lab?.build?.context).toBe(root);
    expect(project.secrets.mysql_password?.file).toBe(join(root, "docker/secrets/mysql_password"));
  });

  it.skipIf(!composeGo)("would be refused with a key, a condition or a port that compose does not know", async () => {
    const folder = await temporaryFolder();
    for (const [wrong, message] of [
      [text.replace("init: true", "inti: true"), /inti/],
      [text.replace("service_healthy", "service_happy"), /condition/],
      [text.replace("127.0.0.1:3306:3306", "127.0.0.1:3306:x"), /containerPort/],
    ] as const) {
      const path = join(folder, "compose.yaml");
      await writeFile(path, wrong);
      expect(() => resolved(path)).toThrow(message);
    }
  });
});

/** The project as compose sees it; throws what it refuses. */
function resolved(path: string): string {
  return execFileSync(composeGo as string, ["-format", "json", basename(path)], {
    cwd: dirname(path),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
