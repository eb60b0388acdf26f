// Apart from the listener, so that settings can be read without loading a server.
import * as Duration from "effect/Duration"

export interface TcpSettings {
  /** An IP address or a host name; "::" is every address of IPv6 and IPv4. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Whether these are listened on where there are other places. */
  readonly listen: boolean
  /** Connections that may wait to be accepted. */
  readonly backlog: number
  /** Lets several processes listen on the same port. */
  readonly reusePort: boolean
  /** Idle time after which the operating system probes a connection. */
  readonly keepAlive: Duration.Duration
}

export const defaults: TcpSettings = {
  host: "127.0.0.1",
  port: 8080,
  listen: true,
  backlog: 511,
  reusePort: false,
  keepAlive: Duration.seconds(60),
}
