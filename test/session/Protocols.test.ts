/** From frames to operations and back, in both versions: what is counted, what is owed an answer, and what ends the session. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AccountError from "../../src/accounts/AccountError.ts"
import type { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelName, lobby } from "../../src/domain/ChannelName.ts"
import type { Welcome } from "../../src/domain/ChannelEvent.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import type { User } from "../../src/domain/User.ts"
import type { Membership, Memberships } from "../../src/hub/audience/Memberships.ts"
import type { ChannelCommand, Outcome } from "../../src/hub/channel/ChannelCommand.ts"
import { defaults } from "../../src/hub/HubSettings.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import type { Session } from "../../src/session/Session.ts"
import type { SessionSettings } from "../../src/session/SessionSettings.ts"
import { channel, type chatOf, failing } from "../chat/scripted.ts"
import { seq } from "../suites/historyWorld.ts"
import { user } from "../hub/members.ts"
import { address, ann, servicesOf, sessionOf, signedIn } from "./scripted.ts"

const bob = user("bob", "id of bob")
const published: Outcome = { type: "Published", seq: seq(3), timestamp: 4, durability: "disk" }
const guest: User = { ...ann, role: "guest" }

interface Options {
  readonly version: 1 | 2
  readonly accounts?: Partial<Accounts["Service"]>
  readonly settings?: Partial<SessionSettings>
}

const world = ({ accounts = {}, settings, version }: Options, chat: Parameters<typeof chatOf>[0] = {}) =>
  Effect.gen(function* () {
    const services = yield* servicesOf({
      accounts,
      settings: { frames: undefined, maxViolations: 0, ...settings },
      chat: { settings: defaults, ...chat },
    })
    const { session, taken } = sessionOf(services)
    session.protocol = services.protocolOf(version === 1 ? Encoding.server1 : Encoding.server2("json"))
    return {
      services,
      session,
      says: (frame: unknown) => session.protocol.handle(session, Buffer.from(JSON.stringify(frame))),
      /** What it was told since it was asked last. */
      told: () => {
        session.outbox.flush()
        return taken()
      },
    }
  })

const reasonOf = ({ reason }: Session) => reason?.reason
/** The session is in one channel, which answers so. */
const inside = (
  session: Session,
  called: string,
  answer: (command: ChannelCommand) => Outcome | undefined,
  other?: User,
) =>
  Effect.gen(function* () {
    const played = yield* channel(called, answer)
    const membership: Membership = { name: ChannelName.make(called), link: played.link, other }
    const lost: Array<Membership> = []
    signedIn(session, {
      get: (name) => (name.toLowerCase() === called ? membership : undefined),
      lost: (membership) => void lost.push(membership),
      leave: () => Effect.void,
    })
    return { ...played, lost, membership }
  })
const ended = <A>(handled: Effect.Effect<A, Disconnect>) =>
  Effect.map(Effect.flip(handled), ({ detail, reason }) => ({ reason, detail }))

const signsIn: Partial<Accounts["Service"]> = {
  signIn: () => Effect.succeed(ann),
  issueToken: () => Effect.succeed({ id: "t-1", token: Redacted.make("nat_x") }),
}
/** A hub that lets everybody in, into whatever channel, or refuses that. */
const hub = (refusal?: RequestError): NonNullable<Parameters<typeof chatOf>[0]> => ({
  directory: {
    signIn: () => Effect.void,
    find: () => Effect.fail(refusal ?? failing("Internal")),
  },
})

