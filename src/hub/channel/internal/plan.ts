/** What an act of administration comes to, where it is allowed: pure. */
import { isRange, networkOf } from "../../../domain/AddressRange.ts"
import {
  type Act,
  type ChannelRecord,
  hasEnded,
  isIdle,
  type Maker,
  type NewChannel,
  type Sanction,
  type Subject,
} from "../../../channels/ChannelRecord.ts"
import type { ChannelId } from "../../../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../../../domain/ChannelName.ts"
import { isDirect } from "../../../domain/Direct.ts"
import { unknownInvite } from "../../../domain/InviteCode.ts"
import { maxInteger } from "../../../domain/Limits.ts"
import { RequestError } from "../../../domain/RequestError.ts"
import { wrongIn } from "../../../domain/PlainName.ts"
import type { Action } from "../../../domain/Rights.ts"
import * as Topic from "../../../domain/Topic.ts"
import type { Person } from "../../../domain/User.ts"
import * as NameKey from "../../../domain/NameKey.ts"
import type { Administration, AdministrationOf, NamedUser } from "../Administration.ts"
import type { HubSettings } from "../../HubSettings.ts"
import * as links from "./inviteLinks.ts"
import type { Requester } from "../ChannelCommand.ts"
import { type Context, maxEach, type Note, person, type Plan, tooMany } from "./planning.ts"

/** Whatever is done to a channel that is there. */
export type ToChannel = Exclude<Administration, { readonly type: "Create" | "Delete" }>
type ToUser = Extract<Administration, { readonly user: NamedUser }>

/** Why a new channel cannot be called so; undefined where it can. */
export const unfitName = (name: ChannelName, field = "channel"): RequestError | undefined => {
  // Nothing that looks like the lobby may be in its way, whether it was made already or not.
  if (name !== lobby && NameKey.key(name) === NameKey.key(lobby)) {
    return new RequestError({ reason: "ChannelExists", field, detail: "This name looks like the lobby's" })
  }
  const wrong = wrongIn(name)
  return wrong === undefined
    ? undefined
    : new RequestError({ reason: "Forbidden", field, detail: `This cannot be a new channel's name: ${wrong}` })
}

/** Everybody the channel's record names. */
const named = ({ roles, sanctions }: ChannelRecord): ReadonlyArray<Person> => [
  ...[...roles.values()].map(({ user }) => user),
  ...[...sanctions.values()].flatMap(({ subject }) => ("user" in subject ? subject.user : [])),
]

const rights: { readonly [Type in Exclude<ToChannel["type"], "Configure" | "AcceptInvite">]: Action } = {
  SetTopic: "setTopic",
  Rename: "rename",
  Invite: "invite",
  CreateInviteLink: "invite",
  RevokeInviteLink: "invite",
  SetRole: "setRole",
  Kick: "kick",
  Ban: "ban",
  Unban: "ban",
  BanAddress: "banAddress",
  UnbanAddress: "banAddress",
  Mute: "mute",
  Unmute: "mute",
}

const rightsFor = (act: ToChannel): ReadonlyArray<Action> => {
  // By the invitation.
  if (act.type === "AcceptInvite") return []
  if (act.type !== "Configure") return [rights[act.type]]
  const { access, archived, durability, slowMode } = act
  const configures = access !== undefined || durability !== undefined || slowMode !== undefined
  return [
    ...(configures || archived === undefined ? ["configure" as const] : []),
    ...(archived === undefined ? [] : ["archive" as const]),
  ]
}

/** What has to be stored, or why it is refused. */
export const plan = (act: ToChannel, context: Context): Plan | RequestError => {
  const planned = allowed(act, context)
  if (planned instanceof RequestError || planned.changes.length === 0) return planned
  const record = context.access.record!
  const idle = planned.changes.every((change) => isIdle(record, change, context.access.dateAt(context.now)))
  if (idle) return { ...planned, changes: [], act: undefined }
  return record.unused ? { ...planned, changes: [...planned.changes, { type: "Used" }] } : planned
}

