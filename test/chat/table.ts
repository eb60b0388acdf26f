/** What a row of the table of operations says, and what many rows share. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RequestErrorReason } from "../../src/domain/RequestError.ts"
import type { ClientFrame } from "../../src/protocol/v2/ClientFrame.ts"
import type { TestClient2 } from "../../src/testing/TestClient.ts"
import type { Settings, TestServer } from "../../src/testing/TestServer.ts"
import { member1, user2 } from "../suites/transportWorld.ts"
import { type DoorName, type OperationName, type Request, sessions } from "./doors.ts"
import type { Outcome } from "./Outcome.ts"

/** Olga, an administrator, is in `channel` and has said something there. Ann is behind the door, bob not connected. */
interface World {
  readonly server: TestServer["Service"]
  readonly channel: string
  readonly olga: TestClient2
  /** Does something as ann; nothing where the door has no word for it. */
  readonly ann: <Name extends OperationName>(
    name: Name,
    request: Request<Name>,
  ) => Effect.Effect<Outcome | undefined, unknown>
  /** From here on this stands for `<file>`, or another word, in a request, and the other way round in an answer. */
  readonly remember: (value: string, word?: string) => void
  readonly remembered: (word: string) => string
  /** Somebody comes into the channel by the invitation whose code stands for `<code>`. */
  readonly accept: (username: string) => Effect.Effect<unknown, unknown, Scope.Scope>
}

export type Before = (world: World) => Effect.Effect<unknown, unknown, Scope.Scope>

/** One case of an operation, the same behind every door. */
export interface Case<Name extends OperationName> {
  /** Why it is refused; undefined where it succeeds. */
  readonly refused?: RequestErrorReason
  readonly when?: string
  /** `den` is the channel that olga is in, whatever it is called behind this door. */
  readonly request: Request<Name>
  /** Part of the answer. */
  readonly answer?: object
  /** Behind which doors; default: all that have a word for it. */
  readonly doors?: ReadonlyArray<DoorName>
  readonly settings?: Settings
  /** What is asked is no request of the operation: whoever reads it refuses it, with the error of any such. */
  readonly unreadable?: boolean
  /** Ann is not in `den`. */
  readonly outside?: boolean
  /** Ann is a guest. */
  readonly guest?: boolean
  /** Ann administers the service. */
  readonly admin?: boolean
  readonly before?: Before
}

export const noSession: ReadonlyArray<DoorName> = ["no session", "HTTP"]
/** All but version 1. */
export const channelDoors: ReadonlyArray<DoorName> = [...sessions, ...noSession]

export const all =
  (...steps: ReadonlyArray<Before>): Before =>
  (world) =>
    Effect.forEach(steps, (step) => step(world), { discard: true })

/** Olga does something in the channel with a right. */
export const olga =
  (request: (channel: string) => typeof ClientFrame.Encoded): Before =>
  ({ channel, olga }) =>
    olga.ask(request(channel), "Ok")

const sanction = (type: "Ban" | "Mute") => olga((channel) => ({ type, channel, username: "ann" }))
export const banned = sanction("Ban")
export const muted = sanction("Mute")
export const archived = olga((channel) => ({ type: "Configure", channel, archived: true }))
export const hidden = olga((channel) => ({ type: "Configure", channel, access: "private" }))
export const role = (role: "owner" | "moderator" | "member") =>
  olga((channel) => ({ type: "SetRole", channel, username: "ann", role }))

/** Ann says something in the channel, at the second place. */
export const annSpoke: Before = ({ ann, channel }) => ann("publish", { channel, id: "a-1", content: "mine" })

/** Bob wants no messages from ann. */
export const blocked: Before = ({ server }) =>
  Effect.flatMap(user2(server, "bob"), (bob) => bob.ask({ type: "Block", username: "ann" }, "Ok"))

/** Ann is in the conversation with bob, where her door leads into channels. */
export const conversing: Before = ({ ann }) => ann("join", { channel: "@bob" })

/** Ann has said something to bob, who comes by version 1. */
export const unreachable: Before = all(
  conversing,
  ({ ann }) => ann("publish", { channel: "@bob", id: "a-1", content: "mine" }),
  ({ server }) => member1(server, "bob"),
)

/** A second message is too fast. */
export const slowly: Settings = { hub: { publishing: { burst: 1, perSecond: 0.001 } } }
/** There is room for `den` only. */
export const full: Settings = { hub: { maxChannels: 1 } }
/** Nobody but administrators may make a channel. */
export const noQuota: Settings = { hub: { channelsPerAccount: 0 } }

export type Ask<Name extends OperationName> = (channel: string) => Request<Name>

/** Ann has said something to bob, who wants no messages from her since. */
export const silenced: Before = all(
  conversing,
  ({ ann }) => ann("publish", { channel: "@bob", id: "a-1", content: "mine" }),
  blocked,
)

/** Whoever may not read in a channel is refused; who is blocked may. */
export const reading = <Name extends OperationName>(
  ask: Ask<Name>,
  doors = channelDoors,
): ReadonlyArray<Case<Name>> => [
  ...notReading(ask, doors),
  { when: "she is blocked", request: ask("@bob"), doors, before: blocked },
]

export const notReading = <Name extends OperationName>(
  ask: Ask<Name>,
  doors = channelDoors,
): ReadonlyArray<Case<Name>> => [
  { refused: "NoSuchChannel", request: ask("attic"), doors, settings: { hub: { createOnJoin: false } } },
  { refused: "NoSuchUser", request: ask("@nobody"), doors },
  { refused: "TooManyChannels", request: ask("attic"), doors, settings: full },
  { refused: "Banned", request: ask("den"), doors, outside: true, before: banned },
  { refused: "Forbidden", when: "it is private", request: ask("den"), doors, outside: true, before: hidden },
]

/** The same of who wants a place in it. A session that may not read is no member. */
export const placing = <Name extends OperationName>(ask: Ask<Name>): ReadonlyArray<Case<Name>> => [
  ...notReading(ask, noSession),
  { refused: "NotMember", request: ask("den"), doors: sessions, outside: true },
  { refused: "NotMember", when: "she was put out", request: ask("den"), doors: sessions, before: banned },
  { refused: "ChannelArchived", request: ask("den"), before: all(annSpoke, archived) },
]

/** The same of who wants to say something, or to take it back. */
export const posting = <Name extends OperationName>(ask: Ask<Name>): ReadonlyArray<Case<Name>> => [
  ...placing(ask),
  { refused: "RateLimited", request: ask("den"), settings: slowly, before: annSpoke },
]

/** Whoever has no right to administer a channel is refused; `least` is who has. */
export const administering = <Name extends OperationName>(
  least: "owner" | "moderator",
  ask: Ask<Name>,
  doors = channelDoors,
): ReadonlyArray<Case<Name>> => [
  { refused: "NoSuchChannel", request: ask("attic"), doors },
  { refused: "NoSuchUser", when: "of a conversation", request: ask("@nobody"), doors },
  { refused: "TooManyChannels", request: ask("attic"), doors, settings: full },
  {
    refused: "Forbidden",
    request: ask("den"),
    doors: channelDoors,
    ...(least === "owner" ? { before: role("moderator") } : {}),
  },
  { refused: "Banned", request: ask("den"), doors, before: all(role(least), banned) },
  { refused: "Muted", request: ask("den"), doors: channelDoors, before: all(role(least), muted) },
]
