/** Administers a channel: reads, makes and changes its record, and tells the members. Run by the channel's actor alone. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { changed, type ChannelRecord, holds, inForce, maxBlocked } from "../../../channels/ChannelRecord.ts"
import type { ChannelStoreShape } from "../../../channels/ChannelStoreShape.ts"
import type { ChannelStoreError } from "../../../channels/ChannelStoreError.ts"
import type { ChannelEvent } from "../../../domain/ChannelEvent.ts"
import { ChannelId } from "../../../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../../../domain/ChannelName.ts"
import { between, isDirect } from "../../../domain/Direct.ts"
import type { Fence } from "../../../domain/Fence.ts"
import * as Monotonic from "../../../domain/Monotonic.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import { unavailable } from "../../../domain/StoreTrouble.ts"
import { isGuestId, type Person, type User } from "../../../domain/User.ts"
import * as NameKey from "../../../domain/NameKey.ts"
import type * as Username from "../../../domain/Username.ts"
import { HistoryError } from "../../../history/HistoryError.ts"
import type { HistoryShape } from "../../../history/HistoryShape.ts"
import type { HubSettings } from "../../HubSettings.ts"
import type { Administration, AdministrationOf } from "../Administration.ts"
import type { ChannelDirectory } from "../ChannelDirectory.ts"
import type { ChannelCommandOf, Outcome, Requester } from "../ChannelCommand.ts"
import { hush } from "./appearance.ts"
import { Attendance, personOf } from "./Attendance.ts"
import type { ChannelState } from "./ChannelState.ts"
import type { Plan } from "./planning.ts"
import { bare, creation, plan, unfitName } from "./plan.ts"

interface Context {
  readonly state: ChannelState
  readonly settings: HubSettings
  readonly channels: ChannelStoreShape
  readonly history: HistoryShape
  readonly directory: ChannelDirectory
  readonly clock: Clock.Clock
  readonly fence?: Fence | undefined
}

/** Why this one makes no channel; undefined where it may. A direct conversation is there as soon as there are two. */
const unmade = (name: ChannelName, { makesNone }: Requester): RequestError | undefined =>
  makesNone === true && !isDirect(name)
    ? new RequestError({ reason: "OutOfScope", detail: "There is no such channel, and this token makes none" })
    : undefined

const part = Effect.map(Random.nextIntBetween(0, 36 ** 9), (n) => n.toString(36).padStart(9, "0"))

/** Unlike any name's: a channel may be called something else one day. */
const freshId = Effect.map(Effect.all([part, part]), ([one, other]) => ChannelId.make(`${one}${other}`))

const toRequestError = ({ reason, trouble }: ChannelStoreError): RequestError => {
  switch (reason) {
    case "Exists":
      return new RequestError({ reason: "ChannelExists" })
    case "Full":
      return new RequestError({ reason: "TooManyChannels" })
    case "Quota":
      return new RequestError({ reason: "ChannelQuota" })
    case "Unavailable":
    // Nobody is told: the channel ends.
    case "Fenced":
      return unavailable(trouble)
  }
}

const reasonOf = ({ reason }: ChannelStoreError) => (reason === "Fenced" ? reason : "Unavailable")

