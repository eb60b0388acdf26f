/** MQTT 3.1.1 and 5: what a client subscribes to is a channel, and what it publishes is said there (docs/GATEWAYS.md). */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { KeptClients } from "../accounts/KeptClients.ts"
import type { Dialect } from "../session/Dialect.ts"
import type { Session } from "../session/Session.ts"
import { Clients, textOf } from "./Clients.ts"
import { opening } from "./internal/connecting.ts"
import type { Common } from "./internal/Peer.ts"
import type { MqttSettings } from "./MqttSettings.ts"
import { PacketReader } from "./PacketReader.ts"
import { makeRenderer } from "./Told.ts"
import { Topics } from "./Topic.ts"

/** Before the end, for what is still to be kept. */
const patience = Duration.seconds(5)

/** How often it is looked for clients that are gone for too long. */
const sweepEvery = Duration.minutes(1)

/** As long as the scope is open it remembers clients that come and go. */
export const make = Effect.fnUntraced(function* (
  settings: MqttSettings,
): Effect.fn.Return<Dialect<Session>, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  const kept = Option.getOrUndefined(yield* Effect.serviceOption(KeptClients))
  const unawaited = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(unawaited)<never>()
  // What is kept of those who were there to the end is kept before the storage closes.
  yield* Effect.addFinalizer(() => Effect.timeoutOption(FiberSet.awaitEmpty(unawaited), patience))
  const runAlone = yield* FiberMap.makeRuntime<never, string>()
  // As many as are kept of clients that are gone.
  let waiting = 0
  const wait = (seconds: number, said: Effect.Effect<void>) => {
    waiting++
    const waited = Effect.ensuring(
      Effect.sleep(Duration.seconds(seconds)),
      Effect.sync(() => void waiting--),
    )
    return Effect.andThen(waited, said)
  }
  const clients = new Clients({
    settings,
    kept: kept ?? Context.get(yield* Layer.build(KeptClients.layerMemory), KeptClients),
    // Another process may ask when that is.
    now: () => clock.currentTimeMillisUnsafe(),
    makeTag: () => `mq${Math.floor(random.nextDoubleUnsafe() * 2 ** 48).toString(36)}.`,
    run,
  })
  yield* clients.sweep.pipe(Effect.delay(sweepEvery), Effect.forever({ disableYield: true }), Effect.forkScoped)
  const topics = new Topics(settings.prefix)
  const common: Common = {
    clients,
    topics,
    renderer: makeRenderer(topics),
    encodings: {
      4: { version: 4, codec: "mqtt", compression: null },
      5: { version: 5, codec: "mqtt", compression: null },
    },
    afterwards: (key, seconds, said) => {
      if (seconds === 0 || waiting >= settings.maxSessions) run(said)
      else runAlone(textOf(key), wait(seconds, said))
    },
    isBack: (key) => {
      if (waiting > 0) runAlone(textOf(key), Effect.void)
    },
  }
  return {
    name: "mqtt",
    begins,
    makeReader: (maxBytes) => new PacketReader(maxBytes),
    protocol: opening(common, settings),
  }
})

/** The first byte of a `CONNECT`, with which everything begins. */
const begins = (bytes: Uint8Array): "Yes" | "No" => (bytes[0] === 0x10 ? "Yes" : "No")
