import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Client from "../../client/Client.ts"
import { Dialer } from "../../client/Dialer.ts"
import type { FileInfo } from "../../client/Files.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import { type Crowd, channelsOf } from "../Crowd.ts"
import type { World } from "../World.ts"
import * as FaultyDialer from "./FaultyDialer.ts"
import { Receiver, type DeliveryCheck } from "./DeliveryCheck.ts"
import type * as FileContent from "./FileContent.ts"
import type { Recorder } from "./Recorder.ts"
import * as Payload from "./Payload.ts"

/** Shorter than the client's default, so that a run is not mostly waiting; long enough that a crowd does not come back at once. */
const backoff = { base: Duration.millis(200), cap: Duration.seconds(2) }

/** The conversation is not there any more: the other one is a guest who is not back yet, or was not when this one was. */
const isLost = (error: Parameters<typeof reasonOf>[0]): boolean => ["NotMember", "NoSuchUser"].includes(reasonOf(error))

/** Between two attempts to connect for the first time. */
const again = Schedule.spaced("500 millis")

/** Attempts to enter a direct conversation that was lost: ten seconds together. */
const entering = 20

/** Members with this index and above are visitors. */
const visitors = 1_000_000

/** What all members of a run have in common. */
export interface Run {
  readonly world: World["Service"]
  readonly recorder: Recorder
  readonly check: DeliveryCheck
  /** How many members a channel has, when all are in. */
  readonly audience: (channel: string) => number
  /** Whether the scenario needs faulty connections: only then a member dials through a `FaultyDialer`. */
  readonly withFaults: boolean
}

export const reasonOf = (error: { readonly _tag: string; readonly reason?: unknown }): string =>
  typeof error.reason === "string" ? error.reason : error._tag

/** A member of a crowd: a client of the shipped library, and what it sends and receives. */
export class Member {
  readonly run: Run
  readonly crowd: Crowd
  /** `index` counts over all crowds, `ordinal` within its own. */
  readonly index: number
  readonly ordinal: number
  readonly channels: ReadonlyArray<string>
  readonly faultyDialer: FaultyDialer.FaultyDialer | undefined
  private readonly dialer: Dialer["Service"]
  readonly receiver: Receiver
  /** It has entered its channels for the first time. */
  readonly entered = Deferred.makeUnsafe<void>()
  private online: Client.Client | undefined
  /** The direct conversations that were started; at most one for each member of the crowd. */
  private readonly conversations = new Set<string>()
  /** Told of each message of the run that it hears, once. */
  readonly hearers = new Set<(channel: string, payload: Payload.Payload, file: FileInfo | undefined) => void>()
  private published = 0
  private files = 0
  private place: "in" | "out" | "away" = "out"
  private isLeaving = false

  constructor(run: Run, crowd: Crowd, index: number, ordinal: number) {
    const { check, world } = run
    this.run = run
    this.crowd = crowd
    this.index = index
    this.ordinal = ordinal
    this.channels = channelsOf(crowd, ordinal)
    this.faultyDialer = run.withFaults ? FaultyDialer.make(world.dialer) : undefined
    // Faults are those of the network: a WebSocket lies above them, as it does in the world.
    this.dialer = world.over(world.transport(crowd.transport), this.faultyDialer?.dialer ?? world.dialer)
    const name = world.username(index)
    this.receiver = new Receiver(check, (channel) =>
      channel.startsWith("@") ? [name, channel.slice(1)].toSorted().join("&") : channel,
    )
  }

  /** Its client. Only to be used once it has entered. */
  get client(): Client.Client {
    return this.online!
  }

  /** Signs in, joins its channels and receives until the scope closes. Tries again until it succeeds. */
  readonly enter: Effect.Effect<void, never, Scope.Scope> = Effect.suspend(() => {
    const { recorder } = this.run
    const due = recorder.now()
    return this.connect("itself").pipe(
      Effect.tapError((error) => Effect.sync(() => recorder.error(reasonOf(error)))),
      Effect.retry(again),
      Effect.orDie,
      Effect.flatMap((client) => this.settle(client, due)),
    )
  })

  /** Connects as itself, or as a visitor. A visitor has a name of its own, since a guest's name can be used only once. */
  connect(as: "itself" | "visitor"): Effect.Effect<Client.Client, ConnectionFailure, Scope.Scope> {
    const { world } = this.run
    return Client.make({
      credentials: world.credentials(this.index + (as === "itself" ? 0 : visitors)),
      codec: this.crowd.codec,
      clientId: "natter-load",
      minVersion: 2,
      backoff,
    }).pipe(Effect.provideService(Dialer, this.dialer))
  }

