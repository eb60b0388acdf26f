// A client of the shipped library that publishes and changes messages, and records all of it.
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Client from "../../src/client/Client.ts"
import { Dialer } from "../../src/client/Dialer.ts"
import { isEntry } from "../../src/client/Event.ts"
import { OutboxFull } from "../../src/client/PublishError.ts"
import * as Tcp from "../../src/client/transport/Tcp.ts"
import { MessageId } from "../../src/domain/MessageId.ts"
import { catalog, RequestError } from "../../src/domain/RequestError.ts"
import { lastOf } from "./Ledger.ts"
import type { Action, Answer, Entry, Operation } from "./Record.ts"
import { recordedName, placesOf, type Participant, type Setting } from "./Setting.ts"

/** Shorter than the default: a run should be about kills, not about waiting for the next attempt. */
const backoff = { base: Duration.millis(50), cap: Duration.millis(500) }
const soon = Schedule.spaced("100 millis")

/** A client of the library; it is tried until there is a service. */
export const connect = (
  { address, client }: Setting,
  { dialer: own, user }: Participant,
): Effect.Effect<Client.Client, never, Scope.Scope> =>
  Effect.gen(function* () {
    const dialer = yield* Layer.build(own === undefined ? Tcp.layer(address) : Layer.succeed(Dialer, own))
    const credentials = { username: user, password: Redacted.make("secret") }
    return yield* Client.make({ backoff, ...client, credentials }).pipe(Effect.provide(dialer))
  }).pipe(Effect.retry(soon), Effect.orDie)

/** Whoever was written to in a direct conversation is a member already, which is no refusal. */
const isRefusal = (error: unknown) => error instanceof RequestError && error.reason !== "AlreadyMember"

/** Joins the channels where it left them, and records what it receives, pausing before each event. */
export const listen = Effect.fnUntraced(function* (
  setting: Setting,
  participant: Participant,
  client: Client.Client,
  pause: Effect.Effect<void> = Effect.void,
) {
  const places = placesOf(setting, participant)
  const heardIn = new Map(
    places.map((channel) => [
      channel,
      setting.ledger.observationOf(participant.client, recordedName(channel, participant)),
    ]),
  )
  const enter = (channel: string) =>
    Effect.suspend(() => client.join(channel, { after: lastOf(heardIn.get(channel)!) })).pipe(
      Effect.retry({ schedule: soon, while: isRefusal }),
      Effect.ignore,
    )
  const events = yield* client.subscribe
  const run = yield* FiberSet.makeRuntime<never>()
  yield* Effect.forkScoped(
    Effect.ignore(
      Stream.runForEach(events, (event) =>
        Effect.andThen(
          pause,
          Effect.sync(() => {
            // Thrown out by the server, it goes in again.
            if (event.type === "Left" && event.ref === undefined) run(enter(event.channel))
            if (isEntry(event) || event.type === "Missed") heardIn.get(event.channel)!.entries.push(event)
          }),
        ),
      ),
    ),
  )
  yield* Effect.forEach(places, enter, { concurrency: "unbounded", discard: true })
})

export const send = (
  client: Client.Client,
  channel: string,
  { act, id }: Operation,
): ReturnType<Client.Client["publish"]> => {
  const messageId = MessageId.make(id!)
  switch (act.type) {
    case "Message":
      return client.publish(channel, act.content, { id: messageId, file: act.file })
    case "Edited":
      return client.edit(channel, act.target, act.content, messageId)
    case "Deleted":
      return client.delete(channel, act.target, messageId)
    case "Reacted":
      return client.react(channel, act.target, act.reaction, act.on, messageId)
  }
}

/** Records what came of it; undefined where it was not acknowledged. */
export const noted = (
  { ledger }: Setting,
  operation: Operation,
  sending: ReturnType<typeof send>,
): Effect.Effect<Answer | undefined> =>
  sending.pipe(
    Effect.match({
      onSuccess: ({ durability, seq, timestamp }) => {
        const answer = { seq, timestamp, durability, at: ledger.now() }
        operation.answers.push(answer)
        return answer
      },
      onFailure: (error) => {
        const final = error instanceof OutboxFull || (error instanceof RequestError && !catalog[error.reason].retryable)
        operation.refused = { reason: error instanceof RequestError ? error.reason : error._tag, final }
        return undefined
      },
    }),
    Effect.onInterrupt(() => Effect.sync(() => (operation.refused ??= { reason: "left", final: false }))),
  )

