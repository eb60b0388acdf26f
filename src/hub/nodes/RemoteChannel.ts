/**
 * A channel as a node has it that need not own it: it finds the owner, has itself attached there, and passes on what is
 * asked and what happened. When the owner changes, or the link to it breaks, it goes on with the next: what was not answered
 * is asked again, with the same ids and in the same order, and what was said meanwhile is read from the history before
 * anything that comes behind it is told.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ActorUnavailable } from "../../actor/Actor.ts"
import type { Appearance } from "../../domain/Appearance.ts"
import { type ChannelEvent, isEntry } from "../../domain/ChannelEvent.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { MessageId } from "../../domain/MessageId.ts"
import type { RequestError } from "../../domain/RequestError.ts"
import * as Seq from "../../domain/Seq.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import * as Topic from "../../domain/Topic.ts"
import type { UserId } from "../../domain/User.ts"
import type { History } from "../../history/History.ts"
import type { Channel } from "../channel/Channel.ts"
import type { Answer, ChannelCommand, ChannelCommandOf, ChannelTurn, Requester } from "../channel/ChannelCommand.ts"
import type { Attachment } from "../channel/ChannelHost.ts"
import type { Wanted } from "./OwnedChannels.ts"
import { readMissed } from "./missed.ts"
import { NamesTold } from "./NamesTold.ts"
import { notFound, olderOwner, unsureOf } from "./refusals.ts"
import { attaching, Unanswered } from "./Unanswered.ts"
import type { Router } from "./Router.ts"
import { partitionOf } from "./Partition.ts"
import { Succession } from "./Succession.ts"
import { Waiters } from "./Waiters.ts"

interface Options {
  readonly name: ChannelName
  /** Of a direct conversation between accounts, whose it is. */
  readonly parties: ReadonlyArray<UserId>
  readonly router: Router
  readonly history: History["Service"]
  /** Gets what happened, as from a channel that runs here. */
  readonly emit: (turn: ChannelTurn) => void
  /** Commands that are not answered yet, at most: beyond that whoever asks waits. */
  readonly window: number
  readonly idle: Duration.Duration
  readonly onIdle: Effect.Effect<void>
  /** Done when it is found by its new name here, and by the old one no more. */
  readonly onRenamed: (from: ChannelName, to: ChannelName) => Effect.Effect<void>
  readonly run: (effect: Effect.Effect<void>) => void
  readonly freshId: () => MessageId
}

/** Turns that wait while is read what was missed: beyond that it begins anew. */
const maxHeldBack = 4096
/** So long a channel is looked for before whoever asks something of it is told that it is not to be had now. */
const patience = Duration.seconds(20)
/** Before the channel is looked for again, in milliseconds: longer each time, as long as it is not found. */
const firstPause = 10
const longestPause = 640

interface Member {
  readonly by: Requester
  appearance: Appearance
}

export class RemoteChannel implements Channel {
  name: ChannelName
  readonly close: Effect.Effect<void>
  readonly stopped: Effect.Effect<void>
  private readonly options: Options
  private readonly done = Deferred.makeUnsafe<void>()
  /** Those who are in it at this node. Bounded by the node's connections. */
  private readonly members = new Map<SessionId, Member>()
  private readonly asked: Unanswered
  /** Who waits for room. */
  private readonly waiters: Waiters
  /** The link to where it runs; undefined while there is none. */
  private attachment: Attachment | undefined
  /** What comes over another link than this is not listened to. */
  private current: object | undefined
  /** Whether it has been said over the link from where on it tells. */
  private resumed = false
  private seeking = false
  private pause = 0
  /** Milliseconds of pauses since it was last there: it may be found each time, and be gone before it has said anything. */
  private paused = 0
  private id: ChannelId | undefined
  /** The last place that was told here; undefined until something was. */
  private last: Seq.Seq | undefined
  private presence = 0
  private readonly names = new NamesTold()
  private count = 0
  private topic = Topic.none
  /** What came while is read what was missed; undefined where nothing is. */
  private heldBack: Array<ChannelTurn> | undefined
  private over = false
  /** What is told when it is found by the name that it was given. */
  private readonly untold: Succession
  /** Changes with each use. */
  private used = 0
  private watched = false

  constructor(options: Options) {
    this.name = options.name
    this.options = options
    this.asked = new Unanswered(options.freshId)
    this.untold = new Succession(options.run)
    this.waiters = new Waiters(() => options.window - this.asked.size)
    this.close = Effect.sync(() => this.end())
    this.stopped = Deferred.await(this.done)
    // Whoever has opened it may have gone before anything was asked of it.
    this.watch()
  }

  waiting = (): number => this.asked.size

  summary() {
    return { topic: this.topic, count: this.count }
  }

  tellUnsafe = (command: ChannelCommand): boolean => {
    if (this.over || this.asked.size >= this.options.window) return false
    this.leave(command)
    return true
  }