export const make = ({ channels, clock, directory, fence, history, settings, state }: Context) => {
  const { access } = state
  /** A name that may be the channel's by now: only the store knows. */
  let reserved: ChannelName | undefined
  /** Another node has the channel by now. */
  let fenced = false
  /** What was asked last, where it may be stored though the store did not say so. */
  let doubtful: { readonly command: ChannelCommandOf<"Administer">; readonly plan: Plan } | undefined

  const load = Effect.gen(function* () {
    const { name } = state
    const known = access.record
    const found = Option.getOrUndefined(yield* known === undefined ? channels.find(name) : channels.get(known.id))
    if (found === undefined && name === lobby) {
      yield* channels.create(bare(ChannelId.make(lobby), name, clock.currentTimeMillisUnsafe()), undefined, fence)
      access.record = Option.getOrUndefined(yield* channels.find(name))
      return
    }
    access.record = found
    if (doubtful !== undefined && known !== undefined && found !== undefined) {
      const { command, plan } = doubtful
      if (plan.changes.every((change) => holds(found, change))) {
        carryOut(command, plan, found, Monotonic.millis(clock))
      }
    }
    doubtful = undefined
    if (reserved === undefined || found === undefined) return
    yield* found.name === reserved ? directory.rename(name, reserved) : directory.rename(reserved, name)
    reserved = undefined
  })

  /** What could not be stored may be stored all the same: what is known here is no longer sure. */
  const doubting = <A>(storing: Effect.Effect<A, ChannelStoreError>): Effect.Effect<A, RequestError> =>
    Effect.catch(storing, (error) => {
      fenced ||= error.reason === "Fenced"
      if (error.reason !== "Unavailable") return Effect.fail(toRequestError(error))
      state.stale = true
      state.trouble = error.trouble
      return Effect.andThen(
        Effect.logError(`channel ${state.name} could not be changed`, error),
        Effect.fail(toRequestError(error)),
      )
    })

  /** Makes the channel: the user owns it from then on. */
  const create = (by: Requester, more?: AdministrationOf<"Create">): Effect.Effect<void, RequestError> =>
    Effect.suspend(() => {
      const { name } = state
      const refusal = unfitName(name) ?? unmade(name, by)
      return refusal === undefined ? doubting(creating(name, by, more)) : Effect.fail(refusal)
    })

  const creating = (name: ChannelName, by: Requester, more: AdministrationOf<"Create"> | undefined) =>
    Effect.gen(function* () {
      const now = clock.currentTimeMillisUnsafe()
      const { act, channel } = creation({ id: yield* freshId, name }, by, settings, now, more)
      yield* channels.create(channel, act, fence)
      access.record = Option.getOrUndefined(yield* channels.get(channel.id))
    })

  /**
   * Removes the channel. Its record goes first: what is left of its history, if that cannot be removed, leads nowhere any
   * more, and goes as it gets old.
   */
  const remove = (now: number): Effect.Effect<void, RequestError> => {
    const { id } = state
    return Effect.map(doubting(channels.remove(id, fence)), () => state.removed(now)).pipe(
      Effect.andThen(
        Effect.catch(history.remove(id), (error) =>
          Effect.logError(`the history of ${state.name} was not removed`, error),
        ),
      ),
    )
  }

  /** Somebody removes the channel. */
  const performDelete = (by: Requester, now: number): Effect.Effect<void, RequestError> => {
    const refusal = access.refusal("delete", by, now)
    if (refusal !== undefined) return Effect.fail(refusal)
    return state.name === lobby
      ? Effect.fail(new RequestError({ reason: "Forbidden", detail: "The lobby stays" }))
      : remove(now)
  }

  /** The new name leads here before it is stored, so that nobody else takes it meanwhile. */
  const renaming = (to: ChannelName, storing: Effect.Effect<void, RequestError>): Effect.Effect<void, RequestError> =>
    Effect.gen(function* () {
      const from = state.name
      yield* directory.reserve(to)
      reserved = to
      yield* Effect.tapError(storing, () =>
        state.stale ? Effect.void : Effect.map(directory.rename(to, from), () => (reserved = undefined)),
      )
      yield* directory.rename(from, to)
      reserved = undefined
    })

  /** Nobody blocks people without end. Guests do not count: who is gone cannot be let go of. Blocks of before do, also if over. */
  const mayBlock = ({ id }: User): Effect.Effect<void, RequestError> =>
    Effect.matchEffect(channels.blocked(id, 0), {
      onFailure: ({ trouble }) => Effect.fail(unavailable(trouble)),
      onSuccess: (blocked) =>
        blocked.filter(({ id }) => !isGuestId(id)).length < maxBlocked
          ? Effect.void
          : Effect.fail(new RequestError({ reason: "Forbidden", detail: `One blocks at most ${maxBlocked} people` })),
    })

  /** Whom somebody has blocked does not reach it by invitations and names of channels either, and is told nothing of it. */
  const invite = (by: User, user: Person): Effect.Effect<void> =>
    Effect.matchEffect(channels.get(ChannelId.make(between(by.id, user.id))), {
      onFailure: (error) => Effect.logError(`nobody was told of an invitation to ${state.name}`, error),
      onSuccess: (conversation) =>
        Option.isSome(conversation) &&
        Option.isSome(inForce(conversation.value, "ban", { user: by }, clock.currentTimeMillisUnsafe()))
          ? Effect.void
          : directory.tell(user.id, { type: "Invited", channel: state.name, by: personOf(by) }),
    })

  /** Who is here under a name. */
  const present = (name: Username.Username): User | undefined =>
    state.everybody.find(({ user }) => NameKey.isSame(user.name, name))?.user

  /** What was planned is stored: it is so from here on, and the members are told. Who may not enter may not stay. */
  const carryOut = (
    { act, by }: ChannelCommandOf<"Administer">,
    { user }: Plan,
    record: ChannelRecord,
    now: number,
  ): void => {
    // Who has come right before is in before anything of this is told: whoever is put out would be told to be in behind that.
    state.welcome()
    access.record = record
    if (act.type === "SetTopic") access.said(by.user.id, now)
    if (silences(act, record) && user !== undefined) {
      hush(state.attendance, user.id, now)
      state.attendance.stopTyping(user, now)
    }
    const event = eventOf(act, record, personOf(by.user), user, state)
    if (event !== undefined) state.announce(event)
    const leaving = state.everybody.filter((member) =>
      act.type === "Kick" ? member.user.id === user?.id : access.refusal("join", member, now) !== undefined,
    )
    const kicked = act.type === "Kick" || act.type === "BanAddress" || act.type === "Ban"
    if (kicked) {
      for (const user of Attendance.usersOf(leaving)) {
        state.announce({ type: "Kicked", user, by: personOf(by.user), reason: act.reason })
      }
    }
    for (const { session } of leaving) state.putOut(session!, now, kicked)
  }

  const perform = (command: ChannelCommandOf<"Administer">): Effect.Effect<void, RequestError> =>
    Effect.suspend(() => {
      const { act, by } = command
      const now = Monotonic.millis(clock)
      if (state.stale) return Effect.fail(unavailable(state.trouble))
      if (act.type === "Create") {
        const refusal = access.refusal("create", by, now)
        return refusal === undefined ? create(by, act) : Effect.fail(refusal)
      }
      if (act.type === "Delete") return performDelete(by, now)
      const planned = plan(act, { access, by, now, present, settings })
      if (planned instanceof RequestError) return Effect.fail(planned)
      const { act: audited, changes, user } = planned
      const told = act.type === "Invite" && user !== undefined ? invite(by.user, user) : Effect.void
      // Nothing changes: there is nothing to store, and nothing to tell anybody but whom it is for.
      if (changes.length === 0 && audited === undefined) return told
      const changing = Effect.tapError(doubting(channels.change(state.id, changes, audited, fence)), () =>
        Effect.sync(() => {
          if (state.stale) doubtful = { command, plan: planned }
        }),
      )
      const storing =
        act.type === "Ban" && isDirect(state.name) && user !== undefined && !isGuestId(user.id)
          ? Effect.andThen(mayBlock(by.user), changing)
          : changing
      return (act.type === "Rename" ? renaming(act.name, storing) : storing).pipe(
        Effect.map(() => carryOut(command, planned, changes.reduce(changed, access.record!), now)),
        Effect.andThen(told),
      )
    })

  return {
    get fenced() {
      return fenced
    },
    load,
    create,
    /** Notes that the channel is used, before the first entry is stored. */
    use: Effect.suspend(() =>
      access.isUnused
        ? Effect.map(
            Effect.mapError(
              channels.change(state.id, [{ type: "Used" }], undefined, fence),
              (cause) => new HistoryError({ reason: reasonOf(cause), operation: "append", cause }),
            ),
            () => void (access.record = { ...access.record!, unused: false }),
          )
        : Effect.void,
    ),
    /** Removes a channel that nobody has used: it can be made anew. */
    removeUnused: Effect.suspend(() =>
      access.isUnused ? Effect.ignore(remove(clock.currentTimeMillisUnsafe())) : Effect.void,
    ),
    /** Succeeds with what the one who asked is answered. */
    administer: (command: ChannelCommandOf<"Administer">): Effect.Effect<Outcome> =>
      Effect.match(perform(command), {
        onFailure: (error) => ({ type: "Refused", error }),
        onSuccess: () => ({ type: "Done" }),
      }),
  }
}

