import { isRange } from "../../channels/AddressRanges.ts"
import type { Act, Change, ChannelRecord, NewChannel, Sanction, Subject } from "../../channels/ChannelRecord.ts"
import type { AddressRange } from "../../domain/AddressRange.ts"
import type { ChannelId } from "../../domain/ChannelId.ts"
import { type ChannelName, lobby } from "../../domain/ChannelName.ts"
import { isDirect } from "../../domain/Direct.ts"
import { maxInteger } from "../../domain/Limits.ts"
import type { Action } from "../../domain/Rights.ts"
import * as Topic from "../../domain/Topic.ts"
import type { Person, User } from "../../domain/User.ts"
import * as Username from "../../domain/Username.ts"
import { RequestError } from "../../domain/RequestError.ts"
import type { Request, Whom } from "../Administration.ts"
import type { Access, Target } from "./access.ts"

/** Roles, and sanctions, kept of one channel. */
const maxEach = 10_000

/** What a request comes to, where it is allowed. */
export interface Plan {
  readonly changes: ReadonlyArray<Change>
  /** Undefined where nobody is to be told later: direct conversations have no audit log. */
  readonly act: Act | undefined
  /** Whom it concerns. */
  readonly whom?: Target["user"] & Person
}

interface Context {
  readonly access: Access
  readonly by: User
  readonly now: number
  /** Who is in the channel under a name. */
  readonly present: (name: Username.Username) => User | undefined
}

const person = ({ id, name }: Person): Person => ({ id, name })

/** Everything one is told by name of, here. */
const known = ({ roles, sanctions }: ChannelRecord): ReadonlyArray<Person> => [
  ...[...roles.values()].map(({ user }) => user),
  ...[...sanctions.values()].flatMap(({ subject }) => ("user" in subject ? subject.user : [])),
]

const actions: { readonly [Type in Exclude<Request["type"], "Create" | "Configure">]: Action } = {
  SetTopic: "setTopic",
  Rename: "rename",
  Invite: "invite",
  SetRole: "setRole",
  Kick: "kick",
  Ban: "ban",
  Unban: "ban",
  Mute: "mute",
  Unmute: "mute",
}

const actionsOf = (request: Exclude<Request, { readonly type: "Create" }>): ReadonlyArray<Action> => {
  if (request.type !== "Configure") return [actions[request.type]]
  const { access, archived, durability, slowMode } = request
  const configures = access !== undefined || durability !== undefined || slowMode !== undefined
  return [
    ...(configures || archived === undefined ? ["configure" as const] : []),
    ...(archived === undefined ? [] : ["archive" as const]),
  ]
}

/** What has to be stored, or why it is refused. */
export const plan = (request: Exclude<Request, { readonly type: "Create" }>, context: Context): Plan | RequestError => {
  const { access, by, now } = context
  // Before a name is looked up: who may do nothing here learns nothing.
  for (const action of actionsOf(request)) {
    const refusal = access.refusal(action, { user: by }, now)
    if (refusal !== undefined) return refusal
  }
  const record = access.record!
  const act = (action: string, more?: Pick<Act, "whom" | "detail">): Act | undefined =>
    isDirect(record.name) ? undefined : { timestamp: now, by: person(by), action, ...more }
  switch (request.type) {
    case "SetTopic":
      return { changes: [{ type: "Topic", topic: request.topic }], act: act("topic", { detail: request.topic }) }
    case "Configure": {
      const { type: _, ...settings } = request
      return {
        changes: [{ type: "Configured", ...settings }],
        act: act("configure", { detail: JSON.stringify(settings) }),
      }
    }
    case "Rename": {
      if (record.name === lobby) return new RequestError({ reason: "Forbidden", detail: "The lobby keeps its name" })
      if (isDirect(request.name)) return new RequestError({ reason: "Forbidden", field: "name" })
      const { name } = request
      return { changes: [{ type: "Renamed", name }], act: act("rename", { detail: `${record.name} to ${name}` }) }
    }
    case "Ban":
    case "Unban":
      if (typeof request.whom === "string") return onRange({ ...request, whom: request.whom }, context, act)
  }
  return onSomebody(request as OnSomebody, context, act)
}

type Acting = (action: string, more?: Pick<Act, "whom" | "detail">) => Act | undefined
type OnSomebody = Extract<Request, { readonly whom: unknown }> & { readonly whom: Whom }
type OnRange = Extract<Request, { readonly type: "Ban" | "Unban" }> & { readonly whom: AddressRange }

