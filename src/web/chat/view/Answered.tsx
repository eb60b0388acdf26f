/** What a message answers: whose words, and the first of them. It leads there. */
import { useEffect } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { starOf } from "../../../text/Emote.ts"
import { excerpt } from "../../../text/Excerpt.ts"
import { t } from "../../language.ts"
import * as Answering from "../model/answered.ts"
import type { Conversation } from "../model/Conversation.ts"
import type { Message } from "../model/Message.ts"
import { useInside } from "./context.ts"
import { plain } from "./plain.ts"

/** What it says, or what its file is called. */
export const firstWords = ({ content, file }: Message): string => plain(excerpt(content) || (file?.name ?? ""))

export const Answered = ({ conversation, seq }: { readonly conversation: Conversation; readonly seq: number }) => {
  const { app, chat } = useInside()
  const found = Answering.find(conversation, seq)
  const isKnown = found !== undefined
  useEffect(() => {
    if (!isKnown) void Answering.fetch(chat, conversation, seq)
  }, [conversation, seq, isKnown])
  const words = t.value.message
  const isThere = found != null && !found.deleted
  return (
    <button
      class="plain answered soft small"
      type="button"
      title={words.answers}
      disabled={found === null}
      onClick={() => app.goTo(conversation.name.value, seq)}
    >
      <span class="visually-hidden">{words.answers} </span>
      {isThere ? (
        <>
          {starOf(found.content)}
          <bdi class="author">{shownName(found.from)}</bdi> <bdi>{firstWords(found)}</bdi>
        </>
      ) : found === undefined ? (
        "…"
      ) : found === null ? (
        words.gone
      ) : (
        words.deleted
      )}
    </button>
  )
}