const allowed = (act: ToChannel, context: Context): Plan | RequestError => {
  const { access, by, now } = context
  const timestamp = access.dateAt(now)
  // Before a name is looked up: who may do nothing here learns nothing.
  for (const right of rightsFor(act)) {
    const refusal = access.refusal(right, by, now)
    if (refusal !== undefined) return refusal
  }
  const record = access.record
  // It has been removed since it was looked up.
  if (record === undefined) return unknownInvite()
  const note: Note = (action, more) =>
    isDirect(record.name) ? undefined : { timestamp, by: person(by.user), action, ...more }
  switch (act.type) {
    case "SetTopic":
      return { changes: [{ type: "Topic", topic: act.topic }], act: note("topic", { detail: act.topic }) }
    case "Configure": {
      const { type: _, ...wanted } = act
      // Who opens it again has it: otherwise archived channels would be a way around the quota.
      const maker = record.archived && wanted.archived === false ? makerOf(by, context.settings) : undefined
      return {
        changes: [{ type: "Configured", ...wanted, maker }],
        act: note("configure", { detail: JSON.stringify(wanted) }),
      }
    }
    case "Rename": {
      if (record.name === lobby) return new RequestError({ reason: "Forbidden", detail: "The lobby keeps its name" })
      if (isDirect(act.name)) return new RequestError({ reason: "Forbidden", field: "name" })
      const { name } = act
      const unfit = unfitName(name, "name")
      if (unfit !== undefined) return unfit
      return {
        changes: [{ type: "Renamed", name, at: access.dateAt(now) }],
        act: note("rename", { detail: `${record.name} to ${name}` }),
      }
    }
    case "BanAddress":
    case "UnbanAddress":
      return onAddress(act, context, note)
    case "CreateInviteLink":
      return links.created(act, record, context, note)
    case "RevokeInviteLink":
      return links.revoked(act, record, note)
    case "AcceptInvite":
      return links.accepted(act, record, context, note)
    case "Invite":
    case "SetRole":
    case "Kick":
    case "Ban":
    case "Unban":
    case "Mute":
    case "Unmute":
      return onUser(act, context, note)
  }
}

const onAddress = (
  act: AdministrationOf<"BanAddress" | "UnbanAddress">,
  context: Context,
  note: Note,
): Plan | RequestError => {
  const { address } = act
  if (!isRange(address)) {
    return new RequestError({ reason: "InvalidFrame", field: "address", detail: `address: ${address} is no range` })
  }
  if (act.type === "UnbanAddress") return pardoning("ban", { address }, note("unban", { detail: address }))
  const detail = act.reason === undefined ? address : `${address}: ${act.reason}`
  return sanctioning("ban", { address }, act, context, note("ban", { detail }))
}

