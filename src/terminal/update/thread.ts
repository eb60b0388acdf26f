/** A message and all that answers it, and what answers that, of what is loaded: shown over the conversation until it is left. */
import type { Seq } from "../../domain/Seq.ts"
import type { Intent } from "../Action.ts"
import type { MessageEntry, Model } from "../Model.ts"
import { current, isIgnored, notice } from "./conversations.ts"
import { isThere } from "./editing.ts"
import { say } from "./saying.ts"

type Next = readonly [Model, ReadonlyArray<Intent>]

const messagesIn = (model: Model): ReadonlyArray<MessageEntry> =>
  current(model)
    .entries.filter(isThere)
    .filter(({ from }) => !isIgnored(model, from))

/** From the message that answers no other on; the oldest first. */
const threadOf = (messages: ReadonlyArray<MessageEntry>, entry: MessageEntry): ReadonlyArray<MessageEntry> => {
  const bySeq = new Map(messages.map((message) => [message.seq, message]))
  let root = entry
  for (;;) {
    const answered = root.replyTo === undefined ? undefined : bySeq.get(root.replyTo)
    // What answers something later than itself is no answer.
    if (answered?.seq === undefined || answered.seq >= root.seq!) break
    root = answered
  }
  const places = new Set<Seq>()
  return messages.filter(({ replyTo, seq }) => {
    const belongs = seq === root.seq || (replyTo !== undefined && places.has(replyTo))
    if (belongs) places.add(seq!)
    return belongs
  })
}

const show = (model: Model, entries: ReadonlyArray<MessageEntry>): Model => ({
  ...model,
  selected: undefined,
  past: {
    channel: model.current,
    seq: entries[0]!.seq!,
    words: "",
    // Their places are their keys there.
    entries: entries.map((entry) => ({ ...entry, key: entry.seq! })),
    scroll: 0,
    older: undefined,
    newer: undefined,
    loading: false,
    thread: true,
  },
})

/** That of the message that is chosen. */
export const showOf = (model: Model, entry: MessageEntry): Next => {
  const thread = threadOf(messagesIn(model), entry)
  return [thread.length < 2 ? say(model, "Nothing that is loaded answers it.") : show(model, thread), []]
}

/** The one in which something was said last. */
export const showLatest = (model: Model): Next => {
  const messages = messagesIn(model)
  const latest = messages.findLast(({ replyTo }) => replyTo !== undefined)
  const thread = latest === undefined ? [] : threadOf(messages, latest)
  return thread.length < 2
    ? [notice(model, "Nothing that is loaded here answers another message; /reply answers the last one.", "error"), []]
    : [show(model, thread), []]
}
