/** The doors to the service: each does the same operations in its own words, and says what came of them in the same. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as fileOperations from "../../src/chat/files/operations.ts"
import type * as operations from "../../src/chat/operations.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { User } from "../../src/domain/User.ts"
import type { Actions, Publication } from "../../src/embedding/Actions.ts"
import type { LocalSession } from "../../src/embedding/LocalSession.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import * as render from "../../src/protocol/v2/render.ts"
import * as renderInvites from "../../src/protocol/v2/renderInvites.ts"
import type { ServerFrame } from "../../src/protocol/v2/ServerFrame.ts"
import type { TestClient1, TestClient2 } from "../../src/testing/TestClient.ts"
import type { TestServer } from "../../src/testing/TestServer.ts"
import { type Ask, asking } from "../http/asking.ts"
import { member1, user2 } from "../suites/transportWorld.ts"
import type { Outcome } from "./Outcome.ts"
import { type FileOperationName, type FileRequests, filesInVersion2, filesOverHttp } from "./fileDoors.ts"

type NamesOf<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends { readonly reasons: unknown } ? Name : never
}[keyof Operations]
/** Those that are asked and answered by one frame, or none. */
type PlainName = NamesOf<typeof operations>
export type OperationName = PlainName | NamesOf<typeof fileOperations>

/** The word of version 2 for each; it has none for who is present, which it tells by itself. */
const words = {
  acceptInvite: "AcceptInvite",
  audit: "Audit",
  ban: "Ban",
  block: "Block",
  configure: "Configure",
  createChannel: "CreateChannel",
  createInviteLink: "CreateInviteLink",
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
  listInviteLinks: "ListInviteLinks",
  listPresent: undefined,
  listUnread: "ListUnread",
  markRead: "Read",
  mute: "Mute",
  page: "History",
  publish: "Publish",
  react: "React",
  renameChannel: "RenameChannel",
  revokeInviteLink: "RevokeInviteLink",
  search: "Search",
  setRole: "SetRole",
  setStatus: "SetStatus",
  setTopic: "SetTopic",
  typing: "Typing",
  unban: "Unban",
  unblock: "Unblock",
  unmute: "Unmute",
} as const satisfies { readonly [Name in PlainName]: ClientFrame["type"] | undefined }

type Sent = typeof ClientFrame.Encoded
/** What is asked, as version 2 would say it. */
export type Request<Name extends OperationName> = Name extends PlainName
  ? (typeof words)[Name] extends string
    ? Omit<Extract<Sent, { readonly type: (typeof words)[Name] }>, "type" | "ref">
    : { readonly channel: string }
  : Name extends FileOperationName
    ? FileRequests[Name]
    : never

/** Somebody behind a door. */
export interface Door {
  readonly name: DoorName
  /** Does an operation; undefined where the door has no word for it. */
  readonly call: <Name extends OperationName>(
    name: Name,
    request: Request<Name>,
  ) => Effect.Effect<Outcome, unknown> | undefined
}

export const doorNames = ["version 2", "version 1", "LocalSession", "no session", "HTTP"] as const
export type DoorName = (typeof doorNames)[number]
/** Those behind which one is in channels. */
export const sessions: ReadonlyArray<DoorName> = ["version 2", "LocalSession"]

const bytesOf = (request: object) => frame(Buffer.from(JSON.stringify(request)))

