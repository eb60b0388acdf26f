/**
 * The members of a channel on this node: who is told, in which words, through which outbox, and when it leaves. What
 * there is to tell comes from the channel as values, a turn at a time.
 */
import type * as Clock from "effect/Clock"
import type { ChannelEvent, ChannelEventOf } from "../../domain/ChannelEvent.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import type { ChannelName } from "../../domain/ChannelName.ts"
import type { HistoryId } from "../../domain/HistoryId.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { UserId } from "../../domain/User.ts"
import type { Renderer, Rendering } from "../../protocol/Renderer.ts"
import type { Answer, ChannelTurn } from "../channel/ChannelCommand.ts"
import { type Followed, publicationOf } from "./Followed.ts"
import type { Later } from "./Later.ts"
import type { Member } from "./Member.ts"
import type { Lane } from "./Outbox.ts"
import type { Outboxes } from "./Outboxes.ts"

/** Gathered to at most this much before it is offered: a batch has to fit in every outbox. */
const maxFrames = 512
const maxBytes = 128 * 1024

/** Where telling takes so many milliseconds a turn may wait for the one behind it: less is less than a timer takes. */
const worthWaiting = 0.25
/** And where that one has so many commands: who says a single thing is to be heard at once. */
const crowd = 4

interface Options {
  readonly name: ChannelName
  readonly outboxes: Outboxes
  readonly clock: Clock.Clock
  readonly later: Later
  /** Milliseconds after which those who missed a change of presence are told the whole of it. */
  readonly coalesce: number
  /** Asks the channel for its whole presence. */
  readonly showPresence: () => void
  /** Gives an answer to whoever asked. */
  readonly settle: (answer: Answer) => void
}

/** What members who share a renderer and a name for the channel are told. */
interface Batch {
  readonly renderer: Renderer<unknown>
  readonly alias: ChannelName | undefined
  /** Undefined where there is nothing to say. */
  readonly rendering: Rendering<unknown> | undefined
  /** As the rendering says. */
  readonly differs: Rendering<unknown>["differs"]
}

export class Audience {
  /** The channel's name, as far as the members were told. */
  name: ChannelName
  /** By what history knows the channel; undefined until a member has entered. */
  id: ChannelId | undefined
  /** Which history that is, as the member who entered last was told. */
  history: HistoryId | undefined
  /** The channel has ended for good. */
  hasEnded = false
  private readonly options: Options
  private readonly members = new Map<SessionId, Member>()
  /** Those who asked to enter, by the number of the request. Bounded by what the channel's mailbox holds. */
  private readonly arriving = new Map<number, Member>()
  /** Gathered, and not yet in the outboxes. */
  private events: Array<ChannelEvent> = []
  private bytes = 0
  private answers: ReadonlyArray<Answer> = []
  /** Members that missed a change of presence and have to be told everything. */
  private readonly unaware = new Set<SessionId>()
  /** Whether the whole is about to be asked for, or is on its way. */
  private asking: "no" | "soon" | "asked" = "no"
  /** Which release is awaited; none where nothing is held back. */
  private release: object | undefined
  /** What is held back has waited for a turn behind it: it waits for no other. */
  private waited = false
  /** How long it took the last time to tell everybody, in milliseconds. */
  private took = 0
  /** When a message was read of which the telling is timed; 0 where none is. */
  private timedFrom = 0
  /** A message that is followed, and is in what was gathered. */
  private followed: Followed | undefined

  constructor(options: Options) {
    this.options = options
    this.name = options.name
  }

  /** Lets a session in as soon as the channel says that it is in, for this request. */
  admit(request: number, member: Member): void {
    this.arriving.set(request, member)
  }

  /** This request was answered, whatever it was, or not made after all. */
  forget(request: number): void {
    if (this.arriving.size > 0) this.arriving.delete(request)
  }

  /**
   * Tells what happened in a turn. Where more waits to be stored it is told while that is done, the disk and the sockets
   * being busy at the same time; and where that is done about as soon as telling would be, both turns leave in one write
   * (docs/adr/0016).
   */
  receive({ answers, channel, events, waiting }: ChannelTurn): void {
    this.name = channel
    for (const event of events) this.handle(event)
    this.answers = this.answers.length === 0 ? answers : [...this.answers, ...answers]
    if (waiting === 0 || this.waited) return this.tell()
    const token = {}
    this.release = token
    this.waited = waiting >= crowd && this.took >= worthWaiting
    this.options.later(this.waited ? this.took : 0, () => {
      if (this.release === token) this.tell()
    })
  }

