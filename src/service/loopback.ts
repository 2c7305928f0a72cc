import { isIPv6 } from "node:net";

/** Whether an address to listen on is reached from this machine only. */
export function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || /^127\.\d+\.\d+\.\d+$/.test(ip);
}

/** Whether a host name in a request means this machine. */
export function isOwnName(host: string): boolean {
  return isLoopback(host.replace(/^\[|\]$/g, "")) || host.endsWith(".localhost");
}

/** An address as it stands in a URL. */
export function inUrl(ip: string): string {
  return isIPv6(ip) ? `[${ip}]` : ip;
}
