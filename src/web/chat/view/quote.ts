/** What a reply begins with: whose words it answers, and the first of them. */
import type { Message } from "../model/Message.ts"

const fence = "```"
const maxLines = 4
const maxLength = 300

export const quote = ({ content, file, from }: Message): string => {
  const text = content === "" ? (file?.name ?? "") : content
  const kept = text.slice(0, maxLength).split("\n").slice(0, maxLines).join("\n")
  const shown = (kept.length < text.length ? `${kept} …` : kept).split("\n")
  // Code that is cut off would not be any.
  const fences = shown.filter((line) => line.startsWith(fence)).length
  const lines = fences % 2 === 0 ? shown : [...shown, fence]
  return [`> @${from}:`, ...lines.map((line) => `> ${line}`), "", ""].join("\n")
}