  /** Everything that was gathered leaves. */
  private tell(): void {
    const { clock, outboxes, settle } = this.options
    const { meter } = outboxes
    const delivered = meter.deliveries
    const begun = clock.monotonicTimeNanosUnsafe()
    this.release = undefined
    this.waited = false
    const { answers } = this
    this.answers = []
    this.offer()
    // Whoever gets an answer may act at once, right here: what it brings comes behind.
    for (const answer of answers) settle(answer)
    const rendered = this.followed === undefined ? begun : clock.monotonicTimeNanosUnsafe()
    outboxes.flush()
    const over = clock.monotonicTimeNanosUnsafe()
    this.took = Number(over - begun) / 1_000_000
    if (this.followed !== undefined) {
      const told = { begun, rendered, over, batch: answers.length, deliveries: meter.deliveries - delivered }
      meter.tracer?.record(publicationOf(this.followed, told))
      this.followed = undefined
    }
    if (this.timedFrom === 0) return
    meter.deliveryLag.observe((Number(over) / 1_000_000 - this.timedFrom) / 1000)
    this.timedFrom = 0
  }

  /** The turn that comes next holds a message that is followed. */
  follow(followed: Followed): void {
    this.followed = followed
  }

  /** What is being told holds a message that was read then, in milliseconds of the clock that is never set. */
  time(readAt: number): void {
    this.timedFrom = readAt
  }

  private handle(event: ChannelEvent): void {
    switch (event.type) {
      case "Message":
      case "Edited":
        return this.gather(event, event.content.length + 100)
      case "Deleted":
      case "Reacted":
      case "Arrived":
      case "Departed":
      case "Gone":
      case "Configured":
      case "RoleChanged":
      case "Kicked":
        return this.gather(event, 200)
      case "TopicChanged":
        return this.gather(event, event.topic.length + 100)
      case "ReadMarker":
        return event.everybody ? this.gather(event, 100) : this.only(event.user.id, event)
      case "Offered":
        return this.offered(event)
      case "Typing":
        return this.aside("typing", event, event.user.id)
      case "Presence":
        return this.presence(event)
      case "WholePresence":
        return this.wholePresence(event)
      case "Renamed":
        return this.renamed(event)
      case "Entered":
        return this.entered(event)
      case "Exited":
        this.offer()
        return this.remove(event.session)
      case "PutOut":
        return this.putOut(event)
      case "Ended":
        return this.ended(event)
    }
  }

  private gather(event: ChannelEvent, bytes: number): void {
    this.events.push(event)
    this.bytes += bytes
    if (this.events.length < maxFrames && this.bytes < maxBytes) return
    this.offer()
    this.options.outboxes.flush()
  }

  /** Puts what is gathered into the outboxes. To be done before the members change. */
  private offer(): void {
    if (this.events.length === 0) return
    const { events } = this
    this.events = []
    this.bytes = 0
    // Members share two or three renderers at most, but for direct conversations of few: a list is faster than a map.
    const batches: Array<Batch> = []
    let batch: Batch | undefined
    let delivered = 0
    for (const member of this.members.values()) {
      const { alias, renderer } = member
      // Nearly always those of the member before.
      if (batch === undefined || batch.renderer !== renderer || batch.alias !== alias) {
        batch = batches.find((candidate) => candidate.renderer === renderer && candidate.alias === alias)
        if (batch === undefined) batches.push((batch = this.render(events, renderer, alias)))
      }
      const rendering = this.wordsFor(member, batch, events)
      if (rendering === undefined) continue
      member.outbox.offer("chat", rendering.piece, rendering.bytes, rendering.frames)
      delivered += rendering.frames
    }
    this.options.outboxes.meter.deliveries += delivered
  }

  private render(
    events: ReadonlyArray<ChannelEvent>,
    renderer: Renderer<unknown>,
    alias: ChannelName | undefined,
  ): Batch {
    const rendering = renderer.render(alias ?? this.name, events)
    return { renderer, alias, rendering, differs: rendering?.differs }
  }

