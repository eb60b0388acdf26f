/** How present one is, as one sets it. */
import type { Answer } from "../session/Link.ts"
import type { Chat } from "./Chat.ts"

export const setStatus = async (
  chat: Chat,
  status: "online" | "away" | "busy",
  text: string,
): Promise<Answer<object>> => {
  const answer = await chat.ask((client) => client.setStatus(status, text))
  if (answer.ok) chat.status.value = { status, text }
  return answer
}