  private settle(client: Client.Client, due: number): Effect.Effect<void, never, Scope.Scope> {
    const { recorder } = this.run
    return Effect.gen({ self: this }, function* () {
      recorder.done("signIn", due, this.crowd.name)
      this.online = client
      const events = yield* client.subscribe
      yield* Effect.forkScoped(
        Effect.ignore(
          Stream.runForEachArray(events, (events) =>
            Effect.sync(() => {
              for (const event of events) {
                const payload = this.receiver.receive(event)
                if (payload === undefined) continue
                if (event.type === "Message") for (const hear of this.hearers) hear(event.channel, payload, event.file)
                recorder.delivered++
                recorder.done("delivery", payload.due, this.crowd.name)
              }
            }),
          ),
        ),
      )
      yield* Effect.forEach(this.channels, (channel) => this.join(channel), { discard: true })
      // Whoever has entered counts as in from that moment on; the first of the states may come later.
      this.note(true)
      yield* Effect.forkScoped(
        Stream.runForEach(client.states, (state) =>
          Effect.sync(() => {
            this.note(state._tag === "Online")
            if (state._tag === "Away" && state.attempt === 0) recorder.error(reasonOf(state.because))
          }),
        ),
      )
      yield* Effect.addFinalizer(() => Effect.sync(() => this.note(false)))
      Deferred.doneUnsafe(this.entered, Effect.void)
    })
  }

  join(channel: string): Effect.Effect<void> {
    const { recorder } = this.run
    return Effect.suspend(() => {
      const joined = recorder.expect("join", recorder.now(), this.crowd.name)
      return this.client.join(channel).pipe(
        Effect.map(() => recorder.came(joined)),
        Effect.catch((error) =>
          Effect.sync(() => {
            recorder.gaveUp(joined)
            recorder.error(reasonOf(error))
          }),
        ),
      )
    })
  }

  /** Joins a direct conversation before its first message. It may fail: whoever was written to is in it already. */
  startConversation(channel: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!channel.startsWith("@") || this.conversations.has(channel)) return Effect.void
      this.conversations.add(channel)
      return Effect.ignore(this.client.join(channel))
    })
  }

  /** Publishes a message that was due at this time. */
  publish(
    channel: string,
    {
      file,
      reply,
      size,
      text,
    }: {
      readonly size: number
      readonly text?: string | undefined
      readonly reply?: true
      readonly file?: string
    },
    due: number,
  ): Effect.Effect<void> {
    const { audience, check, recorder } = this.run
    return Effect.suspend(() => {
      const payload = { run: check.run, member: this.index, number: ++this.published, due, ...(reply && { reply }) }
      recorder.sent++
      const acknowledged = recorder.expect("acknowledgement", due, this.crowd.name, audience(channel))
      return this.say(channel, Payload.write(payload, size, text), file).pipe(
        Effect.map(({ seq }) => {
          recorder.acknowledged++
          recorder.came(acknowledged)
          check.acknowledged(this.receiver.keyOf(channel), seq, payload)
        }),
        Effect.catch((error) =>
          Effect.sync(() => {
            recorder.givenUp++
            recorder.gaveUp(acknowledged)
            recorder.error(reasonOf(error))
          }),
        ),
      )
    })
  }

  /** A direct conversation is lost where the other one was not back yet: it is entered again, as often as that takes. */
  private say(channel: string, content: string, file?: string): ReturnType<Client.Client["publish"]> {
    const said = this.client.publish(channel, content, { file })
    if (!channel.startsWith("@")) return said
    return said.pipe(
      Effect.tapError((error) => (isLost(error) ? Effect.ignore(this.client.join(channel)) : Effect.void)),
      Effect.retry({ while: isLost, schedule: again, times: entering }),
    )
  }

  /** The file that it sends next. */
  nextFile(): FileContent.FileKey {
    return { run: this.run.check.run, member: this.index, number: ++this.files }
  }

  /** The scenario is about to disconnect it: until it is back it does not count as missing. */
  announceAbsence(): void {
    this.isLeaving = true
    if (this.place === "out") this.move("away")
  }

  private note(isIn: boolean): void {
    this.move(isIn ? "in" : this.isLeaving ? "away" : "out")
    if (isIn) this.isLeaving = false
  }

  private move(place: "in" | "out" | "away"): void {
    const { recorder } = this.run
    recorder.membersIn += Number(place === "in") - Number(this.place === "in")
    recorder.membersAway += Number(place === "away") - Number(this.place === "away")
    this.place = place
  }
}
