import * as Duration from "effect/Duration"
import type { ChannelEvent, Welcome } from "../../../domain/ChannelEvent.ts"
import type { SessionId } from "../../../domain/SessionId.ts"
import type { Person, User, UserId } from "../../../domain/User.ts"
import { Generations } from "../../../domain/Generations.ts"
import type { HubSettings } from "../../HubSettings.ts"
import type { ChannelDirectory } from "../ChannelDirectory.ts"
import type { ChannelCommandOf, Requester, Resumed } from "../ChannelCommand.ts"
import { Presence } from "../Presence.ts"
import { Typing } from "./typing.ts"

type Join = ChannelCommandOf<"Join">

/** How somebody leaves: because the session has `ended`, which may be `lost` with its node, or because it was thrown out. */
interface Leaving {
  readonly ended?: boolean | undefined
  readonly lost?: boolean | undefined
  readonly kicked?: boolean | undefined
}

const left: Leaving = {}

/** What a newcomer is told of the channel apart from who is there. */
export type Threshold = Pick<Welcome, "id" | "history" | "topic" | "seq" | "first">

const nobody: ReadonlyArray<never> = []

/** Sessions that were put out, at least: those that were longest ago are forgotten first. */
const rememberedOut = 1000

export const personOf = ({ id, name }: Person): Person => ({ id, name })

/** The sessions that are in a channel, whose they are, and what is told of their coming and going. */
export class Attendance {
  readonly members = new Map<SessionId, Requester>()
  readonly presence: Presence
  private readonly typing: Typing
  readonly tell: (event: ChannelEvent) => void
  /**
   * Sessions that were put out: their nodes may not have been told, over a link that has broken meanwhile, and say that they
   * are in.
   */
  private out: Generations<SessionId, true> | undefined
  /** Those who came one right after the other and are not welcomed yet: all of them are told the same. */
  private newcomers: Array<Join> = []

  constructor({ presence, typingInterval }: HubSettings, tell: (event: ChannelEvent) => void) {
    this.presence = new Presence(presence)
    this.typing = new Typing(Duration.toMillis(typingInterval))
    this.tell = tell
  }

  /** Who is here, for whoever asks. */
  get present() {
    const { count, members } = this.presence.snapshot()
    return { type: "Present", count, members } as const
  }

  get isEmpty(): boolean {
    return this.members.size === 0
  }

  /** A session is in from here on. The others hear of it first; the newcomer finds itself in the list. */
  enter(join: Join, now: number): void {
    const { appearance, by, session } = join
    const arrival = this.presence.join(by.user, appearance, now)
    const back = arrival === "back" ? { back: true } : undefined
    if (arrival !== undefined) this.tell({ type: "Arrived", user: personOf(by.user), ...back })
    this.members.set(session, by)
    this.out?.delete(session)
    this.newcomers.push(join)
  }

  /** Tells newcomers what they entered: all who came together are in the list that each of them gets. */
  welcome(threshold: () => Threshold, standing: (user: User) => Welcome["standing"]): void {
    const { newcomers } = this
    if (newcomers.length === 0) return
    this.newcomers = []
    const { count, members, version: presence } = this.presence.snapshot()
    const { first, history, id, seq, topic } = threshold()
    for (const { by, names, request, session } of newcomers) {
      const known = names ? this.presence.namesKnown() : { names: nobody }
      const how = standing(by.user)
      const welcome = { id, history, topic, seq, first, standing: how, count, members, presence, ...known }
      this.tell({ type: "Entered", session, request, welcome })
    }
  }

  /**
   * Sessions that were here before the channel came to run here. Nobody is told that they came: for a moment it may look as
   * if others had gone, whose nodes have not said that they are here; then everybody is told who is.
   */
  resume(resumed: Omit<Resumed, "request">, mayStay: (by: Requester) => boolean, now: number): void {
    this.presence.resume(resumed, now)
    for (const { appearance, by, session } of resumed.members) {
      if (this.members.has(session)) continue
      if (this.out?.get(session) === true || !mayStay(by)) {
        this.tell({ type: "PutOut", session })
        continue
      }
      this.members.set(session, by)
      this.presence.join(by.user, appearance, now)
    }
  }

  /** A session leaves, if it is in. */
  leave(session: SessionId, now: number, how: Leaving = left): void {
    this.remove(session, now, "Exited", how)
  }

  /** A session may not stay; `kicked`: everybody was told why. */
  putOut(session: SessionId, now: number, kicked = false): void {
    this.out ??= new Generations(rememberedOut)
    this.out.set(session, true)
    this.remove(session, now, "PutOut", kicked ? { kicked } : left)
  }

  /** Nobody may stay. */
  putOutAll(now: number): void {
    for (const session of this.members.keys()) this.putOut(session, now)
  }

  /** A session's user is typing, which is passed on now and then. */
  isTyping({ session, user }: Requester, now: number): void {
    if (session === undefined || !this.members.has(session) || !this.typing.passes(user.id, now)) return
    this.tell({ type: "Typing", user: personOf(user) })
  }

  /** Somebody may not speak any more: those who were told that something is on its way wait for nothing. */
  stopTyping(person: Person, now: number): void {
    if (!this.typing.isKnown(person.id, now)) return
    this.typing.forget(person.id)
    this.tell({ type: "Typing", user: person, stopped: true })
  }

  setAppearance({ appearance, user }: ChannelCommandOf<"SetAppearance">, now: number): void {
    this.presence.setStatus(user, appearance, now)
  }

  /** Tells of the changes that were gathered, when their time has come. */
  tellChanges(now: number, isConnected: ChannelDirectory["isConnected"]): void {
    if (now < this.presence.nextAt) return
    for (const user of this.presence.expire(now)) {
      this.tell({ type: "Gone", user: personOf(user), connected: isConnected(user) })
    }
    const diff = this.presence.advance(now)
    if (diff !== undefined) this.tell({ type: "Presence", ...diff })
  }

  /** Nobody is in it any more. */
  clear(): void {
    this.members.clear()
  }

  /** The users of these sessions, each once. */
  static usersOf(members: ReadonlyArray<Requester>): Iterable<Person> {
    const people = new Map<UserId, Person>(members.map(({ user }) => [user.id, personOf(user)]))
    return people.values()
  }

  private remove(session: SessionId, now: number, type: "Exited" | "PutOut", how: Leaving): void {
    const member = this.members.get(session)
    if (member === undefined) return
    this.tell({ type, session })
    this.members.delete(session)
    const { user } = member
    if (!this.presence.leave(user.id, now, how)) return
    this.typing.forget(user.id)
    const why = how.ended === true ? ("ended" as const) : how.kicked === true ? ("kicked" as const) : undefined
    this.tell({ type: "Departed", user: personOf(user), ...(why === undefined ? undefined : { why }) })
  }
}
