import type { Generations } from "../../../domain/Generations.ts"
import { maxOwnReactions, maxReacted, maxReactions } from "../../../domain/Limits.ts"
import type { Entry, StoredId, Message, Reacted, Reactions } from "../../../domain/Entry.ts"
import { oneForm } from "../../../domain/Reaction.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import * as Seq from "../../../domain/Seq.ts"
import type { SessionId } from "../../../domain/SessionId.ts"
import type { Person, User, UserId } from "../../../domain/User.ts"
import type { ChannelCommandOf, Requester } from "../ChannelCommand.ts"
import type { Mail } from "./Mail.ts"
import type { Access } from "./access.ts"
import type { RecentIds } from "./recentIds.ts"

/** A command that asks for a place in the channel. */
export type Post = ChannelCommandOf<"Publish" | "Change">

/** Where something is already that nothing has to be stored for: it was sent before, or would change nothing. */
type Standing = Pick<StoredId, "seq" | "timestamp">

/** What became of a post: its entry, where it stands already, or why it has no place. */
export type PostResult = Entry | Standing | RequestError

interface Context {
  readonly access: Access
  /** The channel's members, as they were before the turn. */
  readonly members: ReadonlyMap<SessionId, Requester>
  readonly recentIds: RecentIds
  /** Ids with an earlier stamp are not remembered any more. */
  readonly idsSince: number
  /** One object for each user who says something: it goes into every entry. */
  readonly people: Generations<UserId, Person>
  /** Ids of the batch that were stored before, though they are not among the recent. */
  readonly known: ReadonlyArray<StoredId>
  /** The last place that is taken. */
  readonly after: Seq.Seq
  /** The messages that this turn changes or answers, as they are in history. */
  readonly targets: ReadonlyArray<Message>
  /** The time that its entries get. */
  readonly stamp: number
  readonly now: number
}

export const isPost = (command: Mail): command is Post => command.type === "Publish" || command.type === "Change"

/** The places of the messages that these commands change or answer. */
export const targetsOf = (commands: ReadonlyArray<Mail>): ReadonlyArray<Seq.Seq> => {
  let places: Set<Seq.Seq> | undefined
  for (const command of commands) {
    const target = isPost(command) ? aboutOf(command) : undefined
    if (target !== undefined) (places ??= new Set()).add(target)
  }
  return places === undefined ? none : [...places]
}
const none: ReadonlyArray<never> = []

const aboutOf = (post: Post): Seq.Seq | undefined => (post.type === "Change" ? post.target : post.replyTo)

/** One batch of commands, while its entries get their places and are stored together. */
export class Turn {
  readonly entries: Array<Entry> = []
  /** The last place that was taken before. */
  readonly after: Seq.Seq
  /** The messages that it changes or answers, as they were before. */
  readonly targets: ReadonlyArray<Message>
  private readonly context: Context
  /** What became of each command that is a post, in the order of the commands. */
  private readonly results: Array<PostResult | undefined> = []
  /** The targets behind what this turn has done to them already. */
  private readonly changed: Map<Seq.Seq, Message> | undefined
  /** Takes back what slow mode counts. */
  private takeBack: Array<() => void> | undefined

  constructor(context: Context) {
    this.context = context
    this.after = context.after
    this.targets = context.targets
    // Most turns change nothing.
    if (context.targets.length > 0) this.changed = new Map(context.targets.map((message) => [message.seq, message]))
  }

  get last(): Seq.Seq {
    return this.entries.at(-1)?.seq ?? this.context.after
  }

  /** What became of a post, by its number in the batch; one whose session is no member has no result. */
  result(n: number): PostResult | undefined {
    return this.results[n]
  }

  /** Gives each post that is new its place. */
  assign(commands: ReadonlyArray<Mail>): void {
    // Who comes and goes within the batch, before it is applied.
    let moved: Map<SessionId, boolean> | undefined
    for (let n = 0; n < commands.length; n++) {
      const command = commands[n]!
      if (command.type === "Join") (moved ??= new Map()).set(command.session, true)
      if (command.type === "Leave") (moved ??= new Map()).set(command.session, false)
      if (!isPost(command)) continue
      const { session } = command.by
      // Without a session one need not be a member: rights alone decide.
      if (session === undefined || (moved?.get(session) ?? this.context.members.has(session))) {
        this.results[n] = this.post(command)
      }
    }
  }

  /** None of it was stored: its ids are free again, and everybody who waits is told why. */
  fail(commands: ReadonlyArray<Mail>, error: RequestError): void {
    this.forget()
    for (const [n, command] of commands.entries()) if (isPost(command)) this.results[n] = error
  }

  /** Whether its entries were stored, only history knows. */
  forget(): void {
    for (const { from, id } of this.entries) {
      if (id !== undefined) this.context.recentIds.forget(from.id, id)
    }
    const { takeBack } = this
    this.takeBack = undefined
    for (const undo of takeBack ?? []) undo()
  }