/** Whether somebody may stay and has nothing to say any more. */
const silences = ({ type }: Administration, { name }: ChannelRecord): boolean =>
  type === "Mute" || (type === "Ban" && isDirect(name))

/** What the members are told of an act; undefined where nothing is to be seen of it. */
const eventOf = (
  act: Administration,
  now: ChannelRecord,
  by: Person,
  user: Person | undefined,
  state: ChannelState,
): ChannelEvent | undefined => {
  switch (act.type) {
    case "SetTopic":
      return { type: "TopicChanged", topic: act.topic, by }
    case "Configure": {
      const { access, archived, slowMode } = now
      return { type: "Configured", access, archived, slowMode, durability: state.wanted, by }
    }
    case "Rename":
      return { type: "Renamed", name: act.name, by }
    case "Invite":
    case "SetRole": {
      if (user === undefined) return undefined
      const told = { type: "RoleChanged", user: personOf(user), role: now.roles.get(user.id)?.role, by } as const
      return act.type === "Invite" ? { ...told, invited: true } : told
    }
    case "AcceptInvite":
      return { type: "RoleChanged", user: by, role: now.roles.get(by.id)?.role, by }
    case "Create":
    case "Delete":
    case "CreateInviteLink":
    case "RevokeInviteLink":
    case "Kick":
    case "Ban":
    case "Unban":
    case "BanAddress":
    case "UnbanAddress":
    case "Mute":
    case "Unmute":
      return undefined
  }
}