  /** What a member is told of what was rendered for all who share its renderer; undefined for nothing. */
  private wordsFor(
    { alias, own }: Member,
    { differs, rendering }: Batch,
    events: ReadonlyArray<ChannelEvent>,
  ): Rendering<unknown> | undefined {
    // Only protocols of others have such.
    if (differs === undefined) return rendering
    if (own !== undefined && differs(own)) return own.render(alias ?? this.name, events)
    return rendering === undefined || rendering.frames === 0 ? undefined : rendering
  }

  /** Tells one member something by itself. False where it has no room for it. */
  private offerTo({ alias, outbox, own, renderer }: Member, lane: Lane, event: ChannelEvent): boolean {
    const rendering = (own ?? renderer).render(alias ?? this.name, [event])
    return rendering === undefined || outbox.offer(lane, rendering.piece, rendering.bytes)
  }

  /** Tells the sessions of one user alone, in the order of the chat. */
  private only(user: UserId, event: ChannelEvent): void {
    this.offer()
    for (const member of this.members.values()) if (member.user === user) this.offerTo(member, "chat", event)
  }

  /** Tells those who want to know, in the order of the chat. */
  private offered(event: ChannelEventOf<"Offered">): void {
    this.offer()
    this.toEach(event, ({ onOffered, outbox, session }, piece, bytes) => {
      if (session !== event.session && onOffered?.(event) === true) outbox.offer("chat", piece, bytes)
    })
  }

  /** Tells everybody but one user, outside the order of the chat. */
  private aside(lane: Lane, event: ChannelEvent, except: UserId): void {
    this.toEach(event, (member, piece, bytes) => {
      if (member.user !== except) member.outbox.offer(lane, piece, bytes)
    })
  }

  private presence(event: ChannelEventOf<"Presence">): void {
    this.toEach(event, ({ outbox, session }, piece, bytes) => {
      if (this.unaware.has(session)) return
      if (!outbox.offer("presence", piece, bytes)) this.unaware.add(session)
    })
    this.askForPresence()
  }

  /** Those who missed a part are told the whole, once they have room. */
  private wholePresence(event: ChannelEventOf<"WholePresence">): void {
    // Where another node asked it is told here, too: what is about to be asked for is not asked for twice.
    if (this.asking === "asked") this.asking = "no"
    for (const session of this.unaware) {
      const member = this.members.get(session)
      if (member === undefined || this.offerTo(member, "presence", event)) this.unaware.delete(session)
    }
    this.askForPresence()
  }

  private askForPresence(): void {
    if (this.unaware.size === 0 || this.asking !== "no") return
    this.asking = "soon"
    const { coalesce, later, showPresence } = this.options
    later(coalesce, () => {
      this.asking = "asked"
      showPresence()
    })
  }

  /** Renders something once for all who share the words, and gives each member its piece. */
  private toEach(event: ChannelEvent, give: (member: Member, piece: unknown, bytes: number) => void): void {
    const events = [event]
    const batches: Array<Batch> = []
    for (const member of this.members.values()) {
      const { alias, renderer } = member
      let batch = batches.find((candidate) => candidate.renderer === renderer && candidate.alias === alias)
      if (batch === undefined) batches.push((batch = this.render(events, renderer, alias)))
      const rendering = this.wordsFor(member, batch, events)
      if (rendering !== undefined) give(member, rendering.piece, rendering.bytes)
    }
  }

  private renamed(event: ChannelEventOf<"Renamed">): void {
    this.gather(event, 200)
    // Under its former name.
    this.offer()
    this.name = event.name
    for (const { onRenamed } of this.members.values()) onRenamed(event.name)
  }

  private entered({ request, session, welcome }: ChannelEventOf<"Entered">): void {
    const member = this.arriving.get(request)
    if (member === undefined) return
    this.offer()
    this.id = welcome.id
    this.history = welcome.history
    this.members.set(session, member)
    member.onEntered(welcome)
  }

  private putOut(event: ChannelEventOf<"PutOut">): void {
    const member = this.members.get(event.session)
    if (member === undefined) return
    this.offer()
    this.remove(event.session)
    this.offerTo(member, "chat", event)
    member.onPutOut()
  }

  private ended(event: ChannelEventOf<"Ended">): void {
    this.hasEnded = true
    this.offer()
    for (const member of this.members.values()) this.offerTo(member, "chat", event)
    this.members.clear()
    this.unaware.clear()
  }

  private remove(session: SessionId): void {
    this.members.delete(session)
    this.unaware.delete(session)
  }
}
