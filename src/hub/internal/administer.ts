import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { changed } from "../../channels/ChannelRecord.ts"
import type { ChannelStoreShape } from "../../channels/ChannelStore.ts"
import type { ChannelStoreError } from "../../channels/ChannelStoreError.ts"
import { ChannelId } from "../../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import type { User } from "../../domain/User.ts"
import * as Username from "../../domain/Username.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Surroundings } from "../Channel.ts"
import type { Command } from "../ChannelCommand.ts"
import { unavailable } from "./answers.ts"
import { creation, type Plan, plan } from "./administration.ts"
import type { ChannelState } from "./channelState.ts"
import * as events from "./events.ts"

type Administer = Extract<Command, { readonly type: "Administer" }>

interface Context {
  readonly state: ChannelState
  readonly store: ChannelStoreShape
  readonly hub: Surroundings
  readonly clock: Clock.Clock
}

const part = Effect.map(Random.nextIntBetween(0, 36 ** 9), (n) => n.toString(36).padStart(9, "0"))

/** Unlike any name's: a channel may be called something else one day. */
const freshId = Effect.map(Effect.all([part, part]), ([one, other]) => ChannelId.make(`${one}${other}`))

const toRequestError = ({ reason }: ChannelStoreError): RequestError => {
  switch (reason) {
    case "Exists":
      return new RequestError({ reason: "ChannelExists" })
    case "Full":
      return new RequestError({ reason: "TooManyChannels" })
    case "Unavailable":
      return unavailable()
  }
}

/** What a channel is: read, made and changed. Run by the channel's actor alone. */
export const make = ({ clock, hub, state, store }: Context) => {
  const { access } = state
  /** A name that may be the channel's by now: only the store knows. */
  let reserved: ChannelName | undefined

  const load = Effect.gen(function* () {
    const { name } = state
    const known = access.record
    const found = Option.getOrUndefined(yield* known === undefined ? store.find(name) : store.get(known.id))
    if (found === undefined && name === lobby) {
      const { channel } = creation({ id: ChannelId.make(lobby), name }, undefined, clock.currentTimeMillisUnsafe())
      yield* store.create(channel)
      access.record = Option.getOrUndefined(yield* store.find(name))
      return
    }
    access.record = found
    if (reserved === undefined || found === undefined) return
    yield* found.name === reserved ? hub.rename(name, reserved) : hub.rename(reserved, name)
    reserved = undefined
  })

  const create = (owner: User, more: Omit<Extract<Administer["request"], { readonly type: "Create" }>, "type"> = {}) =>
    Effect.gen(function* () {
      const { name } = state
      const { act, channel } = creation({ id: yield* freshId, name }, owner, clock.currentTimeMillisUnsafe(), more)
      yield* store.create(channel, act)
      access.record = Option.getOrUndefined(yield* store.get(channel.id))
    })

  /** What could not be stored may be stored all the same: what is known here is no longer sure. */
  const doubting = <A>(storing: Effect.Effect<A, ChannelStoreError>): Effect.Effect<A, RequestError> =>
    storing.pipe(
      Effect.tapError((error) =>
        error.reason === "Unavailable"
          ? Effect.logError(`channel ${state.name} could not be changed`, error)
          : Effect.void,
      ),
      Effect.tapError(({ reason }) => Effect.sync(() => (state.stale ||= reason === "Unavailable"))),
      Effect.mapError(toRequestError),
    )

  /** Whoever enters first makes the channel. */
  const begin = (user: User): Effect.Effect<void, RequestError> => doubting(create(user))

  const renamed = (to: ChannelName, storing: Effect.Effect<void, RequestError>): Effect.Effect<void, RequestError> =>
    Effect.gen(function* () {
      const from = state.name
      if (from === to) return yield* storing
      yield* hub.reserve(to)
      reserved = to
      yield* Effect.tapError(storing, () =>
        state.stale ? Effect.void : Effect.map(hub.rename(to, from), () => (reserved = undefined)),
      )
      yield* hub.rename(from, to)
      reserved = undefined
    })

  /** Who is here under a name. */
  const present = (name: Username.Username): User | undefined => {
    const key = Username.key(name)
    return state.everybody.find(({ user }) => Username.key(user.name) === key)?.user
  }

  /** What was planned is stored: it is so from here on, and the members are told. Who may not enter may not stay. */
  const administered = ({ by, request }: Administer, { changes, whom }: Plan, now: number): void => {
    const before = access.record!
    const record = changes.reduce(changed, before)
    access.record = record
    const event = events.administered(before, record, by.name, request, whom, state.wanted)
    if (event !== undefined) state.announce(event)
    if (record.name !== before.name) for (const { onRenamed } of state.everybody) onRenamed?.(record.name)
    const leaving = state.everybody.filter((member) =>
      request.type === "Kick" ? member.user.id === whom?.id : access.refusal("join", member, now) !== undefined,
    )
    if (request.type === "Kick" || (request.type === "Ban" && !isDirect(record.name))) {
      for (const name of new Set(leaving.map(({ user }) => user.name))) {
        state.announce(events.kicked(record.name, name, by.name, request.reason))
      }
    }
    for (const member of leaving) state.putOut(member, now)
  }

  const perform = (command: Administer): Effect.Effect<void, RequestError> =>
    Effect.suspend(() => {
      const { by, request } = command
      const now = clock.currentTimeMillisUnsafe()
      if (state.stale) return Effect.fail(unavailable())
      if (request.type === "Create") {
        const refusal = access.refusal("create", { user: by }, now)
        if (refusal !== undefined) return Effect.fail(refusal)
        return doubting(create(by, request))
      }
      const planned = plan(request, { access, by, now, present })
      if (planned instanceof RequestError) return Effect.fail(planned)
      const { act, changes, whom } = planned
      const storing =
        changes.length === 0 && act === undefined ? Effect.void : doubting(store.change(state.id, changes, act))
      const done = request.type === "Rename" ? renamed(request.name, storing) : storing
      const told =
        request.type === "Invite" && whom !== undefined
          ? hub.tell(whom.id, { type: "Invited", channel: state.name, by: by.name })
          : Effect.void
      return Effect.map(done, () => administered(command, planned, now)).pipe(
        Effect.andThen(depart),
        Effect.andThen(told),
      )
    })

  /** Who was put out is told last: it may come back as soon as it knows. */
  const depart = Effect.suspend(() =>
    Effect.forEach(
      state.takeDeparted(),
      ({ onPutOut, outbox, session }) =>
        Effect.map(hub.left(session), () => {
          onPutOut?.()
          outbox.flush()
        }),
      { discard: true },
    ),
  )

  return {
    load,
    begin,
    administer: (command: Administer): Effect.Effect<void> =>
      Effect.map(
        Effect.result(perform(command)),
        (result) =>
          void Deferred.doneUnsafe(command.reply, result._tag === "Success" ? Exit.void : Exit.fail(result.failure)),
      ),
  }
}
