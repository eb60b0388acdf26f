/**
 * A channel and the nodes that are attached to it: what each of them asks goes in, and what happened comes out, once a node,
 * however many members it has there. Answers go to the node that asked.
 */
import * as Effect from "effect/Effect"
import type { ChannelEvent } from "../../domain/ChannelEvent.ts"
import type { NodeId } from "../../domain/NodeId.ts"
import type { SessionId } from "../../domain/SessionId.ts"
import type { Channel } from "./Channel.ts"
import type { Answer, ChannelCommand, ChannelTurn, Resumed } from "./ChannelCommand.ts"

/** A node, to a channel that runs here: it is given what is for it. */
export interface Recipient {
  /** Which node it is: attached again, it is no longer what it was before. */
  readonly node: NodeId
  readonly receive: (turn: ChannelTurn) => void
  /** The channel runs here no more: it may run elsewhere, or here again. */
  readonly moved: () => void
  /** The node has been attached again: this link is not used any more. */
  readonly replaced?: (() => void) | undefined
}

/** A node's link to the channel. */
export interface Attachment {
  readonly command: (command: ChannelCommand) => void
  /** Nobody is in the channel at that node any more. `lost`: it did not say so itself, so they may have gone for good. */
  readonly detach: (lost: boolean) => void
  /** Nothing that comes over it is wanted any more, and the node is about to be attached again. */
  readonly forget?: (() => void) | undefined
}

interface Attached {
  readonly recipient: Recipient
  readonly members: Set<SessionId>
  /** It gets what happens: from the turn on in which it was told where it is. */
  live: boolean
}

/** Attachments that can be told apart: a request of a node has the number of its attachment in it. */
const places = 2 ** 20

export class ChannelHost {
  private readonly channel: () => Channel
  private readonly run: (effect: Effect.Effect<void>) => void
  /** By the number of the attachment. Bounded by the links that nodes have. */
  private readonly attached = new Map<number, Attached>()
  private last = 0
  /** It ends here, and not for its members. */
  private moves = false

  /** `channel` is not asked before the first node is attached. Effects that have to wait are given to `run`. */
  constructor(channel: () => Channel, run: (effect: Effect.Effect<void>) => void) {
    this.channel = channel
    this.run = run
  }

  /** Nodes that are attached now. */
  get nodes(): number {
    return this.attached.size
  }

  attach(recipient: Recipient, resume: Resumed): Attachment {
    do this.last = (this.last + 1) % places
    while (this.attached.has(this.last))
    const place = this.last
    const members = new Set(resume.members.map(({ session }) => session))
    this.replace(recipient.node, members)
    this.attached.set(place, { recipient, members, live: false })
    this.tell(place, { type: "Resume", ...resume })
    return {
      command: (command) => this.tell(place, command),
      detach: (lost) => this.detach(place, lost),
    }
  }

  /** What happened in a turn. */
  readonly emit = (turn: ChannelTurn): void => {
    const answers = this.answersIn(turn)
    const events = this.moves ? turn.events.filter(({ type }) => type !== "Ended") : turn.events
    const enters = events.some(({ type }) => type === "Entered")
    for (const event of events) this.note(event)
    for (const [place, node] of this.attached) {
      const own = answers?.get(place) ?? none
      if (!node.live) node.live = own.some(({ outcome }) => outcome.type === "Resumed")
      // What a newcomer is told is long, and for its own node.
      const told = !node.live ? none : enters ? forPlace(events, place) : events
      if (told.length > 0 || own.length > 0) node.recipient.receive({ ...turn, events: told, answers: own })
    }
  }

  /** From here on the channel ends, and goes on wherever its nodes find it next. */
  leaving(): void {
    this.moves = true
  }

  /** The channel has ended: who is attached has to look for it again. */
  ended(): void {
    const left = [...this.attached.values()]
    this.attached.clear()
    for (const { recipient } of left) recipient.moved()
  }

  private tell(place: number, command: ChannelCommand): void {
    const channel = this.channel()
    const { request } = command as { readonly request?: number }
    const asked = request === undefined ? command : { ...command, request: request * places + place }
    if (channel.tellUnsafe(asked)) return
    this.run(Effect.catch(channel.tell(asked), () => Effect.sync(() => this.refuse(place, request))))
  }

  /** The channel takes nothing any more. Where it goes on elsewhere it is asked again there. */
  private refuse(place: number, request: number | undefined): void {
    const node = this.attached.get(place)
    if (request === undefined || node === undefined || this.moves) return
    const answers = [{ request, outcome: { type: "Gone" } as const }]
    node.recipient.receive({ channel: this.channel().name, events: none, answers, waiting: 0 })
  }

  /** Whoever is not in the channel any more at a node that was attached before leaves; the others stay. */
  private replace(node: NodeId, members: ReadonlySet<SessionId>): void {
    for (const [place, former] of this.attached) {
      if (former.recipient.node !== node) continue
      this.attached.delete(place)
      former.recipient.replaced?.()
      for (const session of former.members) if (!members.has(session)) this.leave(session, false)
    }
  }

  private detach(place: number, lost: boolean): void {
    const node = this.attached.get(place)
    if (node === undefined) return
    this.attached.delete(place)
    for (const session of node.members) this.leave(session, lost)
  }

  private leave(session: SessionId, lost: boolean): void {
    const channel = this.channel()
    const command = lost ? ({ type: "Leave", session, lost } as const) : ({ type: "Leave", session } as const)
    if (!channel.tellUnsafe(command)) this.run(Effect.ignore(channel.tell(command)))
  }

  /** Whose answers these are; undefined where there are none. */
  private answersIn({ answers }: ChannelTurn): Map<number, Array<Answer>> | undefined {
    if (answers.length === 0) return undefined
    const found = new Map<number, Array<Answer>>()
    for (const { outcome, request } of answers) {
      // It is asked again where the channel goes on.
      if (this.moves && outcome.type === "Gone") continue
      const place = request % places
      const answer = { request: (request - place) / places, outcome }
      const others = found.get(place)
      if (others === undefined) found.set(place, [answer])
      else others.push(answer)
    }
    return found
  }

  /** Who is in at which node. */
  private note(event: ChannelEvent): void {
    switch (event.type) {
      case "Entered": {
        const node = this.attached.get(event.request % places)
        // Its node has gone meanwhile.
        if (node === undefined) this.leave(event.session, true)
        else node.members.add(event.session)
        return
      }
      case "Exited":
      case "PutOut":
        for (const { members } of this.attached.values()) members.delete(event.session)
        return
      case "Ended":
        for (const { members } of this.attached.values()) members.clear()
    }
  }
}

const none: ReadonlyArray<never> = []

const forPlace = (events: ReadonlyArray<ChannelEvent>, place: number): ReadonlyArray<ChannelEvent> =>
  events.flatMap((event) => {
    if (event.type !== "Entered") return event
    return event.request % places === place ? { ...event, request: (event.request - place) / places } : []
  })
