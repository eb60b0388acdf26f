/** The operations over a directory, a channel and stores that the test plays: what reaches them, and what each answer is made into. */
import { Seals } from "../../src/peers/Seals.ts"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import { ActorUnavailable } from "../../src/actor/Actor.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import type { ChatShape } from "../../src/chat/Chat.ts"
import { Cursors } from "../../src/chat/internal/Cursors.ts"
import { RecentPages } from "../../src/chat/internal/RecentPages.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import { RequestError, type RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { User } from "../../src/domain/User.ts"
import { ChannelLink } from "../../src/hub/audience/ChannelLink.ts"
import type { Membership, Memberships } from "../../src/hub/audience/Memberships.ts"
import { Outboxes } from "../../src/hub/audience/Outboxes.ts"
import type { ChannelCommand, Outcome } from "../../src/hub/channel/ChannelCommand.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import { user } from "../hub/members.ts"

export const [ann, bob] = [user("ann", "id of ann"), user("bob", "id of bob")]

export const name = (name: string) => ChannelName.make(name)
export const failing = (reason: RequestErrorReason) => new RequestError({ reason })

/** A channel that answers as the test says, by the kind of command: at once, or not at all. */
export const channel = (called: string, answer: (command: ChannelCommand) => Outcome | undefined) =>
  Effect.gen(function* () {
    const commands: Array<ChannelCommand> = []
    /** Commands that it takes at once, and then those that wait for room; behind that it is gone. */
    const room = { now: Number.POSITIVE_INFINITY, later: Number.POSITIVE_INFINITY }
    const link = new ChannelLink({
      name: name(called),
      outboxes: new Outboxes(),
      clock: yield* Clock.Clock,
      later: () => {},
      coalesce: 0,
    })
    const take = (command: ChannelCommand) => {
      commands.push(command)
      const outcome = answer(command)
      if (outcome === undefined || !("request" in command) || command.request === undefined) return
      const answers = [{ request: command.request, outcome }]
      link.receive({ channel: link.name, events: [], answers, waiting: 0 })
    }
    link.connect({
      tellUnsafe: (command) => {
        if (room.now-- <= 0) return false
        take(command)
        return true
      },
      tell: (command) =>
        Effect.suspend(() =>
          room.later-- <= 0
            ? Effect.fail(new ActorUnavailable({ actor: called, why: "stopped" }))
            : Effect.sync(() => take(command)),
        ),
    })
    return { commands, link, room }
  })

export type TestChannel = Effect.Success<ReturnType<typeof channel>>

type Parts = { readonly [Part in keyof ChatShape]?: Partial<ChatShape[Part]> }

/** Nobody has an account; what a test needs of the rest it brings. */
export const chatOf = (parts: Parts): Effect.Effect<ChatShape> =>
  Effect.gen(function* () {
    const people = { find: () => Effect.succeedNone, get: () => Effect.succeedNone, ...parts.people }
    const directory = { ownerOf: () => undefined, opened: () => undefined, hold: () => {}, ...parts.directory }
    return {
      settings: defaults,
      clock: yield* Clock.Clock,
      seals: new Seals(),
      cursors: new Cursors(),
      pages: new RecentPages(),
      searching: yield* Semaphore.make(1),
      counting: yield* Semaphore.make(1),
      ending: yield* Deferred.make<void>(),
      limitsOf: () => undefined,
      accounts: undefined,
      ...parts,
      people,
      directory,
    } as unknown as ChatShape
  })

/** Accounts of these users, by their names and their ids. */
export const accountsOf = (...users: ReadonlyArray<User>): ChatShape["people"] => ({
  find: (name) => Effect.succeed(Option.fromUndefinedOr(users.find((user) => user.name === name))),
  get: (id) => Effect.succeed(Option.fromUndefinedOr(users.find((user) => user.id === id))),
})

/** Ann, who has no session. */
export const caller: Caller = { by: { user: ann, address: "192.0.2.1" }, memberships: undefined, limits: undefined }

/** A session that is in these channels, and notes which of them it is told to be lost. */
export const inside = (...memberships: ReadonlyArray<Membership>) => {
  const there = [...memberships]
  const lost: Array<Membership> = []
  const own: Partial<Memberships> = {
    get: (name) => there.find((membership) => membership.name === name),
    all: there,
    lost: (membership) => void lost.push(membership),
  }
  return { caller: { ...caller, memberships: own as Memberships }, lost, there }
}
