// A client that hides nothing: one request after the other over a bare connection, each error noted down.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { MessageId } from "../../src/domain/MessageId.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { isSettled } from "./Ledger.ts"
import type { Disconnect } from "../../src/domain/Disconnect.ts"
import type { Operation } from "./Record.ts"
import type { Participant, Setting } from "./Setting.ts"

export const run = ({ address, channels, isQuiet, ledger, pace }: Setting, { client: name, user }: Participant) => {
  const credentials = { username: user, password: Redacted.make("secret") }
  let count = 0
  let open: Operation | undefined

  const complain = (reason: string) =>
    Effect.sync(() => ledger.rejections.push({ client: name, reason, at: ledger.now() }))

  const visit = Effect.gen(function* () {
    const connection = yield* Tcp.connect(address)
    yield* connection.signIn(credentials)
    const hearing = Stream.runDrain(connection.events)
    const talking = Effect.gen(function* () {
      if (open === undefined || isSettled(open)) {
        yield* Effect.sleep(Duration.millis((yield* Random.next) * (2000 / pace)))
        if (isQuiet()) return
        const id = `${name}-${++count}`
        const channel = yield* Random.choice(channels as [string, ...Array<string>])
        open = ledger.add({
          client: name,
          user,
          id,
          channel,
          act: { type: "Message", content: `${name} says ${count}` },
        })
      }
      const { act, answers, channel, id } = open
      if (act.type !== "Message") return
      yield* connection.publish(channel, act.content, MessageId.make(id!)).pipe(
        Effect.map(({ durability, seq, timestamp }) => {
          answers.push({ seq, timestamp, durability, at: ledger.now() })
        }),
        Effect.catchTag("RequestError", ({ reason }) => Effect.andThen(complain(reason), Effect.sleep("100 millis"))),
      )
    })
    const enter = (channel: string): Effect.Effect<unknown, Disconnect> =>
      Effect.catchTag(connection.join(channel), "RequestError", ({ reason }) =>
        complain(reason).pipe(Effect.andThen(Effect.sleep("100 millis")), Effect.andThen(enter(channel))),
      )
    return yield* Effect.raceFirst(hearing, Effect.andThen(Effect.forEach(channels, enter), Effect.forever(talking)))
  }).pipe(Effect.scoped, Effect.ignore)

  return Effect.forever(Effect.andThen(visit, Effect.sleep("200 millis")))
}
