/**
 * Delivers the entries of a channel by one webhook, one behind the other, from the place that was kept. It runs while there
 * is something to deliver, and is begun again when something was stored.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChannelName } from "../../domain/ChannelName.ts"
import { maxInteger } from "../../domain/Limits.ts"
import * as Seq from "../../domain/Seq.ts"
import type { HistoryError } from "../../history/HistoryError.ts"
import type { HistoryShape, Page } from "../../history/HistoryShape.ts"
import type { Attempt } from "../Attempt.ts"
import type { Counters } from "../Counters.ts"
import type { DisabledReason, OutgoingWebhook } from "../Webhook.ts"
import type { WebhookStoreError } from "../WebhookStoreError.ts"
import type { WebhookStoreShape } from "../WebhookStoreShape.ts"
import type { Sender } from "./Sender.ts"
import { type Placed, placeOf } from "./payload.ts"
import { waitBehind } from "./schedule.ts"

/** Entries read at once: behind so many it is noted how far it has come. */
const pageSize = 20
/** Attempts that are remembered. */
const maxRecent = 20
/** Dead letters in a row after which nothing more is tried. */
const maxDead = 20
/** How long it waits for a store that is away, whatever it wanted of it. */
const storeAway = Duration.seconds(5)

const end = Seq.Seq.make(maxInteger)

export interface WorkerContext {
  readonly history: HistoryShape
  readonly store: WebhookStoreShape
  readonly sender: Sender
  readonly counters: Counters
  readonly maxBehind: number
  /** What the channel is called now; undefined where there is none any more. */
  readonly nameOf: (webhook: OutgoingWebhook) => Effect.Effect<ChannelName | undefined, WebhookStoreError>
  /** Whether the channel runs at this node: where it does, is delivered. */
  readonly runsHere: (channel: ChannelName) => boolean
  /** The channel runs elsewhere by now. */
  readonly movedOn: (webhook: OutgoingWebhook) => void
  /** Nothing is to be sent by it any more: another worker has its place. */
  readonly disable: (webhook: OutgoingWebhook, reason: DisabledReason) => Effect.Effect<void, WebhookStoreError>
  /** The channel is no more. */
  readonly orphaned: (webhook: OutgoingWebhook) => Effect.Effect<void, WebhookStoreError>
}

/** What comes behind an event: the next one, a look at what there is by then, or nothing. */
type Next = "next" | "again" | "stop"

export class Worker {
  readonly webhook: OutgoingWebhook
  /** Everything up to here has been dealt with. */
  position: Seq.Seq
  /** Dead letters that were forgotten. */
  forgotten: number
  /** The latest attempts, the last first. */
  recent: ReadonlyArray<Attempt> = []
  /** When the entry that waits longest was said, in milliseconds since 1970; undefined where none waits. */
  waitingSince: number | undefined
  running = false
  /** Whether nobody else has delivered since the position was read: only then it is where to go on. */
  mine: boolean
  /** What the channel was called when it was looked for last. */
  channel: ChannelName | undefined
  /** Done when a wait is to end before its time. */
  private shaken = Deferred.makeUnsafe<void>()
  private woken = false
  private noted: Seq.Seq
  /** Of the entry behind the position. */
  private attempts = 0
  private dead = 0
  private readonly context: WorkerContext

  constructor(webhook: OutgoingWebhook, context: WorkerContext, mine: boolean) {
    this.mine = mine
    this.webhook = webhook
    this.position = webhook.position
    this.forgotten = webhook.forgotten
    this.noted = webhook.position
    this.context = context
  }

  /**
   * There may be something to deliver, as far as to `last` where that is known. True where it has to be run for that. The
   * places of a history that has begun anew mean other entries than the one that was kept.
   */
  wake(last?: Seq.Seq): boolean {
    this.woken = true
    if (last !== undefined && last < this.position && this.mine) this.position = Seq.zero
    if (this.running) return false
    this.running = true
    return true
  }

  /** Another node may deliver from now on: what waits looks again. */
  shake(): void {
    Deferred.doneUnsafe(this.shaken, Effect.void)
    this.shaken = Deferred.makeUnsafe<void>()
  }

  /** Runs until there is nothing more to deliver. */
  get run(): Effect.Effect<void> {
    return this.round.pipe(
      Effect.catch((error) =>
        Effect.logWarning("a webhook waits for the store", error).pipe(
          Effect.annotateLogs({ webhook: this.webhook.id }),
          Effect.andThen(Effect.sleep(storeAway)),
          Effect.as<Next>("again"),
        ),
      ),
      Effect.repeat({ while: (next) => next !== "stop" }),
      Effect.onInterrupt(() => Effect.ignore(this.note)),
      Effect.catchCause((cause) =>
        Effect.suspend(() => {
          this.running = false
          return Effect.logError("a webhook has crashed", cause)
        }),
      ),
      Effect.asVoid,
    )
  }

  /** Notes an attempt that was made beside its work. */
  remember(attempt: Attempt): void {
    this.recent = [attempt, ...this.recent].slice(0, maxRecent)
  }