describe("version 1", () => {
  const say = (content: string) => ({ type: "ChatMessage", from: "", content, timestamp: 0 })
  const error = (code: number, message: string) => ({ type: "Error", code, message })
  const version = 1

  it.effect("owes no answer for what is stored, which comes back by itself, and one for what is not", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version })
      const outcomes: Array<Outcome> = [published, { type: "Refused", error: failing("Muted") }]
      const { commands } = yield* inside(session, "lobby", () => {
        assert.strictEqual(session.unanswered, 1)
        return outcomes.shift()
      })
      assert.strictEqual(says(say("hello")), Effect.void)
      assert.deepStrictEqual<unknown>(commands, [
        { type: "Publish", by: session.caller!.by, request: 0, id: undefined, content: "hello", file: undefined },
      ])
      assert.deepStrictEqual(told(), [])
      assert.strictEqual(says(say("again")), Effect.void)
      assert.deepStrictEqual(told(), [error(403, "You are muted in this channel")])
      assert.strictEqual(session.unanswered, 0)
      // What was not even left there.
      yield* says(say(" "))
      assert.deepStrictEqual(told(), [error(400, "A message must not be empty")])
      assert.strictEqual(session.unanswered, 0)
      assert.isUndefined(session.reason)
    }),
  )

  it.effect("waits for what is still being stored", () =>
    Effect.gen(function* () {
      const { says, session } = yield* world({ version })
      yield* inside(session, "lobby", () => undefined)
      for (let n = 1; n <= 3; n++) {
        assert.strictEqual(says(say("hello")), Effect.void)
        assert.strictEqual(session.unanswered, n)
      }
    }),
  )

  it.effect("ends with who is out of the lobby, and with who is in one that is gone, who may come back", () =>
    Effect.gen(function* () {
      const out = yield* world({ version })
      signedIn(out.session, { get: () => undefined })
      assert.deepStrictEqual(yield* ended(out.says(say("hello"))), {
        reason: "Refused",
        detail: "You were put out of the channel",
      })
      assert.strictEqual(out.session.unanswered, 0)

      const gone = yield* world({ version })
      const { lost, membership, room } = yield* inside(gone.session, "lobby", () => undefined)
      room.now = 0
      room.later = 0
      assert.deepStrictEqual(yield* ended(gone.says(say("hello"))), { reason: "ChannelLost", detail: undefined })
      assert.deepStrictEqual(lost, [membership])

      const later = yield* world({ version })
      yield* inside(later.session, "lobby", () => ({ type: "Gone" }))
      assert.strictEqual(later.says(say("hello")), Effect.void)
      assert.strictEqual(reasonOf(later.session), "ChannelLost")
      assert.deepStrictEqual(later.told(), [])
    }),
  )

  it.effect("tells who signed in so, though the lobby refuses: for good, or until later", () =>
    Effect.gen(function* () {
      const login = { type: "Login", username: "ann", password: "x" }
      const answer = { type: "LoginResponse", success: true, message: "Login successful", token: "nat_x" }
      for (const [refused, reason, detail] of [
        ["Banned", "Refused", "You are banned from this channel"],
        ["Unavailable", "ChannelLost", "The server is too busy for this now"],
      ] as const) {
        const { says, session, told } = yield* world({ version, accounts: signsIn }, hub(failing(refused)))
        assert.deepStrictEqual(yield* ended(says(login)), { reason, detail })
        assert.deepStrictEqual(told(), [answer])
        assert.isUndefined(session.greeting)
      }
    }),
  )

  it.effect("gives a guest no token, which it has no word for", () =>
    Effect.gen(function* () {
      const accounts = {
        signIn: () => Effect.succeed(guest),
        issueToken: () => Effect.die("not asked for"),
      }
      const { says, told } = yield* world({ version, accounts }, hub())
      yield* Effect.flip(says({ type: "Login", username: "ann", password: "" }))
      assert.deepInclude(told()[0], { success: true, token: null })
    }),
  )

  it.effect("lets who was refused try again, and nobody sign in twice", () =>
    Effect.gen(function* () {
      const accounts = { signIn: () => Effect.fail(new AccountError.InvalidCredentials({})) }
      const { says, session, told } = yield* world({ version, accounts })
      yield* says({ type: "Login", username: "ann", password: "x" })
      assert.deepStrictEqual(told(), [
        { type: "LoginResponse", success: false, message: "Invalid credentials", token: null },
      ])
      assert.isUndefined(session.caller)
      signedIn(session)
      yield* says({ type: "Login", username: "ann", password: "x" })
      assert.deepStrictEqual(told(), [error(409, "Already signed in")])
    }),
  )

  it.effect("greets the newcomer with the answer and then the list, written once while nobody comes or goes", () =>
    Effect.gen(function* () {
      const { session, told } = yield* world({ version })
      const { protocol } = session
      const names = [ann.name, bob.name]
      const welcome = (names: Welcome["names"]) => ({ names }) as unknown as Welcome
      session.greeting = Encoding.server1.encode({ type: "Pong" })
      protocol.joined(session, lobby, welcome(names), undefined)
      assert.deepStrictEqual(told(), [{ type: "Pong" }, { type: "UserList", users: names }])
      protocol.joined(session, lobby, welcome(names), undefined)
      assert.deepStrictEqual(told(), [{ type: "UserList", users: names }])
      protocol.joined(session, lobby, welcome([bob.name]), undefined)
      assert.deepStrictEqual(told(), [{ type: "UserList", users: [bob.name] }])
      // It is the same for all of the encoding: that of the others must not be lost.
      protocol.joined(session, lobby, welcome(names), undefined)
      assert.deepStrictEqual(told(), [{ type: "UserList", users: names }])
    }),
  )

  it.effect("counts what it does not know, and ends with what it cannot read", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version, settings: { maxViolations: 1 } })
      yield* says({ type: "Dance" })
      assert.deepInclude(told()[0], { type: "Error", code: 400 })
      assert.isUndefined(session.reason)
      const { reason } = yield* ended(says({ type: "Ping", sequence: "x" }))
      assert.strictEqual(reason, "MalformedFrame")
      assert.isUndefined(session.reason)
      yield* says({ type: "Dance" })
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("refuses what is over the limit without doing it, and ends with who does not wait", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({
        version,
        settings: { frames: { burst: 1, perSecond: 1 }, maxViolations: 2 },
      })
      const limited = error(429, "Too many requests")
      yield* says({ type: "Ping" })
      assert.deepStrictEqual(told(), [{ type: "Pong" }])
      // The first that does not wait counts twice, being the second already.
      for (const frame of [
        { type: "Data", payload: [1] },
        { type: "Disconnect", reason: "" },
      ]) {
        yield* says(frame)
        assert.deepStrictEqual(told(), [limited])
        assert.isUndefined(session.reason)
      }
      yield* says({ type: "Ping" })
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("shows the door to who speaks before signing in", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version })
      for (const frame of [
        say("hello"),
        { type: "FileTransferRequest", filename: "a", size: 1, from: "ann" },
        { type: "FileTransferResponse", accept: true, transfer_id: "x" },
        { type: "FileChunk", transfer_id: "x", chunk_id: 0, data: [] },
        { type: "FileTransferComplete", transfer_id: "x", success: true },
      ]) {
        assert.strictEqual((yield* ended(says(frame))).reason, "NotAuthenticated")
      }
      assert.deepStrictEqual(told(), [])
      assert.strictEqual(session.unanswered, 0)
    }),
  )

  it.effect("has one session a user, no direct conversations, and words for some things only", () =>
    Effect.gen(function* () {
      const { session, told } = yield* world({ version })
      const { protocol } = session
      assert.isTrue(protocol.isExclusive(ann))
      assert.isFalse(protocol.hasDirects)
      assert.isTrue(protocol.renderer.names)
      protocol.tellUser(session, { type: "Invited", channel: lobby, by: bob })
      assert.deepStrictEqual(told(), [])
      protocol.ping(session, 7)
      assert.deepStrictEqual(told(), [{ type: "Ping" }])
      const goodbye = () => {
        const bytes = protocol.goodbye(session, new Disconnect({ reason: "PingTimeout" }))
        return JSON.parse(Buffer.from(bytes.subarray(4)).toString()) as unknown
      }
      assert.deepStrictEqual(goodbye(), error(408, "No answer to a ping"))
      session.bare = true
      assert.deepStrictEqual(goodbye(), { type: "Disconnect", reason: "No answer to a ping" })
    }),
  )

  it.effect("becomes another version by a negotiation, of whose terms the answer is the last word", () =>
    Effect.gen(function* () {
      const { says, services, session, told } = yield* world({ version })
      yield* says({ type: "Connect", client_id: "x", version: "1.0" })
      assert.isTrue(session.bare)
      assert.strictEqual(session.protocol, services.protocolOf(Encoding.server1))
      const other = yield* world({ version })
      yield* other.says({ type: "Connect", client_id: "x", version: "2.0", codecs: ["msgpack"] })
      assert.isFalse(other.session.bare)
      assert.strictEqual(other.session.protocol, other.services.protocolOf(Encoding.server2("msgpack")))
      for (const answered of [told(), other.told()]) assert.deepInclude(answered[0], { type: "Connect" })
    }),
  )
})

