/** The doors to the service: each does the same operations in its own words, and says what came of them in the same. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as operations from "../../src/chat/operations.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { User } from "../../src/domain/User.ts"
import type { Actions, Publication } from "../../src/embedding/Actions.ts"
import type { LocalSession } from "../../src/embedding/LocalSession.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import * as render from "../../src/protocol/v2/render.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import type { TestClient1, TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { member1, user2 } from "../suites/transportWorld.ts"

type Operations = typeof operations
export type OperationName = {
  readonly [Name in keyof Operations]: Operations[Name] extends { readonly reasons: unknown } ? Name : never
}[keyof Operations]

/** The word of version 2 for each; it has none for who is present, which it tells by itself. */
const words = {
  audit: "Audit",
  ban: "Ban",
  block: "Block",
  configure: "Configure",
  createChannel: "CreateChannel",
  deleteChannel: "DeleteChannel",
  deleteMessage: "Delete",
  describe: "Describe",
  editMessage: "Edit",
  invite: "Invite",
  join: "Join",
  kick: "Kick",
  leave: "Leave",
  listBlocked: "ListBlocked",
  listChannels: "ListChannels",
  listPresent: undefined,
  listUnread: "ListUnread",
  markRead: "Read",
  mute: "Mute",
  page: "History",
  publish: "Publish",
  react: "React",
  renameChannel: "RenameChannel",
  search: "Search",
  setRole: "SetRole",
  setStatus: "SetStatus",
  setTopic: "SetTopic",
  typing: "Typing",
  unban: "Unban",
  unblock: "Unblock",
  unmute: "Unmute",
} as const satisfies { readonly [Name in OperationName]: ClientFrame["type"] | undefined }

type Sent = typeof ClientFrame.Encoded
/** What is asked, as version 2 would say it. */
export type Request<Name extends OperationName> = (typeof words)[Name] extends string
  ? Omit<Extract<Sent, { readonly type: (typeof words)[Name] }>, "type" | "ref">
  : { readonly channel: string }

/** What came of it: the answer as version 2 would say it, or why there is none. */
export type Outcome =
  | { readonly answer: object }
  | {
      readonly refused: {
        readonly reason?: string
        readonly status?: number
        readonly message: string
        readonly field?: string
      }
    }

/** Somebody behind a door. */
export interface Door {
  readonly name: DoorName
  /** Does an operation; undefined where the door has no word for it. */
  readonly call: <Name extends OperationName>(
    name: Name,
    request: Request<Name>,
  ) => Effect.Effect<Outcome, unknown> | undefined
}

export const doorNames = ["version 2", "version 1", "LocalSession", "no session"] as const
export type DoorName = (typeof doorNames)[number]
/** Those behind which one is in channels. */
export const sessions: ReadonlyArray<DoorName> = ["version 2", "LocalSession"]

const bytesOf = (request: object) => frame(Buffer.from(JSON.stringify(request)))

const inVersion2 = (client: TestClient2): Door => {
  let ref = 1000
  const answerTo = (request: object, mine: number): Effect.Effect<Outcome, unknown> => {
    // Typing is answered by nothing: what came before the answer to a ping is the answer.
    const ends = (next: ServerFrame) =>
      ("ref" in next && next.ref === mine) || next.type === "Error" || next.type === "Pong"
    return Effect.gen(function* () {
      yield* client.sendRaw(bytesOf(request))
      if (!("ref" in request)) yield* client.sendRaw(bytesOf({ type: "Ping", sequence: mine }))
      let next = yield* client.next
      while (!ends(next)) next = yield* client.next
      if (next.type === "Error") {
        const { code: _, field, message, name: reason } = next
        return { refused: { reason, message, ...(field === undefined ? {} : { field }) } }
      }
      if (next.type === "Pong") return { answer: {} }
      const { ref: __, ...answer } = next as ServerFrame & { readonly ref?: number }
      return { answer }
    })
  }
  return {
    name: "version 2",
    call: (name, request) => {
      const type = words[name]
      if (type === undefined) return undefined
      const mine = ++ref
      return answerTo(name === "typing" ? { type, ...request } : { type, ref: mine, ...request }, mine)
    },
  }
}

/** It knows one channel, the lobby, and one word: a message is answered by itself. */
const inVersion1 = (client: TestClient1): Door => ({
  name: "version 1",
  call: (name, request) => {
    if (name !== "publish") return undefined
    return Effect.gen(function* (): Effect.fn.Return<Outcome, unknown> {
      const { content } = request as Request<"publish">
      yield* client.send({ type: "ChatMessage", from: "", content, timestamp: 0 })
      while (true) {
        const next = yield* client.next
        if (next.type === "ChatMessage" && next.from === "ann") return { answer: {} }
        if (next.type === "Error") return { refused: { status: next.code, message: next.message } }
      }
    })
  },
})

const ok = render.ok(undefined)
const done = <E>(effect: Effect.Effect<void, E>) => Effect.as(effect, ok)
const named = (channel: string) => ChannelName.make(channel)
const posted =
  (channel: string) =>
  <E>(effect: Effect.Effect<Publication, E>) =>
    Effect.map(effect, (place) => render.published(undefined, named(channel), place.id, place))
const subject = ({ address, username }: { readonly address?: string; readonly username?: string }) =>
  ({
    ...(address === undefined ? {} : { address }),
    ...(username === undefined ? {} : { username }),
  }) as { readonly username: string }