  private post(command: Post): PostResult {
    const { access, idsSince, known, now, recentIds, stamp } = this.context
    const { by, id } = command
    const { user } = by
    if (id !== undefined) {
      const before =
        recentIds.find(user.id, id, idsSince) ??
        (known.length === 0 ? undefined : known.find((earlier) => earlier.user === user.id && earlier.id === id))
      if (before !== undefined) return before
    }
    const place = { seq: Seq.next(this.last), from: this.person(user), timestamp: stamp }
    const entry = command.type === "Publish" ? this.message(command, by, place) : this.change(command, by, place)
    if (entry instanceof RequestError || !("type" in entry)) return entry
    const undo = says(entry) ? access.said(user.id, now) : undefined
    if (undo !== undefined) (this.takeBack ??= []).push(undo)
    this.entries.push(entry)
    if (id !== undefined) recentIds.add(user.id, id, entry.seq, stamp)
    return entry
  }

  private person({ id, name }: User): Person {
    const { people } = this.context
    const known = people.get(id)
    if (known !== undefined && known.name === name) return known
    const person = { id, name }
    people.set(id, person)
    return person
  }

  private message(
    { content, file, id, replyTo }: ChannelCommandOf<"Publish">,
    by: Requester,
    { from, seq, timestamp }: Place,
  ): Entry | RequestError {
    const { access, now } = this.context
    const refused = access.refusal("publish", by, now)
    if (refused !== undefined) return refused
    // Most have no file and answer nothing, and an entry is as small as what is in it.
    if (file === undefined && replyTo === undefined) return { type: "Message", seq, from, timestamp, id, content }
    if (replyTo === undefined) return { type: "Message", seq, from, timestamp, id, content, file }
    if (!this.isThere(replyTo)) return new RequestError({ reason: "NoSuchMessage", field: "reply_to" })
    return { type: "Message", seq, from, timestamp, id, content, ...(file === undefined ? {} : { file }), replyTo }
  }

  /** Whether a message is at that place, and not deleted. */
  private isThere(target: Seq.Seq): boolean {
    const message = this.changed?.get(target)
    return message !== undefined && message.deleted === undefined
  }

  private change({ change, id, target }: ChannelCommandOf<"Change">, by: Requester, place: Place): PostResult {
    const { access, now } = this.context
    const { changed } = this
    const message = changed?.get(target)
    if (changed === undefined || message === undefined || message.deleted !== undefined) {
      // Who may not read here at all does not learn what there is.
      return access.refusal("read", by, now) ?? new RequestError({ reason: "NoSuchMessage", field: "target" })
    }
    const own = message.from.id === by.user.id
    switch (change.type) {
      case "Edited": {
        const refusal = access.refusal(own ? "editOwn" : "editOthers", by, now)
        if (refusal !== undefined) return refusal
        if (message.content === change.content) return asItIs(message)
        changed.set(target, { ...message, content: change.content })
        return { ...place, ...change, id, target }
      }
      case "Deleted": {
        const refusal = own
          ? access.refusal("deleteOwn", by, now)
          : access.refusal("deleteOthers", by, now, { user: message.from })
        if (refusal !== undefined) return refusal
        changed.set(target, { ...message, deleted: true })
        return { ...place, ...change, id, target }
      }
      case "Reacted": {
        const refusal = access.refusal("react", by, now)
        // Taking one back says nothing.
        if (refusal !== undefined && (change.on || refusal.reason !== "SlowMode")) return refusal
        // A node of an earlier release lets other forms through.
        const reaction = oneForm(change.reaction)
        if (hasReacted(message, by.user.id, reaction) === change.on) return asItIs(message)
        const reactions = reacted(message, place.from, { reaction, on: change.on })
        if (reactions instanceof RequestError) return reactions
        changed.set(target, { ...message, reactions })
        return { ...place, ...change, reaction, id, target }
      }
    }
  }
}

/** Whether slow mode counts it. */
const says = (entry: Entry): boolean => entry.type !== "Deleted" && (entry.type !== "Reacted" || entry.on)

type Place = Pick<Entry, "from" | "seq" | "timestamp">

/** What would change nothing is answered with the place of the message: nothing is stored, and nobody is told. */
const asItIs = ({ seq, timestamp }: Message): Standing => ({ seq, timestamp })

const hasReacted = ({ reactions }: Message, user: UserId, reaction: Reacted["reaction"]): boolean =>
  reactions?.some((one) => one.reaction === reaction && one.users.some(({ id }) => id === user)) === true

/** The reactions then, or why there can be no more. */
const reacted = (
  { reactions = [] }: Message,
  from: Person,
  { on, reaction }: Pick<Reacted, "reaction" | "on">,
): ReadonlyArray<Reactions> | RequestError => {
  const users = reactions.find((one) => one.reaction === reaction)?.users
  const others = reactions.filter((one) => one.reaction !== reaction)
  if (!on) {
    const left = (users ?? []).filter(({ id }) => id !== from.id)
    return left.length === 0 ? others : [...others, { reaction, users: left }]
  }
  const own = reactions.filter(({ users }) => users.some(({ id }) => id === from.id)).length
  if (own >= maxOwnReactions) {
    return tooMany(`You have ${own} reactions to this message, as many as one may have: take one of them back first`)
  }
  if (users === undefined && reactions.length >= maxReactions) {
    return tooMany(`The message has ${reactions.length} different reactions, as many as there may be: use one of them`)
  }
  if (reactions.reduce((sum, { users }) => sum + users.length, 0) >= maxReacted) {
    return tooMany(`The message has ${maxReacted} reactions, as many as there may be`)
  }
  return [...others, { reaction, users: [...(users ?? []), from] }]
}

const tooMany = (detail: string): RequestError => new RequestError({ reason: "TooManyReactions", detail })
