/** What people do with the rights of owners and moderators, through the client library. */
import type * as Effect from "effect/Effect"
import { type ChannelRecord, holds } from "../../src/channels/ChannelRecord.ts"
import type { Client } from "../../src/client/Client.ts"
import type { Action } from "./Step.ts"

/** What is to be done, and what the audit log has to say of it. */
export interface AuditedAct {
  readonly effect: Effect.Effect<unknown, unknown>
  readonly action: string
  readonly whom?: string | undefined
  /** Where it says what no other act says. */
  readonly detail?: string | undefined
  /** Whether a channel is so already: then nothing is done, and nothing noted. */
  readonly isSo?: ((record: ChannelRecord) => boolean) | undefined
}

const roleOf = ({ roles }: ChannelRecord, name: string) =>
  [...roles.values()].find(({ user }) => user.name === name)?.role

/** Whether nothing of a kind holds somebody, or may hold no more. */
const isFree = ({ sanctions }: ChannelRecord, kind: "ban" | "mute", name: string): boolean =>
  ![...sanctions.values()].some(
    (one) => one.kind === kind && one.until === undefined && "user" in one.subject && one.subject.user.name === name,
  )

const administrative = [
  "create",
  "configure",
  "topic",
  "rename",
  "invite",
  "role",
  "kick",
  "ban",
  "unban",
  "mute",
  "unmute",
] as const

export type Administration = Extract<Action, { readonly type: (typeof administrative)[number] }>

export const isAdministration = (action: Action): action is Administration =>
  administrative.some((type) => type === action.type)

/** `unique` is text that nobody says twice. */
export const perform = (client: Client, action: Administration, unique: string): AuditedAct => {
  const { channel, type } = action
  switch (type) {
    case "create": {
      const { access } = action
      return { effect: client.createChannel(channel, { access }), action: type }
    }
    case "configure":
      return {
        effect: client.configure(channel, action.settings),
        action: type,
        isSo: (record) => holds(record, { type: "Configured", ...action.settings }),
      }
    case "topic": {
      const topic = `topic ${unique}`
      return { effect: client.setTopic(channel, topic), action: type, detail: topic }
    }
    case "rename":
      return { effect: client.rename(channel, action.to), action: type, isSo: ({ name }) => name === action.to }
    case "invite":
      return {
        effect: client.invite(channel, action.user),
        action: type,
        whom: action.user,
        isSo: (record) => roleOf(record, action.user) !== undefined,
      }
    case "role":
      return {
        effect: client.setRole(channel, action.user, action.role),
        action: type,
        whom: action.user,
        isSo: (record) => roleOf(record, action.user) === action.role,
      }
    case "kick":
      return { effect: client.kick(channel, action.user, unique), action: type, whom: action.user, detail: unique }
    case "ban": {
      const { duration, user: username } = action
      const effect = client.ban(channel, { username }, { duration, reason: unique })
      return { effect, action: type, whom: username, detail: unique }
    }
    case "mute": {
      const { duration, user } = action
      const effect = client.mute(channel, user, { duration, reason: unique })
      return { effect, action: type, whom: user, detail: unique }
    }
    case "unban":
      return {
        effect: client.unban(channel, { username: action.user }),
        action: type,
        whom: action.user,
        isSo: (record) => isFree(record, "ban", action.user),
      }
    case "unmute":
      return {
        effect: client.unmute(channel, action.user),
        action: type,
        whom: action.user,
        isSo: (record) => isFree(record, "mute", action.user),
      }
  }
}
