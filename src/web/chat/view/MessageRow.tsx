/** One message. It is drawn anew only when something of it has changed: there are hundreds, and most have not. */
import { Component } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { botMark, shownName } from "../../../domain/PlainName.ts"
import { isFor } from "../../../text/Highlights.ts"
import { t } from "../../language.ts"
import { Tile } from "../../ui/Tile.tsx"
import type { Conversation } from "../model/Conversation.ts"
import type { Message } from "../model/Message.ts"
import { pathOf } from "../route.ts"
import { Answered } from "./Answered.tsx"
import { Content } from "./Content.tsx"
import { useInside } from "./context.ts"
import { FileCard } from "./FileCard.tsx"
import { exactTime, time } from "./format.ts"
import { loadLater } from "./later.ts"
import { Reactions } from "./Reactions.tsx"
import { useLoaded } from "./useLoaded.ts"

interface Props {
  readonly conversation: Conversation
  readonly message: Message
  readonly isHead: boolean
  /** Whether what one can do with it is shown. */
  readonly isActive: boolean
  readonly isFocusable: boolean
  readonly onActive: (seq: number | undefined) => void
}

export class MessageRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { conversation, isActive, isFocusable, isHead, message } = this.props
    return (
      next.message !== message ||
      next.isHead !== isHead ||
      next.isActive !== isActive ||
      next.isFocusable !== isFocusable ||
      next.conversation !== conversation
    )
  }

  override render(props: Props) {
    return <Row {...props} />
  }
}

const Row = ({ conversation, isActive, isFocusable, isHead, message, onActive }: Props) => {
  const { chat } = useInside()
  const row = useRef<HTMLLIElement>(null)
  const hadFocus = row.current?.contains(document.activeElement) === true
  useLayoutEffect(() => {
    // What had the focus is gone, as with what was deleted: the row is still there, and one goes on from it.
    if (hadFocus && document.activeElement === document.body) row.current?.focus()
  }, [message])
  const { at, content, deleted, edited, file, from, reactions, replyTo, seq } = message
  const concerns = from !== chat.me.name && !deleted && isFor(content, chat.me.name, chat.words.value)
  const isEdited = conversation.editing.value === seq
  const [isShown, setShown] = useState(false)
  const later = useLoaded(chat, isActive || isEdited || isShown ? loadLater : undefined)
  const canShow = from !== chat.me.name && !from.endsWith(botMark)
  const classes = ["message", isHead ? "head" : "", concerns ? "concerns" : "", isActive ? "active" : ""]
  return (
    <li
      ref={row}
      class={classes.filter(Boolean).join(" ")}
      data-key={seq}
      tabIndex={isFocusable ? 0 : -1}
      // What is touched is pointed at by the touch alone: a finger is nowhere before and after that.
      onPointerEnter={({ pointerType }) => pointerType === "mouse" && onActive(seq)}
      onClick={() => onActive(seq)}
      onFocusIn={() => onActive(seq)}
    >
      {isHead ? (
        // The name beside it does the same, for whoever has no mouse.
        <span class="face" data-opens={canShow ? "" : undefined} onClick={canShow ? () => setShown(true) : undefined}>
          <Tile name={from} />
        </span>
      ) : (
        <Time at={at} channel={conversation.name.value} seq={seq} aside />
      )}
      <div class="message-body">
        {isHead && (
          <p class="message-head">
            {canShow ? (
              <span>
                <button
                  class="plain"
                  type="button"
                  tabIndex={isActive ? 0 : -1}
                  aria-expanded={isShown}
                  onClick={() => setShown(!isShown)}
                >
                  <Author name={from} />
                </button>
                {isShown && later !== undefined && (
                  <later.PersonCard conversation={conversation} name={from} onClose={() => setShown(false)} />
                )}
              </span>
            ) : (
              <Author name={from} />
            )}
            <Time at={at} channel={conversation.name.value} seq={seq} />
          </p>
        )}
        {replyTo !== undefined && !deleted && <Answered conversation={conversation} seq={replyTo} />}
        {deleted ? (
          <p class="soft gone">{t.value.message.deleted}</p>
        ) : isEdited && later !== undefined ? (
          <later.MessageEditor conversation={conversation} message={message} />
        ) : (
          <>
            {content !== "" && (
              <Text text={content} from={from} me={from === chat.me.name ? "" : chat.me.name} isEdited={edited > 0} />
            )}
            {file !== undefined && <FileCard channel={conversation.name.value} file={file} />}
            {reactions.length > 0 && <Reactions conversation={conversation} message={message} />}
          </>
        )}
      </div>
      {isActive && !deleted && !isEdited && later !== undefined && (
        <later.MessageActions conversation={conversation} message={message} />
      )}
    </li>
  )
}

const Author = ({ name }: { readonly name: string }) => {
  const isBot = name.endsWith(botMark)
  return (
    <bdi class="author">
      {shownName(isBot ? name.slice(0, -botMark.length) : name)}
      {isBot && <span class="badge">{t.value.message.bot}</span>}
    </bdi>
  )
}

interface TimeProps {
  readonly at: number
  readonly channel: string
  readonly seq: number
  readonly aside?: boolean
}

/** When it was said: the address of the message, too. */
const Time = ({ aside, at, channel, seq }: TimeProps) => {
  const { app } = useInside()
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    app.goTo(channel, seq)
  }
  return (
    <a class={aside === true ? "time aside" : "time"} href={pathOf(channel, seq)} tabIndex={-1} onClick={onClick}>
      <time title={exactTime(at)}>{time(at)}</time>
    </a>
  )
}

/** Characters and lines of a message that are shown at first. */
const maxLength = 4000
const maxLines = 40

const cutAt = (text: string): number | undefined => {
  let end = 0
  for (let lines = 0; lines < maxLines; lines++) {
    const next = text.indexOf("\n", end)
    if (next === -1) return text.length > maxLength ? maxLength : undefined
    end = next + 1
    if (end > maxLength) return maxLength
  }
  return end
}

export const Text = ({
  from,
  isEdited,
  me,
  text,
}: {
  readonly text: string
  readonly from: string
  readonly me: string
  readonly isEdited: boolean
}) => {
  const [isWhole, setWhole] = useState(false)
  const cut = cutAt(text)
  return (
    <div class="text" dir="auto">
      <Content text={cut === undefined || isWhole ? text : text.slice(0, cut)} from={from} me={me} />
      {isEdited && <span class="soft small">({t.value.message.edited})</span>}
      {cut !== undefined && (
        <button class="plain link small" type="button" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t.value.message.less : t.value.message.more}
        </button>
      )}
    </div>
  )
}
