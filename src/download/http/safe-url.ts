/** True for https:, and for http: to this machine. */
export function isSafe(url: URL): boolean {
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}

/** A URL as an error and a log may show it: a query may hold a signature. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
