import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Net from "node:net"
import * as Tls from "node:tls"
import { reset } from "../../internal/reset.ts"
import { TlsFailed } from "../TlsError.ts"
import type { InForce } from "./certificate.ts"
import { accountOf } from "./clientName.ts"

/** A socket over which the handshake is done. */
export interface Secured {
  readonly socket: Tls.TLSSocket
  /** What the client's certificate says, where it has shown one that is verified, with one name in it. */
  readonly certificate: { readonly account: string } | undefined
}

/** When HTTP/2 is spoken: not at all, with who knows nothing else (a browser is to get the page), or with whoever knows it. */
export type Http2 = "never" | "where-alone" | "first"

/**
 * What is spoken inside is told by its first bytes, so nobody has to say it here. Who wants to hear a name hears his own,
 * but for those of HTTP, of which there is only this one.
 */
const chooseProtocol =
  (http2: Http2) =>
  ({ protocols }: { readonly protocols: ReadonlyArray<string> }): string | undefined => {
    const order = http2 === "first" ? ["h2", "http/1.1"] : http2 === "never" ? ["http/1.1"] : ["http/1.1", "h2"]
    const known = order.find((protocol) => protocols.includes(protocol))
    return known ?? protocols.find((protocol) => !/^h\d|^http\//.test(protocol))
  }

/** Why the client's certificate does not count; undefined where it does. Where Node does not tell any more, it does not. */
const verifyError = (socket: Tls.TLSSocket): unknown => {
  // `authorized` is set for those alone that a `tls.Server` has accepted, and by this.
  const handle: unknown = Predicate.hasProperty(socket, "_handle") ? socket._handle : undefined
  if (!Predicate.hasProperty(handle, "verifyError") || !Predicate.isFunction(handle.verifyError)) {
    return new Error("this Node does not say whether it is verified")
  }
  const error: unknown = handle.verifyError()
  if (error !== null && error !== undefined) return error
  return socket.getPeerX509Certificate() === undefined ? new Error("there is none") : undefined
}

const ignore = (): void => {}

/**
 * The server's part of the handshake, over a socket that was accepted. What was read of it already is to be given back by
 * `unshift`. A failure, or an interruption, destroys the socket.
 */
export const handshake = (carrier: Net.Socket, inForce: InForce, http2: Http2): Effect.Effect<Secured, TlsFailed> =>
  Effect.callback<Secured, TlsFailed>((resume) => {
    const { clientCertificates, clientName } = inForce.settings
    const required = clientCertificates === "required"
    const asks = clientCertificates !== "off"
    const fail = (reason: TlsFailed["reason"], cause?: unknown): void => {
      // A client that was refused when it takes the handshake for done is to see that it was no proper end.
      if (reason === "Certificate") reset(carrier)
      else carrier.destroy()
      resume(Effect.fail(new TlsFailed({ reason, cause })))
    }
    // It would be wrapped in another way, which is slower and knows no errors.
    if (carrier.destroyed) return fail("Closed")
    const socket = new Tls.TLSSocket(carrier, {
      isServer: true,
      secureContext: inForce.secureContext,
      requestCert: asks,
      rejectUnauthorized: required,
      ALPNCallback: chooseProtocol(http2),
    })
    const onError = (cause: unknown) => fail("Handshake", cause)
    const onClose = () => fail("Closed")
    socket.on("error", ignore)
    socket.on("error", onError)
    socket.on("close", onClose)
    // Who has more to hear than to say can say so when there is something to hear.
    socket.on("end", onClose)
    // What goes wrong behind the handshake, such as a record that was tampered with, is told by this alone.
    socket.on("_tlsError", () => socket.destroy())
    socket.once("secure", () => {
      // As Node's own server of TLS does then, and its HTTP/2 waits for: otherwise nothing would ever be read there.
      Object.assign(socket, { secureConnecting: false })
      socket.off("error", onError)
      socket.off("close", onClose)
      socket.off("end", onClose)
      const wrong = asks ? verifyError(socket) : undefined
      if (required && wrong !== undefined) return fail("Certificate", wrong)
      const shown = asks && wrong === undefined ? socket.getPeerX509Certificate() : undefined
      const account = shown === undefined ? undefined : accountOf(shown, clientName)
      resume(Effect.succeed({ socket, certificate: account === undefined ? undefined : { account } }))
    })
    return Effect.sync(() => carrier.destroy())
  })