describe("version 2", () => {
  const version = 2
  const publish = { type: "Publish", ref: 5, channel: "den", id: "m1", content: "hello" }
  const refusal = (name: string, ref = 5) => ({ type: "Error", ref, name })

  it.effect("answers each post when it is known what became of it, by its ref and id", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version })
      const outcomes: Array<Outcome> = [published, { type: "Refused", error: failing("Muted") }, { type: "Gone" }]
      yield* inside(session, "den", () => {
        assert.strictEqual(session.unanswered, 1)
        return outcomes.shift()
      })
      assert.strictEqual(says(publish), Effect.void)
      assert.strictEqual(says(publish), Effect.void)
      assert.strictEqual(says(publish), Effect.void)
      const [first, second, third] = told()
      assert.deepStrictEqual<unknown>(first, {
        type: "Published",
        ref: 5,
        channel: "den",
        id: "m1",
        seq: 3,
        timestamp: 4,
        durability: "disk",
      })
      assert.deepInclude(second, refusal("Muted"))
      assert.deepInclude(third, refusal("Unavailable"))
      assert.strictEqual(session.unanswered, 0)
      yield* says({ ...publish, channel: "attic" })
      assert.deepInclude(told()[0], refusal("NotMember"))
      assert.strictEqual(session.unanswered, 0)
    }),
  )

  it.effect("puts a reaction there where nothing else is said", () =>
    Effect.gen(function* () {
      const { says, session } = yield* world({ version })
      const { commands } = yield* inside(session, "den", () => published)
      const react = { type: "React", channel: "den", id: "r1", target: 2, reaction: "+1" }
      for (const on of [{}, { on: true }, { on: false }]) yield* says({ ...react, ...on })
      assert.deepStrictEqual<unknown>(
        commands.map((command) => (command as { readonly change: { readonly on: boolean } }).change.on),
        [true, true, false],
      )
    }),
  )

  it.effect("names a conversation as the session has it, however it was spelled", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world(
        { version },
        { directory: { reach: () => Effect.succeed([]), bringElsewhere: () => Effect.void }, gateway: {} },
      )
      yield* inside(session, "@bob", () => published, bob)
      yield* says({ ...publish, channel: "@BOB" })
      assert.deepInclude(told()[0], { type: "Published", channel: "@bob" })
      yield* says({ type: "Leave", ref: 6, channel: "@Bob" })
      assert.deepStrictEqual<unknown>(told(), [{ type: "Left", ref: 6, channel: "@bob" }])
      // Of which it is in none, and of other channels, what was said.
      yield* says({ type: "Leave", ref: 7, channel: "@Eve" })
      yield* says({ type: "Leave", ref: 8, channel: "Den" })
      assert.deepStrictEqual<unknown>(told(), [
        { type: "Left", ref: 7, channel: "@Eve" },
        { type: "Left", ref: 8, channel: "Den" },
      ])
    }),
  )

  it.effect("configures what was said, each by its own name", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version })
      const { commands } = yield* inside(session, "den", () => ({ type: "Done" }))
      yield* says({
        type: "Configure",
        ref: 5,
        channel: "den",
        access: "readonly",
        archived: false,
        slow_mode: 7,
        durability: "memory",
      })
      const act = { type: "Configure", access: "readonly", archived: false, slowMode: 7, durability: "memory" }
      assert.deepInclude(commands[0], { act } as object)
      assert.deepStrictEqual<unknown>(told(), [{ type: "Ok", ref: 5 }])
    }),
  )

  it.effect("asks no more than a session has room for: large answers wait, small ones do not", () =>
    Effect.gen(function* () {
      const blocked: ReadonlyArray<never> = []
      const { says, session, told } = yield* world(
        { version },
        {
          channels: { blocked: () => Effect.succeed(blocked) },
          history: { search: () => Effect.succeed({ hits: [] }), markers: () => Effect.succeed([]) },
          directory: { channelsOf: () => Effect.succeed([]) },
        },
      )
      yield* inside(session, "den", (command) =>
        command.type === "Locate" ? { type: "Refused", error: failing("Banned") } : undefined,
      )
      const full = session.outbox
      Object.defineProperty(full, "room", { value: Effect.never })
      for (const frame of [
        { type: "History", ref: 1, channel: "den" },
        { type: "Search", ref: 2, channel: "den", text: "tea" },
      ]) {
        yield* says(frame)
      }
      assert.deepStrictEqual<unknown>(told(), [])
      yield* says({ type: "ListBlocked", ref: 3 })
      assert.deepStrictEqual<unknown>(told(), [{ type: "Blocked", ref: 3, usernames: [] }])
    }),
  )

  it.effect("is for who is signed in, but for that, and says so by the ref", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version })
      for (const frame of [
        publish,
        { type: "Join", ref: 5, channel: "den" },
        { type: "Leave", ref: 5, channel: "den" },
        { type: "Configure", ref: 5, channel: "den" },
        { type: "History", ref: 5, channel: "den" },
        { type: "ListChannels", ref: 5 },
      ]) {
        yield* says(frame)
        assert.deepInclude(told()[0], refusal("NotAuthenticated"))
      }
      yield* says({ type: "Typing", channel: "den" })
      const [typing] = told()
      assert.deepInclude(typing, { type: "Error", name: "NotAuthenticated" })
      assert.notProperty(typing, "ref")
      assert.strictEqual(session.unanswered, 0)
      yield* says({ type: "Ping", sequence: 0 })
      yield* says({ type: "Ping" })
      yield* says({ type: "Pong", sequence: 1 })
      assert.deepStrictEqual<unknown>(told(), [{ type: "Pong", sequence: 0 }, { type: "Pong" }])
      assert.strictEqual((yield* ended(says({ type: "Disconnect" }))).reason, "Goodbye")
      signedIn(session)
      for (const frame of [
        { type: "Login", ref: 5, username: "ann", password: "x" },
        { type: "Authenticate", ref: 5, token: "x" },
      ]) {
        yield* says(frame)
        assert.deepInclude(told()[0], refusal("AlreadyAuthenticated"))
      }
    }),
  )

  it.effect("signs in by what was said, tells who one is now, and only then lets others in", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const accounts: Partial<Accounts["Service"]> = {
        ...signsIn,
        signIn: (input) => {
          const { address, invite, password, register, username } = input
          const secrets = { password: Redacted.value(password), invite: invite && Redacted.value(invite) }
          asked.push({ username, address, register, ...secrets })
          return Effect.succeed(ann)
        },
        authenticate: (token, from) => {
          asked.push([Redacted.value(token), from])
          return Effect.succeed({ user: ann, tokenId: "t-1" })
        },
      }
      const one = yield* world({ version, accounts }, hub())
      yield* one.says({ type: "Login", ref: 1, username: "Ann", password: "x", invite: "i" })
      const loggedIn = { type: "LoggedIn", session: "s-1", user_id: ann.id, username: "ann", role: "member" }
      assert.deepStrictEqual<unknown>(one.told(), [{ ...loggedIn, ref: 1, token: "nat_x" }])
      assert.isTrue((one.session.caller!.memberships as unknown as { readonly open: boolean }).open)
      const two = yield* world({ version, accounts }, hub())
      yield* two.says({ type: "Login", username: "ann", password: "x", register: false })
      const three = yield* world({ version, accounts }, hub())
      yield* three.says({ type: "Authenticate", ref: 3, token: "nat_y" })
      assert.deepStrictEqual<unknown>(three.told(), [{ ...loggedIn, ref: 3 }])
      assert.deepStrictEqual<unknown>(asked, [
        { username: "Ann", password: "x", invite: "i", address, register: undefined },
        { username: "ann", password: "x", invite: undefined, address, register: false },
        ["nat_y", address],
      ])
    }),
  )

  it.effect("joins what was named, and is answered by its ref", () =>
    Effect.gen(function* () {
      const { says, session } = yield* world({ version })
      const joins: Array<unknown> = []
      const join: Memberships["join"] = (...asked) => {
        joins.push(asked)
        return Effect.void
      }
      signedIn(session, { join })
      yield* says({ type: "Join", ref: 5, channel: "den" })
      yield* says({ type: "Join", channel: "attic", id: "c-1" })
      assert.deepStrictEqual<unknown>(joins, [
        ["den", { account: undefined, id: undefined, tag: 5 }],
        ["attic", { id: "c-1", tag: undefined }],
      ])
    }),
  )

  it.effect("comes back by the id and the history that were said", () =>
    Effect.gen(function* () {
      const { says, session } = yield* world(
        { version },
        { channels: { get: () => Effect.succeedNone }, history: { isOurs: (id) => id !== "former" } },
      )
      const joins: Array<unknown> = []
      const join: Memberships["join"] = (_, entrance) => {
        joins.push(entrance)
        return entrance?.id === undefined ? Effect.void : Effect.fail(failing("NoSuchChannel"))
      }
      signedIn(session, { join })
      yield* says({ type: "Join", ref: 5, channel: "den", id: "c-1", history: "former" })
      assert.deepStrictEqual<unknown>(joins, [{ id: "c-1", tag: 5 }, { tag: 5 }])
    }),
  )

  it.effect("counts what it cannot read, and goes on", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version, settings: { maxViolations: 1 } })
      yield* says({ type: "Dance", ref: 5 })
      assert.deepInclude(told()[0], { ...refusal("InvalidFrame"), field: "type" })
      assert.isUndefined(session.reason)
      yield* says({ type: "Ping", sequence: "x" })
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("refuses what is over the limit without doing it, and ends with who does not wait", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({
        version,
        settings: { frames: { burst: 1, perSecond: 1 }, maxViolations: 2 },
      })
      yield* says({ type: "Ping" })
      assert.deepStrictEqual(told(), [{ type: "Pong" }])
      for (const frame of [{ type: "Disconnect" }, { type: "ListChannels", ref: 5 }]) {
        yield* says(frame)
        assert.deepInclude(told()[0], { type: "Error", name: "RateLimited" })
        assert.isUndefined(session.reason)
      }
      yield* says({ type: "Ping" })
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("counts who goes on over the limit of an operation at that operation", () =>
    Effect.gen(function* () {
      const { says, session, told } = yield* world({ version, settings: { maxViolations: 1 } })
      signedIn(session)
      session.caller = { ...session.caller!, limits: { publishing: undefined, take: () => 1000 } }
      const list = { type: "ListChannels", ref: 5 }
      for (const frame of [list, { type: "SetStatus", ref: 5, status: "away" }, { type: "ListUnread", ref: 5 }]) {
        yield* says(frame)
        assert.deepInclude(told()[0], { ...refusal("RateLimited"), retry_after: 1000 })
      }
      assert.isUndefined(session.reason)
      yield* says(list)
      assert.strictEqual(reasonOf(session), "Flooding")
    }),
  )

  it.effect("has many sessions a user, direct conversations, and a word for everything", () =>
    Effect.gen(function* () {
      const { session, told } = yield* world({ version })
      const { protocol } = session
      assert.isFalse(protocol.isExclusive(ann))
      assert.isTrue(protocol.hasDirects)
      assert.isFalse(protocol.renderer.names)
      protocol.ping(session, 7)
      protocol.tellUser(session, { type: "Invited", channel: lobby, by: bob })
      const [ping, invited] = told()
      assert.deepStrictEqual<unknown>(ping, { type: "Ping", sequence: 7 })
      assert.deepInclude(invited, { type: "Invited", channel: "lobby" })
      const draining = new Disconnect({ reason: "Draining", reconnectWithin: Duration.seconds(2) })
      const bytes = protocol.goodbye(session, draining)
      assert.deepInclude(JSON.parse(Buffer.from(bytes.subarray(4)).toString()), {
        type: "Disconnect",
        reason: "Draining",
        reconnect_within: 2000,
      })
    }),
  )
})
