/** Sessions over a connection, a hub and accounts that the test plays. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Accounts } from "../../src/accounts/Accounts.ts"
import type { ChatShape } from "../../src/chat/Chat.ts"
import * as Monotonic from "../../src/domain/Monotonic.ts"
import { SessionId } from "../../src/domain/SessionId.ts"
import { Meter } from "../../src/observability/Meters.ts"
import { Outboxes } from "../../src/hub/audience/Outboxes.ts"
import type { Memberships } from "../../src/hub/audience/Memberships.ts"
import { Deframer, lengthPrefixed } from "../../src/protocol/Framing.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import type { Connection } from "../../src/session/Connection.ts"
import { makeProtocolOf } from "../../src/session/protocols.ts"
import { Session, type SessionServices } from "../../src/session/Session.ts"
import { defaults, type SessionSettings } from "../../src/session/SessionSettings.ts"
import { chatOf } from "../chat/scripted.ts"
import { user } from "../hub/members.ts"

export const address = "192.0.2.1"
export const ann = user("ann", "id of ann")

/** A link that notes what becomes of it, and what is written, frame by frame; it reads what the test says. */
export const link = (parts: Partial<Connection> = {}) => {
  const deframer = new Deframer(1 << 20)
  const happened: Array<unknown> = []
  const connection: Connection = {
    transport: "test",
    framing: lengthPrefixed,
    makeReader: (maxBytes) => new Deframer(maxBytes),
    remoteAddress: address,
    read: () => Effect.never,
    send: (batch) => {
      const bodies: Array<Uint8Array> = []
      for (const bytes of batch) deframer.push(bytes, bodies)
      for (const body of bodies) happened.push(JSON.parse(Buffer.from(body).toString()))
      return true
    },
    drained: Effect.void,
    backlog: () => 0,
    close: ({ reason }) => Effect.sync(() => void happened.push(`closed: ${reason}`)),
    abort: Effect.sync(() => void happened.push("aborted")),
    ...parts,
  }
  return {
    connection,
    happened,
    /** What happened since it was asked last. */
    taken: () => happened.splice(0),
  }
}

/** What sessions work with: a second of random is half way, and time begins when these are made. */
export const servicesOf = (
  parts: {
    readonly accounts?: Partial<Accounts["Service"]>
    readonly chat?: Parameters<typeof chatOf>[0]
    readonly settings?: Partial<SessionSettings>
  } = {},
): Effect.Effect<SessionServices> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const settings = { ...defaults, ...parts.settings }
    const chat: ChatShape = yield* chatOf({
      ...parts.chat,
      gateway: { outboxes: new Outboxes(), add: () => {}, remove: () => {}, ...parts.chat?.gateway },
    })
    return {
      chat,
      accounts: (parts.accounts ?? {}) as Accounts["Service"],
      clock,
      meter: new Meter(),
      startedAt: Monotonic.millis(clock),
      random: { ...random, nextDoubleUnsafe: () => 0.5 },
      settings,
      protocolOf: makeProtocolOf(),
      forgiveness: { burst: settings.maxViolations, perSecond: 1 },
    }
  })

/** A session of version 2, over a link that notes. */
export const sessionOf = (services: SessionServices, parts: Partial<Connection> = {}) => {
  const { connection, taken } = link(parts)
  const session = new Session(SessionId.make("s-1"), connection, services)
  session.protocol = services.protocolOf(Encoding.server2("json"))
  return { session, taken }
}

/** Makes a session ann's, who is in these channels. */
export const signedIn = (session: Session, memberships: Partial<Memberships> = {}): void => {
  session.caller = {
    by: { user: ann, address, session: session.id },
    memberships: memberships as Memberships,
    limits: undefined,
  }
}
