/** The keys of an outside issuer, as it publishes them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Jose from "jose"
import * as Monotonic from "../../domain/Monotonic.ts"
import { IssuerAway } from "../AccountError.ts"
import { asKeySourceError, KeySource, KeySourceError } from "../KeySource.ts"
import type { OutsideIssuerSettings } from "../OutsideIssuerSettings.ts"

/** How long an answer is waited for. */
const patience = Duration.seconds(5)

/** How long keys count before they are read anew: one that the issuer withdrew is good no longer. */
const fresh = Duration.toMillis(Duration.minutes(10))

/** How long they still count where the issuer can't be reached. */
const stale = Duration.toMillis(Duration.days(1))

/** Time between two readings because of a key that is not there, or because one failed: anybody can ask for those. */
const cooldown = Duration.toMillis(Duration.seconds(30))
const pause = Duration.seconds(5)

const Discovery = Schema.Struct({ issuer: Schema.String, jwks_uri: Schema.String })
const decodeDiscovery = Schema.decodeUnknownEffect(Discovery)

export interface KeySet {
  readonly find: ReturnType<typeof Jose.createLocalJWKSet>
  readonly readAt: number
}

interface IssuerKeys {
  readonly current: Effect.Effect<KeySet, IssuerAway>
  /** Those of now, for a key that is not among these; undefined where they were read just before. */
  readonly after: (keys: KeySet) => Effect.Effect<KeySet | undefined, IssuerAway>
}

const refuse = (problem: string) => Effect.fail(new KeySourceError({ problem }))

export const make = Effect.fnUntraced(function* (settings: Pick<OutsideIssuerSettings, "issuer" | "jwks">) {
  const json = yield* KeySource
  const alone = yield* Semaphore.make(1)
  const { issuer } = settings
  let known: KeySet | undefined
  let failedAt: number | undefined

  /** A document tells of no place that is less safe than itself. */
  const discovered = Effect.gen(function* () {
    const found = yield* decodeDiscovery(yield* json(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`))
    if (found.issuer !== issuer) return yield* refuse(`it says that it is of ${JSON.stringify(found.issuer)}`)
    const isSafe = found.jwks_uri.startsWith("https:") || issuer.startsWith("http:")
    return isSafe ? found.jwks_uri : yield* refuse("it has its keys where they can be changed on their way")
  })

  const read = Effect.gen(function* () {
    const published = yield* json(settings.jwks === "" ? yield* discovered : settings.jwks)
    const find = yield* Effect.try({
      try: () => Jose.createLocalJWKSet(published as Jose.JSONWebKeySet),
      catch: asKeySourceError,
    })
    const keys: KeySet = { find, readAt: yield* Monotonic.now }
    known = keys
    failedAt = undefined
    return keys
  }).pipe(
    Effect.timeout(patience),
    Effect.tapError((cause) =>
      Effect.flatMap(Monotonic.now, (now) => {
        failedAt = now
        return Effect.annotateLogs(Effect.logWarning("the keys of an issuer can't be read", cause), { issuer })
      }),
    ),
    Effect.mapError(() => new IssuerAway({ retryAfter: pause })),
  )

  /** Reads them, unless that failed a moment ago. */
  const reading = Effect.flatMap(Monotonic.now, (now) =>
    failedAt !== undefined && now - failedAt < Duration.toMillis(pause)
      ? Effect.fail(new IssuerAway({ retryAfter: pause }))
      : read,
  )

  const keys: IssuerKeys = {
    current: Effect.suspend(() => {
      return Effect.flatMap(Monotonic.now, (now) => {
        const before = known
        if (before === undefined) return reading
        const age = now - before.readAt
        if (age < fresh) return Effect.succeed(before)
        return age < stale ? Effect.orElseSucceed(reading, () => before) : reading
      })
    }).pipe((reading) => alone.withPermit(reading)),
    after: (keys) =>
      Effect.flatMap(Monotonic.now, (now): Effect.Effect<KeySet | undefined, IssuerAway> => {
        if (known !== undefined && known !== keys) return Effect.succeed(known)
        return now - keys.readAt < cooldown ? Effect.undefined : reading
      }).pipe((reading) => alone.withPermit(reading)),
  }
  return keys
})
