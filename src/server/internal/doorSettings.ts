/** The settings by which the service is reached: sockets, TLS, WebSocket, HTTP, and the proxies in front. */
import { proxyHeaders, proxyProtocols } from "../../transport/address/ProxySettings.ts"
import { clientCertificates, clientNames, minVersions } from "../../transport/tls/TlsSettings.ts"
import { setting } from "./field.ts"
import { choice, duration, hidden, int, networks, onOff, optionalFile, origins, size, urlPath } from "./kind.ts"

const million = 1_000_000

export const doorSettings = {
  "tcp.listen": setting(
    "tcp.listen",
    onOff,
    "Whether `host` and `port` are listened on; they are in any case where `listen` names no place and systemd hands over no socket",
  ),
  "tcp.backlog": setting("tcp.backlog", int(1, 65_535), "Connections that may wait to be accepted"),
  "tcp.reuse-port": setting("tcp.reusePort", onOff, "Whether several processes may listen on the same port"),
  "tcp.keep-alive": setting(
    "tcp.keepAlive",
    duration("1 second", "1 day"),
    "Idle time after which the operating system probes a connection",
  ),

  "tls.cert": setting(
    "tls.cert",
    optionalFile,
    "The server's certificate, and behind it those between it and its authority (PEM); without one there is no TLS",
    { flag: "FILE" },
  ),
  "tls.key": setting("tls.key", optionalFile, "The private key of `tls.cert` (PEM)", { flag: "FILE" }),
  "tls.passphrase": setting("tls.passphrase", hidden("a passphrase"), "What `tls.key` is encrypted with", {
    secret: true,
  }),
  "tls.min-version": setting("tls.minVersion", choice(...minVersions), "Oldest version of TLS that is spoken"),
  "tls.client-ca": setting("tls.clientCa", optionalFile, "The authorities that certify clients (PEM)"),
  "tls.client-certificates": setting(
    "tls.clientCertificates",
    choice(...clientCertificates),
    "Whether clients are asked for a certificate of `tls.client-ca`; who has one signs in to the account that it names without a password. With `required` nobody else comes in over TLS",
  ),
  "tls.client-name": setting(
    "tls.clientName",
    choice(...clientNames),
    "Which name in a client's certificate is its account's: the common name, the address of mail up to its `@`, the name of a host, or the last part of a URI; there has to be exactly one",
  ),
  "tls.watch": setting(
    "tls.watch",
    onOff,
    "Whether the files are read again when they change, those of `cluster.tls-cert`, too; SIGHUP does that in any case. Connections stay",
  ),
  "tls.handshake-timeout": setting(
    "tls.handshakeTimeout",
    duration("1 second", "1 minute"),
    "Time for a handshake of TLS",
  ),

  "websocket.path": setting("websocket.path", urlPath, "Where a WebSocket is asked for"),
  "websocket.origins": setting(
    "websocket.origins",
    origins,
    "Pages of which origins may connect, beside those of the service's own; `*` lets all of them. Programs that are no browser are not asked",
  ),
  "websocket.compression": setting(
    "websocket.compression",
    onOff,
    "Whether messages are compressed for clients that ask for it (permessage-deflate)",
  ),

  "sse.path": setting("sse.path", urlPath, "Where Server-Sent Events are asked for; what goes up is posted below it"),
  "sse.resume": setting(
    "sse.resume",
    duration(0, "10 minutes"),
    "How long a session waits for its reader where a response broke",
  ),
  "sse.memory": setting(
    "sse.memory",
    size(64 * 1024, 16 * 1024 * 1024),
    "Bytes of what was sent that are kept for a reader that comes back",
  ),
  "sse.keep-alive": setting(
    "sse.keepAlive",
    duration("1 second", "10 minutes"),
    "The longest silence in a response, so that nothing on the way cuts it",
  ),

  "http.max-header-size": setting(
    "http.maxHeaderBytes",
    size(4096, 256 * 1024),
    "Bytes of an HTTP request's line and headers",
  ),
  "http.headers-timeout": setting("http.headersTimeout", duration("1 second", "1 minute"), "Time for them to come"),
  "http.request-timeout": setting(
    "http.requestTimeout",
    duration("1 second", "1 hour"),
    "Time for an HTTP request to come as a whole",
  ),
  "http.response-timeout": setting(
    "http.responseTimeout",
    duration("1 second", "1 hour"),
    "How long a connection of HTTP may stand still while an answer is made or read; streams of events have limits of their own",
  ),
  "http.keep-alive": setting(
    "http.keepAlive",
    duration("1 second", "10 minutes"),
    "How long a connection of HTTP is kept for the next request",
  ),

  "connections.total": setting("connections.total", int(1, million), "Connections at once"),
  "connections.per-address": setting(
    "connections.perAddress",
    int(1, million),
    "Connections at once from one IPv4 address or IPv6 /64; this machine is exempt, which is loopback and UNIX sockets",
  ),

  "proxies.trusted": setting(
    "proxies.trusted",
    networks,
    "Proxies in front of the service that say who is behind them: that address counts for limits, bans and logs then, and nobody else is believed; `private` is 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7, `unix` whoever comes over a UNIX socket",
  ),
  "proxies.protocol": setting(
    "proxies.protocol",
    choice(...proxyProtocols),
    "Whether connections from `proxies.trusted` begin with a header of the PROXY protocol, version 1 or 2; choose `required` or `off` where a trusted proxy passes on bytes that it does not understand, since a client could put a header of its own before them",
  ),
  "proxies.header": setting(
    "proxies.header",
    choice(...proxyHeaders),
    "In which header of HTTP `proxies.trusted` say who is behind them; with `any` a request is refused where two of them name different clients",
  ),
}