const reactions = ["👍", "🎉", "❤️"]

export class Publisher {
  private readonly setting: Setting
  private readonly participant: Participant
  private sent = 0
  /** The latest messages that can be changed, by channel: its own, and everybody's. */
  private readonly own = new Map<string, Array<number>>()

  constructor(setting: Setting, participant: Participant) {
    this.setting = setting
    this.participant = participant
  }

  /** Talks until everybody is quiet; done when everything has an answer. */
  talk(client: Client.Client): Effect.Effect<void> {
    const { maxInFlight = 32, pace, quiet } = this.setting
    return Effect.gen({ self: this }, function* () {
      const inFlight = yield* FiberSet.make<void>()
      const next = Effect.gen({ self: this }, function* () {
        yield* Effect.sleep(Duration.millis((yield* Random.next) * (2000 / pace)))
        if ((yield* FiberSet.size(inFlight)) < maxInFlight) yield* FiberSet.run(inFlight, this.saySomething(client))
      })
      yield* Effect.raceFirst(Effect.forever(next), quiet)
      yield* FiberSet.awaitEmpty(inFlight)
    }).pipe(Effect.scoped)
  }

  private saySomething(client: Client.Client): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { participant, setting } = this
      const channel = yield* Random.choice(placesOf(setting, participant) as [string, ...Array<string>])
      const act = yield* this.act(channel)
      const id = `${participant.client.replaceAll(" ", "_")}-${++this.sent}`
      const operation = setting.ledger.add({
        client: participant.client,
        user: participant.user,
        id,
        channel: recordedName(channel, participant),
        act,
      })
      operation.again = (yield* Random.next) <= 0.1
      const once = Effect.suspend(() => this.answered(channel, operation, send(client, channel, operation)))
      // With the same id, as a client does that has lost the answer.
      const twice = Effect.delay(once, Duration.millis(yield* Random.nextIntBetween(0, 3000)))
      yield* Effect.ensuring(
        operation.again ? Effect.andThen(once, twice) : once,
        Effect.sync(() => (operation.again = false)),
      )
    })
  }

  private act(channel: string): Effect.Effect<Action> {
    return Effect.gen({ self: this }, function* () {
      const own = this.own.get(channel) ?? []
      const dice = yield* Random.next
      const at = yield* Random.nextIntBetween(0, Math.max(0, own.length - 1))
      const target = own[at]
      if (target === undefined || dice < 0.76) {
        const padding = "x".repeat(dice < 0.05 ? 4000 : Math.round(dice * 100))
        return { type: "Message", content: `${this.participant.client} says ${this.sent + 1} ${padding}` }
      }
      if (dice < 0.84)
        return { type: "Edited", target, content: `${this.participant.client} corrects ${this.sent + 1}` }
      if (dice < 0.88) {
        own.splice(at, 1)
        return { type: "Deleted", target }
      }
      const heard = this.setting.ledger.observationOf(
        this.participant.client,
        recordedName(channel, this.participant),
      ).entries
      const message = heard.slice(-20).find((entry): entry is Entry => entry.type === "Message")
      const reaction = yield* Random.choice(reactions as [string, ...Array<string>])
      return { type: "Reacted", target: message?.seq ?? target, reaction, on: dice < 0.97 }
    })
  }

  private answered(channel: string, operation: Operation, sending: ReturnType<typeof send>): Effect.Effect<void> {
    return Effect.map(noted(this.setting, operation, sending), (answer) => {
      if (answer !== undefined && operation.act.type === "Message" && operation.answers.length === 1)
        this.keep(channel, answer.seq)
    })
  }

  private keep(channel: string, seq: number): void {
    const own = this.own.get(channel) ?? []
    this.own.set(channel, [...own, seq].slice(-20))
  }
}
