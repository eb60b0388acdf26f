/** What one may do in a channel, by the tables of the service: what one may not, is not offered. */
import { type Action, refusal, type Standing } from "../../../domain/Rights.ts"
import type { Me } from "./Chat.ts"
import type { Chat } from "./Chat.ts"
import type { About, Conversation } from "./Conversation.ts"

export interface Rights {
  readonly standing: Standing
  readonly may: (action: Action) => boolean
}

export const rightsOf = (me: Me, { access, archived, role }: Pick<About, "access" | "archived" | "role">): Rights => {
  const standing: Standing = me.role === "admin" ? "admin" : (role ?? (me.role === "guest" ? "guest" : "stranger"))
  const circumstances = { kind: access, standing, archived, banned: false, muted: false }
  return { standing, may: (action) => refusal(action, circumstances) === undefined }
}

/** Why one cannot say anything there now; undefined where one can. */
export const silence = (
  { me }: Chat,
  { about, isJoined, trouble }: Conversation,
): "out" | "archived" | "mayNotSpeak" | undefined => {
  const { access, archived, role } = about.value
  if (!isJoined.value && trouble.value !== undefined) return "out"
  if (archived) return "archived"
  const maySpeak = access !== "readonly" || role === "owner" || role === "moderator" || me.role === "admin"
  return maySpeak ? undefined : "mayNotSpeak"
}