const onUser = (act: ToUser, context: Context, note: Note): Plan | RequestError => {
  const { access, by, now } = context
  const record = access.record!
  const { account, name } = act.user
  const user = account ?? context.present(name) ?? named(record).find((one) => NameKey.isSame(one.name, name))
  if (user === undefined) return new RequestError({ reason: "NoSuchUser", field: "username" })
  const role = act.type === "Invite" ? "member" : act.type === "SetRole" ? act.role : undefined
  const whom = person(user)
  // Pardons are for anybody: whoever may ban may take it back.
  if (act.type === "Unban" && isDirect(record.name) && user.id === by.user.id) {
    return new RequestError({ reason: "Forbidden", detail: "Only who has blocked somebody takes it back" })
  }
  if (act.type === "Unban") return { ...pardoning("ban", { user: whom }, note("unban", { whom })), user }
  if (act.type === "Unmute") return { ...pardoning("mute", { user: whom }, note("unmute", { whom })), user }
  const held = access.roleOf(user.id)
  if (act.type === "Invite" && held !== undefined) return { changes: [], act: undefined, user }
  const refusal = access.refusal(rights[act.type], by, now, { user, role })
  if (refusal !== undefined) return refusal
  switch (act.type) {
    case "Invite":
    case "SetRole":
      if (held === undefined && record.roles.size >= maxEach) return tooMany("roles")
      return {
        changes: [{ type: "Role", user: whom, role }],
        act: act.type === "Invite" ? note("invite", { whom }) : note("role", { whom, detail: role ?? "none" }),
        user,
      }
    case "Kick":
      if (context.present(name)?.id !== user.id) return new RequestError({ reason: "NoSuchUser", field: "username" })
      return { changes: [], act: note("kick", { whom, ...detailOf(act.reason) }), user }
    case "Ban":
    case "Mute": {
      const kind = act.type === "Ban" ? "ban" : "mute"
      const noted = note(kind, { whom, ...detailOf(act.reason) })
      const planned = sanctioning(kind, { user: whom }, act, context, noted)
      return planned instanceof RequestError ? planned : { ...planned, user }
    }
  }
}

const sanctioning = (
  kind: Sanction["kind"],
  subject: Subject,
  { duration, reason }: { readonly duration?: number | undefined; readonly reason?: string | undefined },
  { access, by, now }: Context,
  act: Act | undefined,
): Plan | RequestError => {
  const date = access.dateAt(now)
  const ended = [...access.record!.sanctions.values()].filter((sanction) => hasEnded(sanction, date))
  if (access.record!.sanctions.size - ended.length >= maxEach) return tooMany("bans and mutes")
  const until = duration === undefined ? undefined : Math.min(date + duration, maxInteger)
  return {
    changes: [
      // Those that have ended make room.
      ...ended.map((one) => ({ type: "Pardoned" as const, kind: one.kind, subject: one.subject })),
      { type: "Sanctioned", sanction: { kind, subject, until, by: person(by.user), reason } },
    ],
    act,
  }
}

const pardoning = (kind: Sanction["kind"], subject: Subject, act: Act | undefined): Plan => ({
  changes: [{ type: "Pardoned", kind, subject }],
  act,
})

const detailOf = (reason: string | undefined) => (reason === undefined ? {} : { detail: reason })

/** For whom a channel counts that somebody makes. */
const makerOf = (
  { address, limited = false, user }: Requester,
  { channelsPerAccount, channelsPerAddress }: HubSettings,
): Maker | undefined => {
  if (user.role !== "guest") {
    return { key: user.id, quota: limited && user.role !== "admin" ? channelsPerAccount : undefined }
  }
  // A guest's name is free again the next moment.
  return address === undefined ? undefined : { key: `address ${networkOf(address)}`, quota: channelsPerAddress }
}

interface Creation {
  readonly channel: NewChannel
  readonly act: Act
}

/** A channel as somebody makes it: by what is said of it, or by entering it. Guests own none. */
export const creation = (
  { id, name }: { readonly id: ChannelId; readonly name: ChannelName },
  by: Requester,
  settings: HubSettings,
  now: number,
  more?: AdministrationOf<"Create">,
): Creation => {
  const { access = "public", durability, topic = Topic.none } = more ?? {}
  const { user } = by
  return {
    channel: {
      ...bare(id, name, now),
      access,
      topic,
      durability,
      // What a program makes for itself it may want to find again.
      unused: more === undefined && by.limited === true,
      owner: user.role === "guest" ? undefined : person(user),
      maker: makerOf(by, settings),
    },
    act: { timestamp: now, by: person(user), action: "create" },
  }
}

/** A channel that is nobody's. */
export const bare = (id: ChannelId, name: ChannelName, now: number): NewChannel => ({
  id,
  name,
  access: "public",
  topic: Topic.none,
  durability: undefined,
  createdAt: now,
  owner: undefined,
})
