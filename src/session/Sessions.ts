/** Runs a session over each connection a transport brings. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { Accounts } from "../accounts/Accounts.ts"
import { Chat } from "../chat/Chat.ts"
import type { Lane } from "../hub/audience/Outbox.ts"
import { Nodes } from "../hub/nodes/Nodes.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import { SessionId } from "../domain/SessionId.ts"
import { Disconnect } from "../domain/Disconnect.ts"
import { Meters } from "../observability/Meters.ts"
import type { Connection } from "./Connection.ts"
import type { Dialect } from "./Dialect.ts"
import { heartbeat } from "./Heartbeat.ts"
import { letGo, type Others } from "./letGo.ts"
import { read } from "./Reader.ts"
import { makeProtocolOf } from "./protocols.ts"
import { Session, type SessionServices } from "./Session.ts"
import { SessionSettings } from "./SessionSettings.ts"
import { attend, empty } from "./Writer.ts"

/** What sessions are made of at a moment. */
export interface SessionFigures {
  /** How many there are over each transport, those that have not signed in too. */
  readonly transports: ReadonlyMap<string, number>
  /** Bytes that wait in their outboxes; `leaving` was given to connections that have no room. */
  readonly waiting: Readonly<Record<Lane | "leaving", number>>
}

export class Sessions extends Context.Service<
  Sessions,
  {
    /**
     * Runs a session over the connection until it ends, whatever ends it; then the connection is closed. Here and below
     * Natter's own protocol is spoken where no dialect is named.
     */
    readonly run: (connection: Connection, dialect?: Dialect<Session>) => Effect.Effect<void>
    /** Says no to a connection, on the wire, and closes it. */
    readonly refuse: (connection: Connection, reason: Disconnect, dialect?: Dialect<Session>) => Effect.Effect<void>
    /** Says no and closes it at once, whether that has arrived or not. */
    readonly dismiss: (connection: Connection, reason: Disconnect, dialect?: Dialect<Session>) => Effect.Effect<void>
    /** Sessions running, those that have not signed in too. */
    readonly count: () => number
    readonly figures: () => SessionFigures
    /** Time that a peer has to sign in, from the moment it connects. */
    readonly loginTimeout: Duration.Duration
    /** Done when `drain` begins, with its reason. */
    readonly draining: Effect.Effect<Disconnect>
    /** Done when `drain` begins and other nodes take the sessions. */
    readonly handingOver: Effect.Effect<void>
    /** Ends all sessions with this reason, and refuses new ones; done when the last has ended. */
    readonly drain: (reason: Disconnect, others?: Others) => Effect.Effect<void>
  }
>()("natter/session/Sessions") {
  static readonly layer: Layer.Layer<Sessions, never, Chat | Accounts> = Layer.effect(
    Sessions,
    Effect.suspend(() => make),
  )
}

/** Who is let go a few at a time comes back within this. */
const soon = Duration.millis(500)

const make = Effect.gen(function* () {
  const settings = yield* SessionSettings
  const clock = yield* Clock.Clock
  const meter = yield* Meters
  const services: SessionServices = {
    chat: yield* Chat,
    accounts: yield* Accounts,
    clock,
    meter,
    startedAt: Monotonic.millis(clock),
    random: yield* Random.Random,
    settings,
    protocolOf: makeProtocolOf(),
    forgiveness: { burst: settings.maxViolations, perSecond: 1 },
  }
  // Bounded by the listeners' limits on connections.
  const running = new Set<Session>()
  const drained = yield* Deferred.make<void>()
  const announced = yield* Deferred.make<Disconnect>()
  const handingOver = yield* Deferred.make<void>()
  let draining: Disconnect | undefined
  let started = 0
  yield* Effect.forkScoped(heartbeat(running, services))
  yield* Effect.forkScoped(
    services.accounts.renewing(() => [...running].flatMap(({ caller }) => caller?.tokenId ?? [])),
  )

  const nodes = yield* Nodes
  /** Among several nodes it is told apart from the sessions of others. */
  const where = nodes === undefined ? "" : `-${nodes.self}`
  const begin = (connection: Connection, dialect: Dialect<Session> | undefined) =>
    new Session(SessionId.make(`${connection.transport}-${++started}${where}`), connection, services, dialect)

  const finished = (session: Session) => {
    running.delete(session)
    // One without a reason was cut when the service ended.
    meter.disconnects.add(session.reason?.reason ?? "Draining")
    if (draining !== undefined && running.size === 0) Deferred.doneUnsafe(drained, Exit.void)
  }

  return Sessions.of({
    run: (connection, dialect) =>
      Effect.suspend(() => {
        const session = begin(connection, dialect)
        const conversation = Effect.suspend(() => {
          running.add(session)
          if (draining !== undefined) session.end(draining)
          return converse(session)
        })
        return Effect.onExit(conversation, () =>
          Effect.ensuring(
            left(session),
            Effect.sync(() => finished(session)),
          ),
        )
      }),
    refuse: (connection, reason, dialect) =>
      Effect.suspend(() => {
        const session = begin(connection, dialect)
        meter.disconnects.add(reason.reason)
        return Effect.ensuring(inTime(session, farewell(session, reason)), connection.abort)
      }),
    dismiss: (connection, reason, dialect) =>
      Effect.suspend(() => {
        const session = begin(connection, dialect)
        meter.disconnects.add(reason.reason)
        connection.send([session.protocol.goodbye(session, reason)])
        return connection.abort
      }),
    count: () => running.size,
    figures: () => figuresOf(running),
    loginTimeout: settings.loginTimeout,
    draining: Deferred.await(announced),
    handingOver: Deferred.await(handingOver),
    drain: (reason, others) =>
      Effect.suspend(() => {
        Deferred.doneUnsafe(announced, Exit.succeed(reason))
        const { detail, reconnectWithin = Duration.zero } = reason
        const atOnce = new Disconnect({
          reason: reason.reason,
          detail,
          reconnectWithin: Duration.min(reconnectWithin, soon),
        })
        const end = (session: Session) => session.end(atOnce)
        const sessions = [...running]
        const isTaken = others?.count() !== undefined
        if (isTaken) Deferred.doneUnsafe(handingOver, Exit.void)
        // Who comes at this very moment has another try at once.
        draining = isTaken ? atOnce : reason
        const some = others === undefined ? Effect.succeed(sessions) : letGo({ sessions, end, ...others })
        return Effect.flatMap(some, (rest) => {
          draining = reason
          for (const session of rest) session.end(reason)
          return running.size === 0 ? Effect.void : Deferred.await(drained)
        })
      }),
  })
})

