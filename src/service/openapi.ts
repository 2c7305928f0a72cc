import { z } from "zod";

/** One route as the document shows it; its types are those that check what comes in. */
export interface ApiRoute {
  method: "GET" | "POST";
  url: string;
  summary: string;
  headers?: Record<string, string>;
  body?: z.ZodType;
  /** Body of one element of the request, where each is checked on its own. */
  example?: unknown;
  answers: Record<number, { description: string; body?: z.ZodType }>;
}

/**
 * The OpenAPI 3.1 document of a service, from the very zod types that check its requests.
 *
 * @param version of the package
 */
export function openapi(name: string, version: string, routes: readonly ApiRoute[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, url, summary, headers, body, example, answers } of routes) {
    const parameters = Object.entries(headers ?? {}).map(([header, description]) => ({
      name: header,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    }));
    const content = (type: z.ZodType, io: "input" | "output") => ({
      "application/json": { schema: jsonSchema(type, io), ...(example && io === "input" ? { example } : {}) },
    });
    paths[url] = {
      ...paths[url],
      [method.toLowerCase()]: {
        summary,
        operationId: `${method.toLowerCase()}${url.replace(/\W+/g, "_")}`,
        ...(parameters.length ? { parameters } : {}),
        ...(body ? { requestBody: { required: false, content: content(body, "input") } } : {}),
        responses: Object.fromEntries(
          Object.entries(answers).map(([status, { description, body: type }]) => [
            status,
            { description, ...(type ? { content: content(type, "output") } : {}) },
          ]),
        ),
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: { title: `Churn Workbench: ${name}`, version },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths,
  };
}

function jsonSchema(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io, unrepresentable: "any" });
  return schema;
}
