/** Announces a server in a network as long as it runs. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Monotonic from "../domain/Monotonic.ts"
import * as Advertisement from "./Advertisement.ts"
import * as Packet from "./Packet.ts"
import type { Datagram, Wire } from "./Wire.ts"

/** Times of RFC 6762, 8. */
const probes = 3
const probeEvery = Duration.millis(250)
const announceAgainAfter = Duration.seconds(1)
/** A name that is always taken is somebody's who means it. */
const attemptsAtMost = 16

/** Milliseconds within which everybody is told the same only once, however many ask. */
const onceWithin = 1000
/** Answers in such a time to those who ask from ports of their own. */
const aloneAtMost = 32

/**
 * Finds a name that nobody has, says that the server is there, and answers who asks, until the scope closes; then it says
 * that the server is gone. Succeeds with its name, once it is announced.
 */
export const announce = Effect.fnUntraced(function* (
  wire: Wire,
  advertised: Advertisement.Advertised,
  host: string,
  addresses: ReadonlyArray<string>,
): Effect.fn.Return<string, never, Scope.Scope> {
  const claim = (attempt: number) => Advertisement.make(advertised, host, addresses, attempt)
  let attempt = 1
  let ours = claim(attempt)

  /** Whether somebody has the name, or is about to take it at this very moment and comes first. */
  const objects = Effect.forever(
    Effect.flatMap(Queue.take(wire.received), ({ bytes }) => {
      const packet = Result.getOrUndefined(Packet.read(bytes))
      if (packet === undefined) return Effect.void
      const isTaken = packet.isAnswer
        ? Advertisement.isTaken(ours, [...packet.answers, ...packet.others])
        : Advertisement.yields(ours, packet.claims)
      return isTaken ? Effect.fail("Taken" as const) : Effect.void
    }),
    { disableYield: true },
  )
  const probing = Effect.gen(function* () {
    yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, 250)))
    for (let probe = 0; probe < probes; probe++) {
      yield* wire.send(Packet.question([{ name: ours.instance, type: "ANY" }], { claims: ours.own }))
      yield* Effect.sleep(probeEvery)
    }
  })
  while (attempt < attemptsAtMost) {
    const isFree = yield* Effect.raceFirst(
      Effect.as(probing, true),
      Effect.catch(objects, () => Effect.succeed(false)),
    )
    if (isFree) break
    ours = claim(++attempt)
  }

  const everything = Packet.answer(ours.all, [])
  const gone = Packet.answer(
    ours.all.map((record) => ({ ...record, ttl: 0 })),
    [],
  )
  yield* Effect.addFinalizer(() => wire.send(gone))
  yield* wire.send(everything)
  yield* Effect.forkScoped(Effect.andThen(Effect.sleep(announceAgainAfter), wire.send(everything)))

  const clock = yield* Clock.Clock
  /** When everybody was told a record last. Bounded by the records that there are. */
  const toldAt = new Map<Packet.Record, number>()
  let [aloneSince, alone] = [0, 0]
  const respond = ({ bytes, from }: Datagram): Effect.Effect<void> => {
    const packet = Result.getOrUndefined(Packet.read(bytes))
    if (packet === undefined || packet.isAnswer) return Effect.void
    const said = Advertisement.answersTo(ours, packet)
    if (said === undefined) return Effect.void
    const now = Monotonic.millis(clock)
    if (from.port !== Packet.port) {
      if (now - aloneSince >= onceWithin) [aloneSince, alone] = [now, 0]
      if (++alone > aloneAtMost) return Effect.void
      return wire.send(Packet.answer(said.answers, said.others, packet), from)
    }
    const due = said.answers.filter((record) => now - (toldAt.get(record) ?? -onceWithin) >= onceWithin)
    if (due.length === 0) return Effect.void
    for (const record of due) toldAt.set(record, now)
    return wire.send(Packet.answer(due, said.others))
  }
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(wire.received), respond), { disableYield: true }))
  return ours.instance.slice(0, -Advertisement.kind.length - 1)
})