  tell = (command: ChannelCommand): Effect.Effect<void, ActorUnavailable> =>
    Effect.suspend(() => {
      if (this.over) return Effect.fail(new ActorUnavailable({ actor: `channel ${this.name}`, why: "stopped" }))
      if (this.tellUnsafe(command)) return Effect.void
      return Effect.andThen(this.waiters.wait, this.tell(command))
    })

  private leave(command: ChannelCommand): void {
    this.used++
    if (command.type === "SetAppearance") this.appear(command)
    const asked = this.asked.note(command)
    if (this.attachment !== undefined) this.attachment.command(asked)
    else if (this.isUsed) this.seek(false)
  }

  private appear({ appearance, user }: ChannelCommandOf<"SetAppearance">): void {
    for (const member of this.members.values()) if (member.by.user.id === user) member.appearance = appearance
  }

  private get isUsed(): boolean {
    return this.members.size > 0 || this.asked.size > 0
  }

  /** Looks for the channel, and goes on there. `again`: where it was last it is not. */
  private seek(again: boolean): void {
    if (this.over || this.seeking) return
    if (this.paused >= Duration.toMillis(patience)) {
      this.paused = 0
      this.refuse(() => true, notFound)
      if (!this.isUsed) return
    }
    this.seeking = true
    const { run, router } = this.options
    const pause = this.pause
    this.paused += pause
    this.pause = Math.min(longestPause, pause * 2 || firstPause)
    const seeking = Effect.suspend(() => {
      const link = {}
      this.current = link
      this.resumed = false
      const recipient = {
        receive: (turn: ChannelTurn) => this.receive(link, turn),
        moved: () => this.lost(link, false),
        broken: () => this.lost(link, true),
        notUnderstood: (request: number) => {
          if (this.current === link) this.refuse((asked) => "request" in asked && asked.request === request, olderOwner)
        },
      }
      return Effect.map(router.attach(this.wanted, recipient, again), (attachment) => {
        this.seeking = false
        if (this.current !== link) return this.over ? attachment.detach(false) : this.seek(true)
        this.attachment = attachment
        for (const command of this.asked.all()) attachment.command(command)
        // Somebody may have missed something of it.
        if (this.members.size > 0) attachment.command({ type: "ShowPresence" })
      })
    })
    // Nobody waits for ever: where the channel is not found, whoever asks is told so and may ask again.
    const found = Effect.timeoutOrElse(seeking, { duration: patience, orElse: () => this.givingUp })
    run(pause === 0 ? found : Effect.delay(found, Duration.millis(pause)))
  }

  private readonly givingUp = Effect.suspend(() => {
    this.refuse(() => true, notFound)
    this.seeking = false
    this.current = undefined
    if (this.isUsed) this.seek(true)
    return Effect.void
  })

  private get wanted(): Omit<Wanted, "epoch"> {
    const { id, members, name, presence } = this
    const resume = {
      request: attaching,
      id,
      presence,
      ...(this.names.isWanted ? { names: true } : {}),
      members: Array.from(members, ([session, { appearance, by }]) => ({ session, by, appearance })),
    }
    return { channel: name, partition: partitionOf(name), parties: this.options.parties, resume }
  }

  /** The link leads nowhere any more. `unsure`: nobody knows whether what was sent last has arrived. */
  private lost(link: object, unsure: boolean): void {
    if (this.current !== link) return
    this.current = undefined
    this.attachment?.forget?.()
    this.attachment = undefined
    this.heldBack = undefined
    // Twice it may not be what was meant: whoever asked looks what has become of it.
    if (unsure) this.refuse(({ type }) => type === "Administer", unsureOf)
    if (this.isUsed) return this.seek(true)
    // It has ended where it ran, and nobody here wants it.
    this.options.run(this.options.onIdle)
  }

  private refuse(isMeant: (command: ChannelCommand) => boolean, error: RequestError): void {
    this.say(none, this.asked.refusals(isMeant, error))
  }

  /** What was found out here. */
  private say(events: ReadonlyArray<ChannelEvent>, answers: ReadonlyArray<Answer>): void {
    if (events.length + answers.length > 0) this.tellHere({ channel: this.name, events, answers, waiting: 0 })
  }

  private receive(link: object, turn: ChannelTurn): void {
    if (this.current !== link) return
    const rest = this.resumed ? turn : this.resume(link, turn)
    if (rest === undefined) return
    if (this.heldBack === undefined) return this.pass(link, rest)
    this.heldBack.push(rest)
    if (this.heldBack.length > maxHeldBack) this.lost(link, true)
  }