  /** What is behind the position, up to a page of it. */
  private get round(): Effect.Effect<Next, HistoryError | WebhookStoreError> {
    const { context, webhook } = this
    return Effect.gen({ self: this }, function* () {
      this.woken = false
      const name = yield* context.nameOf(webhook)
      if (name === undefined) return yield* Effect.as(context.orphaned(webhook), "stop" as const)
      this.channel = name
      if (!context.runsHere(name)) return yield* this.leave
      if (!this.mine) yield* this.takeOver
      const page = yield* this.read
      if (page.entries.length === 0 && page.first <= Seq.next(this.position)) {
        yield* this.note
        // From here to the end nothing waits: whoever wakes it sees that it does not run.
        return this.rests()
      }
      for (const event of yield* this.eventsIn(page)) {
        if (!context.runsHere(name)) return yield* this.leave
        const next = yield* this.deal(event, name)
        if (next === "next") continue
        yield* this.note
        return next
      }
      yield* this.note
      return "again"
    })
  }

  /** Goes on where another node has left off. */
  private get takeOver(): Effect.Effect<void, WebhookStoreError> {
    return Effect.map(this.context.store.position(this.webhook.id), (position = this.position) => {
      this.position = position
      this.noted = position
      this.attempts = 0
      this.mine = true
    })
  }

  /** Leaves the rest to the node at which the channel runs. */
  private get leave(): Effect.Effect<Next, WebhookStoreError> {
    return Effect.map(this.note, () => {
      const was = this.mine
      this.mine = false
      this.waitingSince = undefined
      this.running = false
      if (was) this.context.movedOn(this.webhook)
      return "stop" as const
    })
  }

  private rests(): Next {
    this.waitingSince = undefined
    if (this.woken) return "again"
    this.running = false
    return "stop"
  }

  private get read(): Effect.Effect<Page, HistoryError> {
    return this.context.history.page(this.webhook.channel, { after: this.position, upTo: end, limit: pageSize })
  }

  /** The entries of a page, and before them what is missed. Where more than may be waits, the oldest is missed too. */
  private eventsIn({
    entries,
    first,
    more,
  }: Page): Effect.Effect<ReadonlyArray<Placed>, HistoryError | WebhookStoreError> {
    const { history, maxBehind } = this.context
    const next = Seq.next(this.position)
    const missed = (to: Seq.Seq): Placed => ({ type: "Missed", from: next, to })
    if (!more) return Effect.succeed(first > next ? [missed(Seq.before(first)), ...entries] : entries)
    return Effect.map(history.page(this.webhook.channel, { before: end, upTo: end, limit: 1 }), (page) => {
      const oldest = (page.entries.at(-1)?.seq ?? 0) - maxBehind + 1
      const from = Seq.Seq.make(Math.max(first, oldest, next))
      if (from === next) return entries
      return [missed(Seq.before(from)), ...entries.filter(({ seq }) => seq >= from)]
    })
  }

  private deal(event: Placed, name: ChannelName): Effect.Effect<Next, WebhookStoreError> {
    const place = placeOf(event)
    if (event.type !== "Missed" && !this.webhook.events.some((type) => type === event.type)) {
      this.position = place
      return Effect.succeed("next")
    }
    if (event.type !== "Missed") this.waitingSince = event.timestamp
    return Effect.flatMap(this.context.sender(this.webhook, name, event), (attempt) => {
      this.remember(attempt)
      this.attempts++
      return this.judged(event, place, attempt)
    })
  }

  private judged(event: Placed, place: Seq.Seq, attempt: Attempt): Effect.Effect<Next, WebhookStoreError> {
    const { counters } = this.context
    const { verdict } = attempt
    if (verdict.type === "Taken") {
      counters.delivered++
      if (event.type === "Missed") counters.missed += event.to - event.from + 1
      this.dead = 0
      this.passed(place)
      return Effect.succeed("next")
    }
    counters.failed++
    if (verdict.type === "Gone") return this.stop("gone")
    if (verdict.type === "Never") return this.addDeadLetter(place, attempt, verdict.error)
    return Effect.gen({ self: this }, function* () {
      const wait = yield* waitBehind(this.attempts, verdict.retryAfter, yield* Clock.currentTimeMillis)
      if (wait === undefined) return yield* this.addDeadLetter(place, attempt, verdict.error)
      yield* this.note
      yield* Effect.timeoutOption(Deferred.await(this.shaken), Duration.millis(wait))
      // By then the message may say something else, or nothing any more.
      return "again"
    })
  }

  private addDeadLetter(
    place: Seq.Seq,
    { at, delivery, type }: Attempt,
    error: string,
  ): Effect.Effect<Next, WebhookStoreError> {
    const { counters, store } = this.context
    const letter = { webhook: this.webhook.id, delivery, type, seq: place, at, attempts: this.attempts, error }
    return Effect.flatMap(store.addDeadLetter(letter), (forgotten) => {
      counters.dead++
      this.forgotten += forgotten
      this.dead++
      this.passed(place)
      this.noted = place
      return this.dead < maxDead ? Effect.succeed<Next>("next") : this.stop("failing")
    })
  }

  private passed(place: Seq.Seq): void {
    this.position = place
    this.attempts = 0
  }

  private stop(reason: DisabledReason): Effect.Effect<Next, WebhookStoreError> {
    return this.note.pipe(Effect.andThen(this.context.disable(this.webhook, reason)), Effect.as("stop"))
  }

  /** Keeps how far it has come. What is delivered behind that is delivered again where the service ends in between. */
  private get note(): Effect.Effect<void, WebhookStoreError> {
    return Effect.suspend(() => {
      const { position } = this
      if (position === this.noted || !this.mine) return Effect.void
      return Effect.map(this.context.store.advance(this.webhook.id, position), () => void (this.noted = position))
    })
  }
}
