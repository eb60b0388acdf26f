import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Client from "../../client/Client.ts"
import { Dialer } from "../../client/Dialer.ts"
import type { ConnectionFailure } from "../../client/Reconnect.ts"
import { type Crowd, channelsOf } from "../Crowd.ts"
import type { World } from "../World.ts"
import * as Gate from "./gate.ts"
import { Ear, type Hearing } from "./Hearing.ts"
import type { Recorder } from "./Recorder.ts"
import * as Saying from "./saying.ts"

/** Comes back soon, and not all at once: a run is about what happens, not about waiting for it. */
const backoff = { base: Duration.millis(200), cap: Duration.seconds(2) }
/** Until the next try, where one could not even get in. */
const again = Schedule.spaced("500 millis")

/** From this number on members are visitors. */
const visitors = 1_000_000

/** What all members of a run have in common. */
export interface Run {
  readonly world: World["Service"]
  readonly recorder: Recorder
  readonly hearing: Hearing
  /** Whether something happens to links: only then there is a gate before each. */
  readonly gated: boolean
}

export const reasonOf = (error: { readonly _tag: string; readonly reason?: unknown }): string =>
  typeof error.reason === "string" ? error.reason : error._tag

/** Somebody of a crowd: a client of the shipped library, and what it hears and says. */
export class Member {
  readonly run: Run
  readonly crowd: Crowd
  /** Counted over all crowds, and within its own. */
  readonly index: number
  readonly ordinal: number
  readonly channels: ReadonlyArray<string>
  readonly gate: Gate.Gate | undefined
  readonly ear: Ear
  /** It has entered its channels for the first time. */
  readonly entered = Deferred.makeUnsafe<void>()
  private online: Client.Client | undefined
  /** As many as there are fellows. */
  private readonly reached = new Set<string>()
  private said = 0
  private place: "in" | "out" | "gone" = "out"
  private going = false

  constructor(run: Run, crowd: Crowd, index: number, ordinal: number) {
    const { hearing, world } = run
    this.run = run
    this.crowd = crowd
    this.index = index
    this.ordinal = ordinal
    this.channels = channelsOf(crowd, ordinal)
    this.gate = run.gated ? Gate.make(world.dialer) : undefined
    const name = world.username(index)
    this.ear = new Ear(hearing, (channel) =>
      channel.startsWith("@") ? [name, channel.slice(1)].toSorted().join("&") : channel,
    )
  }

  /** Its client; it is there as soon as it has entered. */
  get client(): Client.Client {
    return this.online!
  }

  /** Signs in, enters its channels and listens, until the scope closes. Tries until it can. */
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

  /** A connection, as itself, or as a visitor with a name of its own: a guest is here but once. */
  connect(as: "itself" | "visitor"): Effect.Effect<Client.Client, ConnectionFailure, Scope.Scope> {
    const { world } = this.run
    return Client.make({
      credentials: world.credentials(this.index + (as === "itself" ? 0 : visitors)),
      codec: this.crowd.codec,
      clientId: "natter-load",
      minVersion: 2,
      backoff,
    }).pipe(Effect.provideService(Dialer, this.gate?.dialer ?? world.dialer))
  }

  private settle(client: Client.Client, due: number): Effect.Effect<void, never, Scope.Scope> {
    const { recorder } = this.run
    return Effect.gen({ self: this }, function* () {
      recorder.done("signIn", due)
      this.online = client
      const events = yield* client.subscribe
      yield* Effect.forkScoped(
        Effect.ignore(
          Stream.runForEachArray(events, (events) =>
            Effect.sync(() => {
              for (const event of events) {
                const saying = this.ear.hear(event)
                if (saying === undefined) continue
                recorder.delivered++
                recorder.done("delivery", saying.due)
              }
            }),
          ),
        ),
      )
      yield* Effect.forEach(this.channels, (channel) => this.join(channel), { discard: true })
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
      const due = recorder.now()
      return this.client.join(channel).pipe(
        Effect.map(() => recorder.done("join", due)),
        Effect.catch((error) => Effect.sync(() => recorder.error(reasonOf(error)))),
      )
    })
  }

  /** Begins a conversation with somebody, where that has not been done; whoever was spoken to is in it already. */
  reach(channel: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!channel.startsWith("@") || this.reached.has(channel)) return Effect.void
      this.reached.add(channel)
      return Effect.ignore(this.client.join(channel))
    })
  }

  /** Says something that was due at a moment. */
  say(channel: string, size: number, due: number): Effect.Effect<void> {
    const { hearing, recorder } = this.run
    return Effect.suspend(() => {
      const saying = { run: hearing.run, member: this.index, number: ++this.said, due }
      recorder.sent++
      return this.client.publish(channel, Saying.write(saying, size)).pipe(
        Effect.map(({ seq }) => {
          recorder.acknowledged++
          recorder.done("acknowledgement", due)
          hearing.acknowledged(this.ear.keyOf(channel), seq, saying)
        }),
        Effect.catch((error) =>
          Effect.sync(() => {
            recorder.unsaid++
            recorder.error(reasonOf(error))
          }),
        ),
      )
    })
  }

  /** It is about to vanish, of its own accord: nobody waits for it before it is back. */
  go(): void {
    this.going = true
    if (this.place === "out") this.move("gone")
  }

  private note(isIn: boolean): void {
    this.move(isIn ? "in" : this.going ? "gone" : "out")
    if (isIn) this.going = false
  }

  private move(place: "in" | "out" | "gone"): void {
    const { recorder } = this.run
    recorder.membersIn += Number(place === "in") - Number(this.place === "in")
    recorder.membersGone += Number(place === "gone") - Number(this.place === "gone")
    this.place = place
  }
}