const onRange = (request: OnRange, context: Context, act: Acting): Plan | RequestError => {
  const { access } = context
  const { whom: address } = request
  if (isDirect(access.record!.name)) return new RequestError({ reason: "Forbidden", field: "address" })
  if (!isRange(address)) {
    return new RequestError({ reason: "InvalidFrame", field: "address", detail: `address: ${address} is no range` })
  }
  return request.type === "Ban"
    ? sanctioning("ban", { address }, request, context, act("ban", { detail: detail(address, request.reason) }))
    : pardoning("ban", { address }, act("unban", { detail: address }))
}

const onSomebody = (request: OnSomebody, context: Context, act: Acting): Plan | RequestError => {
  const { access, by, now } = context
  const record = access.record!
  const { account, name } = request.whom
  const key = Username.key(name)
  const user = account ?? context.present(name) ?? known(record).find((one) => Username.key(one.name) === key)
  if (user === undefined) return new RequestError({ reason: "NoSuchUser", field: "username" })
  const role = request.type === "Invite" ? "member" : request.type === "SetRole" ? request.role : undefined
  const whom = person(user)
  // Pardons are for anybody: whoever may ban may take it back.
  if (request.type === "Unban") return { ...pardoning("ban", { user: whom }, act("unban", { whom })), whom: user }
  if (request.type === "Unmute") return { ...pardoning("mute", { user: whom }, act("unmute", { whom })), whom: user }
  const held = access.roleOf(user.id)
  if (request.type === "Invite" && held !== undefined) return { changes: [], act: undefined, whom: user }
  const refusal = access.refusal(actions[request.type], { user: by }, now, { user, role })
  if (refusal !== undefined) return refusal
  switch (request.type) {
    case "Invite":
    case "SetRole":
      if (held === undefined && record.roles.size >= maxEach) return tooMany("roles")
      return {
        changes: [{ type: "Role", user: whom, role }],
        act: request.type === "Invite" ? act("invite", { whom }) : act("role", { whom, detail: role ?? "none" }),
        whom: user,
      }
    case "Kick":
      if (context.present(name)?.id !== user.id) return new RequestError({ reason: "NoSuchUser", field: "username" })
      return { changes: [], act: act("kick", { whom, ...detailOf(request.reason) }), whom: user }
    case "Ban":
    case "Mute": {
      const kind = request.type === "Ban" ? "ban" : "mute"
      const planned = sanctioning(
        kind,
        { user: whom },
        request,
        context,
        act(kind, { whom, ...detailOf(request.reason) }),
      )
      return planned instanceof RequestError ? planned : { ...planned, whom: user }
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
  const ended = [...access.record!.sanctions.values()].filter(({ until }) => until !== undefined && until <= now)
  if (access.record!.sanctions.size - ended.length >= maxEach) return tooMany("bans and mutes")
  const until = duration === undefined ? undefined : Math.min(now + duration, maxInteger)
  return {
    changes: [
      // Those that have ended make room.
      ...ended.map((one) => ({ type: "Pardoned" as const, kind: one.kind, subject: one.subject })),
      { type: "Sanctioned", sanction: { kind, subject, until, by: person(by), reason } },
    ],
    act,
  }
}

const pardoning = (kind: Sanction["kind"], subject: Subject, act: Act | undefined): Plan => ({
  changes: [{ type: "Pardoned", kind, subject }],
  act,
})

const detail = (what: string, reason: string | undefined): string =>
  reason === undefined ? what : `${what}: ${reason}`
const detailOf = (reason: string | undefined) => (reason === undefined ? {} : { detail: reason })

const tooMany = (what: string) =>
  new RequestError({ reason: "Forbidden", detail: `A channel has at most ${maxEach} ${what}` })

/** A channel as it is made. Guests own none. */
export const creation = (
  { id, name }: { readonly id: ChannelId; readonly name: ChannelName },
  owner: User | undefined,
  now: number,
  {
    access = "public",
    durability,
    topic = Topic.none,
  }: Omit<Extract<Request, { readonly type: "Create" }>, "type"> = {},
): { readonly channel: NewChannel; readonly act: Act | undefined } => ({
  channel: {
    id,
    name,
    access,
    topic,
    durability,
    createdAt: now,
    owner: owner === undefined || owner.role === "guest" ? undefined : person(owner),
  },
  act: owner === undefined ? undefined : { timestamp: now, by: person(owner), action: "create" },
})
