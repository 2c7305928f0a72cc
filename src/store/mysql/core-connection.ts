import type { Connection as CoreConnection } from "mysql2";
import type { Connection } from "mysql2/promise";

/** What the client has and does not declare: the server's greeting, and the socket. */
interface Undeclared {
  _handshakePacket?: { serverVersion?: string };
  stream?: { ref?(): void; unref?(): void };
}

/** The connection that the client's promises wrap. */
export function coreConnection(connection: Connection): CoreConnection & Undeclared {
  return (connection as unknown as { connection: CoreConnection & Undeclared }).connection;
}
