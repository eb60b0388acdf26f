/** The people that this page has seen: who is there, who has spoken, who was spoken with. */
import { botMark } from "../../../domain/PlainName.ts"
import type { Chat } from "./Chat.ts"

/** Names, at most. */
const most = 2000

/** Whether there is somebody of this name, as one writes it: that is how all of it begins, or its first word. */
export const isKnown = (chat: Chat, written: string): boolean => {
  const wanted = written.toLowerCase()
  const begins = (name: string): boolean => `${name.toLowerCase()} `.startsWith(`${wanted} `)
  if (begins(chat.me.name)) return true
  const { value: current } = chat.current
  // Most are written as they are called. Of everybody else those are looked through who are shown here.
  return (
    chat.conversations.value.some(
      ({ other, roster }) =>
        roster.value?.members.has(written as never) === true || (other !== undefined && begins(other)),
    ) ||
    current?.timeline.value?.messages.some(({ from }) => begins(from)) === true ||
    [...(current?.roster.value?.members.keys() ?? [])].some(begins)
  )
}

/** Those of the conversation that is shown come first. Bots take no messages. */
export const known = (chat: Chat): ReadonlyArray<string> => {
  const names = new Set<string>()
  const { value: current } = chat.current
  const others = chat.conversations.value.filter((one) => one !== current)
  for (const { other, roster, timeline } of current === undefined ? others : [current, ...others]) {
    if (other !== undefined) names.add(other)
    for (const name of roster.value?.members.keys() ?? []) names.add(name)
    for (const { from } of timeline.value?.messages ?? []) names.add(from)
    if (names.size > most) break
  }
  names.delete(chat.me.name)
  return [...names].filter((name) => !name.endsWith(botMark)).slice(0, most)
}