const inVersion2 = (client: TestClient2): Door => {
  const files = filesInVersion2(client)
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
      if (!(name in words)) return files[name as FileOperationName](request as never)
      const type = words[name as PlainName]
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
const calls: { readonly [Name in Exclude<PlainName, OfSessions>]: Call<Actions<RequestError>, Name> } = {
  acceptInvite: (by, { code }) =>
    Effect.map(by.acceptInvite(code), ({ channel }) => renderInvites.inviteAccepted(undefined, channel)),
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
  createInviteLink: (by, { channel, ...options }) =>
    Effect.map(by.createInviteLink(channel, options), ({ code, link }) =>
      renderInvites.inviteLinkCreated(undefined, named(channel), link, Redacted.value(code)),
    ),
  deleteChannel: (by, { channel }) => done(by.deleteChannel(channel)),
  deleteMessage: (by, { channel, id, target }) => posted(channel)(by.delete(channel, target, id)),
  describe: (by, { channel }) =>
    Effect.map(by.describe(channel), (description) => render.channelInfo(undefined, named(channel), description)),
  editMessage: (by, { channel, content, id, target }) => posted(channel)(by.edit(channel, target, content, id)),
  invite: (by, { channel, username }) => done(by.invite(channel, username)),
  kick: (by, { channel, reason, username }) => done(by.kick(channel, username, reason)),
  listBlocked: (by) => Effect.map(by.blocked, (people) => render.blocked(undefined, people)),
  listChannels: (by, more) => Effect.map(by.channels(more), (page) => render.channels(undefined, page)),
  listInviteLinks: (by, { channel }) =>
    Effect.map(by.inviteLinks(channel), (links) => renderInvites.inviteLinks(undefined, named(channel), links)),
  listPresent: (by, { channel }) => by.members(channel),
  listUnread: (by, more) => Effect.map(by.unread(more), (page) => render.unread(undefined, page)),
  markRead: (by, { channel, seq }) => done(by.read(channel, seq)),
  mute: (by, { channel, username, ...more }) => done(by.mute(channel, username, more)),
  page: (by, { channel, ...range }) =>
    Effect.map(by.history(channel, range), (page) => ({ type: "HistoryPage", channel: named(channel), ...page })),
  publish: (by, { channel, content, reply_to: replyTo, ...options }) =>
    posted(channel)(by.publish(channel, content, { ...options, replyTo })),
  react: (by, { channel, id, on = true, reaction, target }) =>
    posted(channel)(by.react(channel, target, reaction, { id, on })),
  renameChannel: (by, { channel, name }) => done(by.rename(channel, name)),
  revokeInviteLink: (by, { channel, id }) => done(by.revokeInviteLink(channel, id)),
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

/** What is asked over HTTP, and the type of version 2's answer that says the same. */
interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: object
  /** Default: `Ok`. */
  readonly says?: string
}

const inPath = (...parts: ReadonlyArray<string | number>) =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join("")
const queryOf = (fields: object) => {
  const given = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)])
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`
}
const message = (channel: string, target: number) => inPath("channels", channel, "messages", target)
const banned = ({ address, channel, username }: { channel: string; address?: string; username?: string }) =>
  address === undefined || username !== undefined
    ? inPath("channels", channel, "bans", username ?? "")
    : inPath("channels", channel, "address-bans", address)

/** The operations as the HTTP API has them. */
const requests: { readonly [Name in Exclude<PlainName, OfSessions>]: (request: Request<Name>) => Asked } = {
  acceptInvite: (body) => ({ method: "POST", path: "/invite-links/accept", body, says: "InviteAccepted" }),
  audit: ({ channel, ...query }) => ({
    method: "GET",
    path: inPath("channels", channel, "audit") + queryOf(query),
    says: "AuditLog",
  }),
  ban: ({ address, channel, username, ...body }) => ({
    method: "PUT",
    path: banned({ channel, ...(address && { address }), ...(username && { username }) }),
    body,
  }),
  block: ({ username }) => ({ method: "PUT", path: inPath("blocks", username) }),
  configure: ({ channel, ...body }) => ({ method: "PATCH", path: inPath("channels", channel), body }),
  createChannel: (body) => ({ method: "POST", path: "/channels", body }),
  createInviteLink: ({ channel, ...body }) => ({
    method: "POST",
    path: inPath("channels", channel, "invite-links"),
    body,
    says: "InviteLinkCreated",
  }),
  deleteChannel: ({ channel }) => ({ method: "DELETE", path: inPath("channels", channel) }),
  deleteMessage: ({ channel, target }) => ({ method: "DELETE", path: message(channel, target), says: "Published" }),
  describe: ({ channel }) => ({ method: "GET", path: inPath("channels", channel), says: "ChannelInfo" }),
  editMessage: ({ channel, content, target }) => ({
    method: "PATCH",
    path: message(channel, target),
    body: { content },
    says: "Published",
  }),
  invite: ({ channel, username }) => ({ method: "PUT", path: inPath("channels", channel, "invitations", username) }),
  kick: ({ channel, username, ...query }) => ({
    method: "DELETE",
    path: inPath("channels", channel, "members", username) + queryOf(query),
  }),
  listBlocked: () => ({ method: "GET", path: "/blocks", says: "Blocked" }),
  listChannels: (query) => ({ method: "GET", path: `/channels${queryOf(query)}`, says: "Channels" }),
  listInviteLinks: ({ channel }) => ({
    method: "GET",
    path: inPath("channels", channel, "invite-links"),
    says: "InviteLinks",
  }),
  listPresent: ({ channel }) => ({ method: "GET", path: inPath("channels", channel, "members"), says: "Present" }),
  listUnread: (query) => ({ method: "GET", path: `/unread${queryOf(query)}`, says: "Unread" }),
  markRead: ({ channel, seq }) => ({ method: "PUT", path: inPath("channels", channel, "read"), body: { seq } }),
  mute: ({ channel, username, ...body }) => ({
    method: "PUT",
    path: inPath("channels", channel, "mutes", username),
    body,
  }),
  page: ({ channel, ...query }) => ({
    method: "GET",
    path: inPath("channels", channel, "messages") + queryOf(query),
    says: "HistoryPage",
  }),
  publish: ({ channel, id: _, ...body }) => ({
    method: "POST",
    path: inPath("channels", channel, "messages"),
    body,
    says: "Published",
  }),
  react: ({ channel, on = true, reaction, target }) => ({
    method: on ? "PUT" : "DELETE",
    path: message(channel, target) + inPath("reactions", reaction),
    says: "Published",
  }),
  renameChannel: ({ channel, name }) => ({ method: "PATCH", path: inPath("channels", channel), body: { name } }),
  revokeInviteLink: ({ channel, id }) => ({
    method: "DELETE",
    path: inPath("channels", channel, "invite-links", id),
  }),
  search: (query) => ({ method: "GET", path: `/search${queryOf(query)}`, says: "SearchResult" }),
  setRole: ({ channel, role, username }) => {
    const path = inPath("channels", channel, "roles", username)
    return role === undefined ? { method: "DELETE", path } : { method: "PUT", path, body: { role } }
  },
  setStatus: (body) => ({ method: "PUT", path: "/status", body }),
  setTopic: ({ channel, topic }) => ({ method: "PATCH", path: inPath("channels", channel), body: { topic } }),
  unban: ({ channel, ...whom }) => ({ method: "DELETE", path: banned({ channel, ...whom }) }),
  unblock: ({ username }) => ({ method: "DELETE", path: inPath("blocks", username) }),
  unmute: ({ channel, username }) => ({ method: "DELETE", path: inPath("channels", channel, "mutes", username) }),
}

const overHttp = (ask: Ask, token: Redacted.Redacted): Door => ({
  name: "HTTP",
  call: (name, request) => {
    const authorized = { Authorization: `Bearer ${Redacted.value(token)}` }
    const files = filesOverHttp(ask, authorized)
    if (name in files) return files[name as FileOperationName](request as never)
    if (!(name in requests)) return undefined
    const {
      body,
      method,
      path,
      says = "Ok",
    } = (requests as Record<string, (request: unknown) => Asked>)[name]!(request)
    const { id } = request as { readonly id?: string }
    const headers = {
      ...authorized,
      ...(id === undefined ? {} : { "Idempotency-Key": id }),
    }
    return Effect.map(
      ask({ method, path: `/api/v1${path}`, headers, ...(body && { body }) }),
      ({ json, status }): Outcome => {
        if (status < 300) return { answer: says === "Ok" ? ok : { type: says, ...json } }
        const { detail, field: named, reason } = json as { reason: string; detail: string; field?: string }
        // The path calls the message by its place.
        const field = named === "seq" && "target" in request ? "target" : named
        return { refused: { reason, message: detail, ...(field === undefined ? {} : { field }) } }
      },
    )
  },
})

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
  { accounts, api, client1, client2, hub }: TestServer["Service"],
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
    case "HTTP":
      return Effect.gen(function* () {
        const password = Redacted.make(`${user.name}'s`)
        const guest = { username: user.name, password, address: "127.0.0.1" }
        const { token } = yield* accounts.issueToken(user.role === "guest" ? yield* accounts.signIn(guest) : user)
        return overHttp(asking(api), token)
      })
    case "no session":
      return Effect.map(hub.as({ ...user, limited: true }), (actions) => embedded(name, actions, calls))
  }
}