/**
 * The whole life of a session: everything it starts ends in here. One fiber reads and handles what it says; this one
 * waits for the end, and writes when that has to wait.
 */
const converse = (session: Session): Effect.Effect<void> =>
  Effect.flatMap(Effect.forkChild(read(session), { startImmediately: true }), (reader) =>
    Effect.flatMap(attend(session), (reason) => {
      session.connection.ending?.(reason)
      return Effect.andThen(Fiber.interrupt(reader), goodbye(session, reason))
    }),
  )

/** Whatever ended it, and whether it could say goodbye or not. */
const left = (session: Session): Effect.Effect<void> =>
  Effect.ensuring(
    leave(session),
    Effect.suspend(() => session.connection.abort),
  )

const goodbye = (session: Session, reason: Disconnect): Effect.Effect<void> =>
  isDone(session)
    ? Effect.suspend(() => {
        session.outbox.end()
        // With nothing that has to leave, closing takes no time that would have to be limited.
        return Effect.andThen(leave(session), farewell(session, reason))
      })
    : longGoodbye(session, reason)

/** The peer has gone, and nothing waits for it: most sessions end so. */
const isDone = ({ connection, outbox, peerGone, unanswered }: Session): boolean =>
  peerGone && unanswered === 0 && outbox.pressure === 0 && connection.backlog() === 0

/** What was queued still leaves, and the reason behind it. */
const longGoodbye = Effect.fnUntraced(function* (session: Session, reason: Disconnect) {
  const writer = yield* Effect.forkChild(Effect.ignore(empty(session)))
  yield* inTime(session, settled(session, reason))
  session.outbox.end()
  yield* leave(session)
  yield* inTime(session, Effect.andThen(Fiber.await(writer), farewell(session, reason)))
})

/** Whoever can still be told gets the answers to everything it asked: a message that was stored must not look lost. */
const settled = ({ caller }: Session, { reason }: Disconnect): Effect.Effect<void> =>
  caller === undefined || reason === "ConnectionLost" || reason === "SlowConsumer"
    ? Effect.void
    : caller.memberships.settled

/** Takes the session out of its channels and out of the hub, once. */
const leave = (session: Session): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { caller, id, services } = session
    if (caller === undefined || session.left) return Effect.void
    session.left = true
    session.protocol.ended?.(session)
    const { directory, gateway, transfers } = services.chat
    return Effect.andThen(caller.memberships.leaveAll, () => {
      gateway.remove(id)
      transfers.leave(id)
      return directory.signOut(id)
    })
  }).pipe(Effect.uninterruptible)

const figuresOf = (sessions: Iterable<Session>): SessionFigures => {
  const transports = new Map<string, number>()
  const waiting = { control: 0, chat: 0, presence: 0, typing: 0, files: 0, leaving: 0 }
  for (const { connection, outbox } of sessions) {
    transports.set(connection.transport, (transports.get(connection.transport) ?? 0) + 1)
    // Nearly always nothing waits.
    if (outbox.bytes === 0) continue
    waiting.leaving += outbox.leaving
    const { lanes } = outbox
    for (const lane of ["control", "chat", "presence", "typing", "files"] as const) {
      for (const { byteLength } of lanes[lane]) waiting[lane] += byteLength
    }
  }
  return { transports, waiting }
}

/** A peer that does not read cannot hold the end of its session up. */
const inTime = (session: Session, last: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.asVoid(Effect.timeoutOption(last, session.services.settings.goodbyeTimeout))

/** Says why and closes. */
const farewell = (session: Session, reason: Disconnect): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { connection, peerGone } = session
    if (reason.reason === "ConnectionLost") return Effect.void
    if (!peerGone) connection.send([session.protocol.goodbye(session, reason)])
    return connection.close(reason)
  })
