/** Ends of the client library that a test makes up: a session that answers as it says, a link over which nothing goes. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Link } from "../../../src/client/internal/Link.ts"
import * as Requests from "../../../src/client/Requests.ts"
import type { ClientSession } from "../../../src/client/Session.ts"
import { ChannelName } from "../../../src/domain/ChannelName.ts"
import type { Disconnect } from "../../../src/domain/Disconnect.ts"
import { Seq } from "../../../src/domain/Seq.ts"
import type { ServerFrameOf } from "../../../src/protocol/v2/ServerFrame.ts"
import type { ClientEvent, Message } from "../../../src/client/Event.ts"

/** A session in which nothing is answered but what is given. */
export const sessionOf = (given: Partial<ClientSession>): ClientSession => {
  const never = () => Effect.never
  return {
    ...Requests.of<Disconnect>(given.ask ?? never),
    ask: never,
    version: 2,
    resumes: true,
    files: undefined,
    signIn: never,
    join: never,
    leave: never,
    publish: never,
    edit: never,
    delete: never,
    react: never,
    typing: () => Effect.void,
    events: Stream.never,
    ...given,
  }
}

export const linkOf = (given: Partial<Link>): Link => ({
  take: Effect.never,
  write: () => Effect.void,
  heardAt: () => 0,
  silent: () => Effect.never,
  received: () => 0,
  piecemealAt: () => Number.NEGATIVE_INFINITY,
  piecemeal: Effect.never,
  spokeAt: () => 0,
  closed: () => false,
  certificateRefused: () => false,
  ...given,
})

export const channel = (name: string): ChannelName => ChannelName.make(name)

export const joined = (
  name: string,
  seq: number,
  more: { readonly id?: string; readonly history?: string; readonly first?: number; readonly ref?: number } = {},
): ServerFrameOf<"Joined"> => ({
  type: "Joined",
  channel: channel(name),
  topic: "" as never,
  seq: Seq.make(seq),
  count: 1,
  members: [],
  presence: 0,
  ...(more as object),
})

export const message = (name: string, seq: number): Message => ({
  type: "Message",
  channel: channel(name),
  seq: Seq.make(seq),
  from: "bob" as never,
  content: `${seq}`,
  timestamp: 0,
})

/** Events in short. */
export const inShort = (events: ReadonlyArray<ClientEvent>): ReadonlyArray<string> =>
  events.map((event) => {
    switch (event.type) {
      case "Message":
        return `${event.channel} ${event.seq}`
      case "Missed":
        return `${event.channel} missed ${event.from}-${event.to}`
      case "Renamed":
        return `${event.channel} is ${event.name}`
      case "Left":
        return `out of ${event.channel}${event.because === undefined ? "" : `: ${event.because.reason}`}`
      default:
        return `${event.type} ${event.channel}`
    }
  })
