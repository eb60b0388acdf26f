/** Tells those who hear the page what is said, and no more of it than can be heard. */
import { useSignalEffect } from "@preact/signals"
import { useRef, useState } from "preact/hooks"
import { withName } from "../../../text/Emote.ts"
import { shownName } from "../../../domain/PlainName.ts"
import type { Conversation } from "../model/Conversation.ts"
import { useInside } from "./context.ts"
import { plain } from "./plain.ts"

/** Milliseconds between two announcements. */
const every = 2000
const maxLength = 200

export const Announcer = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const [said, setSaid] = useState("")
  const state = useRef({ at: 0, seq: conversation.last })
  useSignalEffect(() => {
    const timeline = conversation.timeline.value
    const latest = timeline?.messages.at(-1)
    const now = chat.env.now()
    const { current } = state
    if (latest === undefined || timeline?.live !== true || latest.seq <= current.seq) return
    current.seq = latest.seq
    if (latest.from === chat.me.name || Math.abs(now - current.at) < every) return
    current.at = now
    setSaid(plain(withName(shownName(latest.from), latest.content.slice(0, maxLength))))
  })
  return (
    <p class="visually-hidden" role="status">
      {said}
    </p>
  )
}
