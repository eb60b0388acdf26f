/** How present whoever one talks to alone is. */
import { spelling } from "../../domain/Username.ts"
import type { Member } from "../../protocol/v2/ServerFrame.ts"
import type { Model } from "../Model.ts"
import * as Plain from "../Plain.ts"
import { change, find, isDirect, notice } from "./conversations.ts"

/** What any of the user's conversations says of somebody: not everybody who is online is in the one with them alone. */
const memberOf = ({ conversations }: Model, name: string): Member | undefined => {
  const wanted = spelling(name)
  for (const { roster } of conversations) {
    for (const member of roster?.members.values() ?? []) if (spelling(member.username) === wanted) return member
  }
  return undefined
}

/** In words: "away: lunch"; undefined where nothing is known. */
export const presenceOf = (model: Model, name: string): string | undefined => {
  const member = memberOf(model, name)
  if (member === undefined) return undefined
  const { status, text } = member
  return text === undefined || text === "" ? status : `${status}: ${Plain.line(text)}`
}

/** Says in a direct conversation that whoever is to read it does not look, once for each time that this is so. */
export const tellAbsence = (model: Model, channel: string): Model => {
  const conversation = find(model, channel)
  if (conversation === undefined || !isDirect(conversation.name)) return model
  const who = conversation.name.slice(1)
  const presence = presenceOf(model, who) ?? "online"
  if (presence === conversation.presenceTold) return model
  const told = change(model, channel, (one) => ({ ...one, presenceTold: presence }))
  return memberOf(model, who)?.status === "online" || presence === "online"
    ? told
    : notice(told, `${Plain.nameInText(who)} is ${presence}`, "info", conversation.name)
}