  /** The first that comes over a link says from where on it tells. Gives what else it says, if that is to be told. */
  private resume(link: object, turn: ChannelTurn): ChannelTurn | undefined {
    const outcome = turn.answers.find(({ request }) => request === attaching)?.outcome
    if (outcome === undefined) return undefined
    if (outcome.type === "Refused" && outcome.error.reason !== "Unavailable") {
      this.refuse(() => true, outcome.error)
      if (outcome.error.reason === "NoSuchChannel") this.vanish()
      else this.lost(link, false)
      return undefined
    }
    if (outcome.type !== "Resumed") {
      this.lost(link, false)
      return undefined
    }
    this.resumed = true
    this.pause = 0
    this.paused = 0
    this.id = outcome.id
    const rest = { ...turn, answers: turn.answers.filter(({ request }) => request !== attaching) }
    if (this.last === undefined) this.last = outcome.seq
    else if (outcome.seq > this.last) {
      // Who may not be in it any more does not hear what was missed either. Who comes in by this very turn is put out behind that.
      const out = turn.events.filter((event) => event.type === "PutOut" && this.members.has(event.session))
      this.say(out, none)
      this.heldBack = []
      const { id = ChannelId.make(this.name) } = this
      this.options.run(this.readMissed(link, id, this.last, outcome.seq))
      return { ...rest, events: turn.events.filter((event) => !out.includes(event)) }
    }
    return rest
  }

  /** Tells what was said while the link was broken, and then what has come over it since. */
  private readMissed(link: object, id: ChannelId, from: Seq.Seq, upTo: Seq.Seq): Effect.Effect<void> {
    const goesOn = () => this.current === link
    const reading = readMissed(this.options.history, id, {
      behind: () => this.last ?? from,
      upTo,
      goesOn,
      tell: (events) => this.pass(link, { channel: this.name, events, answers: none, waiting: 0 }),
      vanish: () => this.vanish(),
    })
    return Effect.map(reading, () => {
      const held = goesOn() ? this.heldBack : undefined
      if (held === undefined) return
      this.heldBack = undefined
      for (const turn of held) this.pass(link, turn)
    })
  }

  /** Tells a turn, but for what was told before. */
  private pass(link: object, turn: ChannelTurn): void {
    if (this.current !== link) return
    let repeats = false
    const told = this.last ?? Seq.zero
    let last = told
    for (const event of turn.events) {
      if (!isEntry(event)) continue
      if (event.seq <= last) repeats = true
      else if (event.seq === last + 1) last = event.seq
      // Something is missing.
      else return this.lost(link, true)
    }
    const events = repeats ? turn.events.filter((event) => !isEntry(event) || event.seq > told) : turn.events
    this.last = last
    this.tellHere(repeats ? { ...turn, events } : turn)
  }

  private tellHere(turn: ChannelTurn): void {
    const from = this.name
    let ends = false
    const events = this.names.complete(this.asked.withExits(turn))
    for (const event of events) ends = this.note(event) || ends
    const answers = this.asked.settle(turn.answers)
    const told = answers === turn.answers && events === turn.events ? turn : { ...turn, events, answers }
    if (this.name === from && this.untold.none) return this.emit(told, ends)
    // Whoever hears of the name may use it, and give the old one to another channel.
    const found = this.name === from ? Effect.void : this.options.onRenamed(from, this.name)
    this.untold.add(Effect.map(found, () => this.emit(told, ends)))
  }

  private emit(turn: ChannelTurn, ends: boolean): void {
    this.options.emit(turn)
    if (ends) return this.end()
    this.waiters.wake()
    if (!this.isUsed) this.watch()
  }

  /** What has to be known to go on elsewhere. True where the channel has ended. */
  private note(event: ChannelEvent): boolean {
    switch (event.type) {
      case "Entered": {
        const join = this.asked.get(event.request)
        if (join?.type === "Join") this.members.set(event.session, { by: join.by, appearance: join.appearance })
        this.saw(event.welcome.presence, event.welcome.count)
        this.topic = event.welcome.topic
        this.id = event.welcome.id
        return false
      }
      case "Exited":
      case "PutOut":
        this.members.delete(event.session)
        return false
      case "Presence":
      case "WholePresence":
        this.saw(event.version, event.count)
        return false
      case "TopicChanged":
        this.topic = event.topic
        return false
      case "Renamed":
        this.name = event.name
        return false
      default:
        return event.type === "Ended"
    }
  }

  private saw(version: number, count: number): void {
    this.presence = Math.max(this.presence, version)
    this.count = count
  }

  /** Where nobody uses it for the idle time it is let go of. */
  private watch(): void {
    if (this.watched || this.over) return
    this.watched = true
    const { idle, onIdle, run } = this.options
    const used = this.used
    const looking = Effect.suspend(() => {
      this.watched = false
      if (this.isUsed || this.over) return Effect.void
      if (this.used === used) return onIdle
      return Effect.sync(() => this.watch())
    })
    run(Effect.delay(looking, idle))
  }

  /** There is no such channel any more, or not what its members would have to be told. */
  private vanish(): void {
    this.say([{ type: "Ended" }], none)
  }

  private end(): void {
    if (this.over) return
    this.over = true
    this.attachment?.detach(false)
    this.attachment = undefined
    this.current = undefined
    const answers = this.asked.gone()
    if (answers.length > 0) this.options.emit({ channel: this.name, events: none, answers, waiting: 0 })
    this.waiters.wakeAll()
    Deferred.doneUnsafe(this.done, Effect.void)
  }
}

const none: ReadonlyArray<never> = []
