/** The server's certificate: which one is in force, and handshakes with it. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { X509Certificate } from "node:crypto"
import type * as Net from "node:net"
import { watch } from "./CertificateWatch.ts"
import { type InForce, load, signature } from "./internal/certificate.ts"
import { handshake, type Http2, type Secured } from "./internal/handshake.ts"
import { type TlsError, TlsFailed } from "./TlsError.ts"
import type { TlsSettings } from "./TlsSettings.ts"

export type { Http2, Secured }

/** Time before a certificate expires from which on it is said every day. */
const warnBefore = Duration.days(14)
const warnEvery = Duration.days(1)

/** What became of a wish to load the files again. */
export type Reloaded = "Changed" | "Unchanged" | "Failed"

export class TlsContext extends Context.Service<
  TlsContext,
  {
    /** Whether there is a certificate. Without one every handshake fails. */
    readonly offered: boolean
    /**
     * The server's part of a handshake over a socket that was accepted, with the certificate that is in force now. What was
     * read of the socket already is to be given back to it by `unshift`. A failure destroys it.
     */
    readonly handshake: (socket: Net.Socket, http2?: Http2) => Effect.Effect<Secured, TlsFailed>
    /**
     * Reads the files again, those that these settings name. Handshakes from then on are done with what is in them;
     * connections stay as they are. Files that cannot be used change nothing, and the log says why.
     */
    readonly reload: (settings: TlsSettings) => Effect.Effect<Reloaded>
    /** When the certificate that is in force expires, in milliseconds since 1970; undefined where there is none. */
    readonly expires: () => number | undefined
  }
>()("natter/transport/tls/TlsContext") {
  /** Fails where there are to be certificates and they cannot be used. */
  static readonly layer = (settings: TlsSettings): Layer.Layer<TlsContext, TlsError> =>
    Layer.effect(TlsContext, settings.cert === "" ? Effect.succeed(without) : make(settings))
}

const without = TlsContext.of({
  offered: false,
  handshake: (socket) =>
    Effect.suspend(() => {
      socket.destroy()
      return Effect.fail(new TlsFailed({ reason: "NotOffered" }))
    }),
  reload: () => Effect.succeed("Unchanged"),
  expires: () => undefined,
})

const make = Effect.fnUntraced(function* (settings: TlsSettings) {
  let inForce = yield* load(settings)
  yield* announce(inForce)
  /** How the files were when they were last read, whatever came of it. */
  let judged = inForce.signature
  const oneAtATime = Semaphore.makeUnsafe(1)

  const reload = (settings: TlsSettings): Effect.Effect<Reloaded> =>
    Effect.gen(function* () {
      judged = yield* signature(settings)
      const loaded = yield* load(settings)
      const changed = loaded.terms !== inForce.terms
      inForce = changed ? loaded : { ...inForce, settings }
      if (changed) yield* announce(inForce)
      return changed ? "Changed" : "Unchanged"
    }).pipe(
      Effect.catch(({ message, reason }) =>
        Effect.as(
          Effect.annotateLogs(Effect.logError(`the TLS certificate stays as it was: ${message}`), { reason }),
          "Failed" as const,
        ),
      ),
      oneAtATime.withPermits(1),
    )

  yield* watch({
    settings: () => inForce.settings,
    signature: Effect.suspend(() => signature(inForce.settings)),
    judged: () => judged,
    reload: Effect.suspend(() => reload(inForce.settings)),
  })
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.delay(
        Effect.suspend(() => remind(inForce)),
        warnEvery,
      ),
      { disableYield: true },
    ),
  )

  return TlsContext.of({
    offered: true,
    handshake: (socket, http2 = "never") =>
      Effect.suspend(() => {
        const { handshakeTimeout } = inForce.settings
        return Effect.timeoutOrElse(handshake(socket, inForce, http2), {
          duration: handshakeTimeout,
          orElse: () => Effect.fail(new TlsFailed({ reason: "Timeout" })),
        })
      }),
    reload,
    expires: () => inForce.certificate.validToDate.getTime(),
  })
})

const day = (date: Date): string => date.toISOString().slice(0, 10)

const namesOf = ({ subject, subjectAltName }: X509Certificate): string =>
  subjectAltName ?? subject.replaceAll("\n", ", ")

/** Says which certificate it is, and what is wrong with its time. */
const announce = (inForce: InForce): Effect.Effect<void> => {
  const { certificate } = inForce
  const until = day(certificate.validToDate)
  return Effect.andThen(
    Effect.annotateLogs(Effect.logInfo(`TLS certificate for ${namesOf(certificate)}, valid until ${until}`), {
      subject: certificate.subject.replaceAll("\n", ", "),
      issuer: certificate.issuer.replaceAll("\n", ", "),
      fingerprint: certificate.fingerprint256,
    }),
    remind(inForce),
  )
}

const remind = ({ certificate, settings }: InForce): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = certificate.validToDate.getTime() - now
    const until = day(certificate.validToDate)
    if (left <= 0) {
      return Effect.logWarning(`the TLS certificate in ${settings.cert} expired on ${until}: clients refuse it`)
    }
    if (certificate.validFromDate.getTime() > now) {
      const from = day(certificate.validFromDate)
      return Effect.logWarning(`the TLS certificate in ${settings.cert} is valid from ${from} on: clients refuse it`)
    }
    if (left > Duration.toMillis(warnBefore)) return Effect.void
    const days = Math.ceil(left / Duration.toMillis(warnEvery))
    return Effect.logWarning(`the TLS certificate in ${settings.cert} expires in ${days} days, on ${until}: renew it`)
  })
