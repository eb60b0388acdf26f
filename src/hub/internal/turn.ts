import type { SessionId } from "../../domain/SessionId.ts"
import { maxReacted, maxReactions } from "../../domain/Limits.ts"
import * as Seq from "../../domain/Seq.ts"
import type { Person, User } from "../../domain/User.ts"
import type { Entry, Known, Message, Reacted, Reactions } from "../../domain/Entry.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Command } from "../ChannelCommand.ts"
import type { Member } from "../Member.ts"
import type { Access } from "./access.ts"
import type { RecentIds } from "./recentIds.ts"

/** A command that asks for a place in the channel. */
export type Saying = Extract<Command, { readonly type: "Publish" | "Change" }>

/** What became of it: its entry, what it was when it was said before, or why it has no place. */
export type Outcome =
  | { readonly entry: Entry }
  | { readonly known: Pick<Known, "seq" | "timestamp"> }
  | { readonly error: RequestError }

interface Context {
  readonly access: Access
  readonly members: ReadonlyMap<SessionId, Member>
  readonly recentIds: RecentIds
  /** Ids of the batch that were stored before, though they are not among the recent. */
  readonly known: ReadonlyArray<Known>
  /** The last place that is taken. */
  readonly after: Seq.Seq
  /** The messages that this turn changes, as they are in history. */
  readonly targets: ReadonlyArray<Message>
  readonly now: number
}

type Place = Pick<Entry, "from" | "seq" | "timestamp">

const isSaying = (command: Command): command is Saying => command.type === "Publish" || command.type === "Change"

/** The places of the messages that these commands change. */
export const targetsOf = (commands: ReadonlyArray<Command>): ReadonlyArray<Seq.Seq> => {
  const places = new Set<Seq.Seq>()
  for (const command of commands) if (command.type === "Change") places.add(command.target)
  return [...places]
}

/** One batch of commands, while its entries get their places and are stored together. */
export class Turn {
  readonly outcomes = new Map<Saying, Outcome>()
  readonly entries: Array<Entry> = []
  /** The last place that was taken before. */
  readonly after: Seq.Seq
  /** The messages that it changes, as they were before. */
  readonly targets: ReadonlyArray<Message>
  private readonly context: Context
  /** The same behind what this turn has done to them already. */
  private readonly changed: Map<Seq.Seq, Message>
  /** Takes back what slow mode counts. */
  private readonly takeBack: Array<() => void> = []

  constructor(context: Context) {
    this.context = context
    this.after = context.after
    this.targets = context.targets
    this.changed = new Map(context.targets.map((message) => [message.seq, message]))
  }

  get last(): Seq.Seq {
    return this.entries.at(-1)?.seq ?? this.context.after
  }

  /** Gives each command that is new its place. */
  assign(commands: ReadonlyArray<Command>): void {
    // Who comes and goes within the batch, before it is applied.
    const moved = new Map<SessionId, Member | undefined>()
    for (const command of commands) {
      if (command.type === "Join") moved.set(command.member.session, command.member)
      if (command.type === "Leave") moved.set(command.session, undefined)
      if (!isSaying(command)) continue
      const { session } = command
      const member = moved.has(session) ? moved.get(session) : this.context.members.get(session)
      if (member !== undefined) this.outcomes.set(command, this.outcome(command, member))
    }
  }

  /** None of it was stored: its ids are free again, and everybody who waits is told why. */
  fail(commands: ReadonlyArray<Command>, error: RequestError): void {
    this.forget()
    for (const command of commands) if (isSaying(command)) this.outcomes.set(command, { error })
  }

  /** Whether they were stored, only history knows. */
  forget(): void {
    for (const { from, id } of this.entries) {
      if (id !== undefined) this.context.recentIds.forget({ user: from.id, id })
    }
    for (const undo of this.takeBack.splice(0).toReversed()) undo()
  }

  private outcome(command: Saying, { user }: Member): Outcome {
    const { access, now, recentIds } = this.context
    const { id } = command
    const known =
      id === undefined
        ? undefined
        : (recentIds.find(user.id, id, now) ??
          this.context.known.find((earlier) => earlier.user === user.id && earlier.id === id))
    if (known !== undefined) return { known }
    const place = { seq: Seq.next(this.last), from: { id: user.id, name: user.name }, timestamp: now }
    const entry = command.type === "Publish" ? this.message(command, user, place) : this.change(command, user, place)
    if (entry instanceof RequestError) return { error: entry }
    const undo = entry.type === "Message" ? access.said(user.id, now) : undefined
    if (undo !== undefined) this.takeBack.push(undo)
    this.entries.push(entry)
    if (id !== undefined) recentIds.add({ user: user.id, id, seq: entry.seq, timestamp: now })
    return { entry }
  }

  private message(
    { content, id }: Extract<Saying, { readonly type: "Publish" }>,
    user: User,
    place: Place,
  ): Entry | RequestError {
    const { access, now } = this.context
    return access.refusal("publish", { user }, now) ?? { ...place, type: "Message", id, content }
  }

  private change(
    { change, id, target }: Extract<Saying, { readonly type: "Change" }>,
    user: User,
    place: Place,
  ): Entry | RequestError {
    const { access, now } = this.context
    const message = this.changed.get(target)
    if (message === undefined || message.deleted !== undefined) {
      // Who may not read here at all does not learn what there is.
      return access.refusal("read", { user }, now) ?? new RequestError({ reason: "NoSuchMessage", field: "target" })
    }
    const own = message.from.id === user.id
    switch (change.type) {
      case "Edited": {
        const refusal = access.refusal(own ? "editOwn" : "editOthers", { user }, now)
        if (refusal !== undefined) return refusal
        this.changed.set(target, { ...message, content: change.content })
        return { ...place, ...change, id, target }
      }
      case "Deleted": {
        const refusal = own
          ? access.refusal("deleteOwn", { user }, now)
          : access.refusal("deleteOthers", { user }, now, { user: message.from })
        if (refusal !== undefined) return refusal
        this.changed.set(target, { ...message, deleted: true })
        return { ...place, ...change, id, target }
      }
      case "Reacted": {
        const refusal = access.refusal("react", { user }, now)
        if (refusal !== undefined) return refusal
        const reactions = reacted(message, place.from, change)
        if (reactions === undefined) return new RequestError({ reason: "TooManyReactions" })
        this.changed.set(target, { ...message, reactions })
        return { ...place, ...change, id, target }
      }
    }
  }
}

/** The reactions then; undefined where they would be too many. One that is there already is no more. */
const reacted = (
  { reactions = [] }: Message,
  from: Person,
  { on, reaction }: Pick<Reacted, "reaction" | "on">,
): ReadonlyArray<Reactions> | undefined => {
  const users = reactions.find((one) => one.reaction === reaction)?.users
  if (!on || users?.some(({ id }) => id === from.id) === true) return reactions
  if (users === undefined && reactions.length >= maxReactions) return undefined
  if (reactions.reduce((sum, { users }) => sum + users.length, 0) >= maxReacted) return undefined
  const others = reactions.filter((one) => one.reaction !== reaction)
  return [...others, { reaction, users: [...(users ?? []), from] }]
}