type Call<By, Name extends OperationName> = (by: By, request: Request<Name>) => Effect.Effect<object, RequestError>
type OfSessions = "join" | "leave" | "typing"

/** The operations in the words of an embedding program; what they answer is said as version 2 would. */
const calls: { readonly [Name in Exclude<OperationName, OfSessions>]: Call<Actions<RequestError>, Name> } = {
  audit: (by, { before, channel }) =>
    Effect.map(by.audit(channel, before === undefined ? {} : { before }), (page) =>
      render.auditLog(undefined, named(channel), page),
    ),
  ban: (by, { channel, duration, reason, ...whom }) =>
    done(
      by.ban(channel, subject(whom), {
        ...(duration === undefined ? {} : { duration }),
        ...(reason === undefined ? {} : { reason }),
      }),
    ),
  block: (by, { username }) => done(by.block(username)),
  configure: (by, { channel, slow_mode: slowMode, ...more }) =>
    done(by.configure(channel, slowMode === undefined ? more : { ...more, slowMode })),
  createChannel: (by, { channel, ...more }) => done(by.createChannel(channel, more)),
  deleteChannel: (by, { channel }) => done(by.deleteChannel(channel)),
  deleteMessage: (by, { channel, id, target }) => posted(channel)(by.delete(channel, target, id)),
  describe: (by, { channel }) =>
    Effect.map(by.describe(channel), (description) => render.channelInfo(undefined, named(channel), description)),
  editMessage: (by, { channel, content, id, target }) => posted(channel)(by.edit(channel, target, content, id)),
  invite: (by, { channel, username }) => done(by.invite(channel, username)),
  kick: (by, { channel, reason, username }) => done(by.kick(channel, username, reason)),
  listBlocked: (by) => Effect.map(by.blocked, (people) => render.blocked(undefined, people)),
  listChannels: (by, more) => Effect.map(by.channels(more), (page) => render.channels(undefined, page)),
  listPresent: (by, { channel }) => by.members(channel),
  listUnread: (by, more) => Effect.map(by.unread(more), (page) => render.unread(undefined, page)),
  markRead: (by, { channel, seq }) => done(by.read(channel, seq)),
  mute: (by, { channel, username, ...more }) => done(by.mute(channel, username, more)),
  page: (by, { channel, ...range }) =>
    Effect.map(by.history(channel, range), (page) => ({ type: "HistoryPage", channel: named(channel), ...page })),
  publish: (by, { channel, content, id }) => posted(channel)(by.publish(channel, content, id)),
  react: (by, { channel, id, on = true, reaction, target }) =>
    posted(channel)(by.react(channel, target, reaction, { id, on })),
  renameChannel: (by, { channel, name }) => done(by.rename(channel, name)),
  search: (by, { text, ...more }) =>
    Effect.map(by.search(text, more), ({ hits, next }) => ({
      type: "SearchResult",
      hits,
      ...(next === undefined ? {} : { next }),
    })),
  setRole: (by, { channel, role, username }) => done(by.setRole(channel, username, role)),
  setStatus: (by, { status, text }) => done(by.setStatus(status, text)),
  setTopic: (by, { channel, topic }) => done(by.setTopic(channel, topic)),
  unban: (by, { channel, ...whom }) => done(by.unban(channel, subject(whom))),
  unblock: (by, { username }) => done(by.unblock(username)),
  unmute: (by, { channel, username }) => done(by.unmute(channel, username)),
}

const sessionCalls: { readonly [Name in OfSessions]: Call<LocalSession, Name> } = {
  join: (by, { channel }) => by.join(channel),
  leave: (by, { channel }) => Effect.as(by.leave(channel), render.left(undefined, named(channel))),
  typing: (by, { channel }) => Effect.as(by.typing(channel), {}),
}

const outcomeOf = (call: Effect.Effect<object, RequestError>): Effect.Effect<Outcome> =>
  Effect.match(call, {
    onSuccess: (answer): Outcome => ({ answer }),
    onFailure: ({ field, message, reason }): Outcome => ({
      refused: { reason, message, ...(field === undefined ? {} : { field }) },
    }),
  })

const embedded = <By extends Actions<RequestError>>(
  name: DoorName,
  by: By,
  table: { readonly [Name in OperationName]?: Call<By, Name> },
): Door => ({
  name,
  call: (operation, request) => {
    const call = table[operation]
    return call === undefined ? undefined : Effect.suspend(() => outcomeOf(call(by, request)))
  },
})

/** Opens a door for somebody, who is in no channel yet but, in version 1, the lobby. */
export const open = (
  name: DoorName,
  { client1, client2, hub }: TestServer["Service"],
  user: User,
): Effect.Effect<Door, unknown, Scope.Scope> => {
  const server = { client1, client2 } as TestServer["Service"]
  switch (name) {
    case "version 2":
      return Effect.map(user2(server, user.name), inVersion2)
    case "version 1":
      return Effect.map(member1(server, user.name), inVersion1)
    case "LocalSession":
      return Effect.map(hub.connect({ ...user, limited: true }), (session) =>
        embedded(name, session, { ...calls, ...sessionCalls }),
      )
    case "no session":
      return Effect.map(hub.as({ ...user, limited: true }), (actions) => embedded(name, actions, calls))
  }
}
