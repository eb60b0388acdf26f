/** What one can do with a message: shown on the one that is pointed at, or has the focus. */
import { useState } from "preact/hooks"
import { t } from "../../language.ts"
import { CopyButton } from "../../ui/CopyButton.tsx"
import { Icon } from "../../ui/Icon.tsx"
import { Popover } from "../../ui/Popover.tsx"
import * as Answering from "../model/answered.ts"
import type { Conversation } from "../model/Conversation.ts"
import type { Message } from "../model/Message.ts"
import { silence } from "../model/rights.ts"
import { react, remove } from "../model/send.ts"
import { pathOf } from "../route.ts"
import { useInside } from "./context.ts"
import { EmojiPicker } from "./EmojiPicker.tsx"

interface Props {
  readonly conversation: Conversation
  readonly message: Message
}

export const MessageActions = ({ conversation, message }: Props) => {
  const { chat, screen } = useInside()
  const [open, setOpen] = useState<"react" | "delete" | undefined>(undefined)
  const isMine = message.from === chat.me.name
  const { role } = conversation.about.value
  const silent = silence(chat, conversation)
  const isOver = silent === "archived" || silent === "out"
  const mayDelete = isMine || role === "owner" || role === "moderator" || chat.me.role === "admin"
  const words = t.value.message

  const reply = () => {
    Answering.begin(chat, conversation, message)
    screen.focusComposer.value++
  }
  return (
    <div class="message-actions" role="group" aria-label={words.actions}>
      {!isOver && (
        <>
          <button
            class="icon-button"
            type="button"
            aria-label={words.react}
            title={words.react}
            aria-expanded={open === "react"}
            onClick={() => setOpen(open === "react" ? undefined : "react")}
          >
            <Icon name="smile" />
          </button>
          <button class="icon-button" type="button" aria-label={words.reply} title={words.reply} onClick={reply}>
            <Icon name="quote" />
          </button>
        </>
      )}
      <CopyButton
        class="icon-button"
        label={words.link}
        text={location.origin + pathOf(conversation.name.value, message.seq)}
      >
        {(isCopied) => <Icon name={isCopied ? "check" : "link"} />}
      </CopyButton>
      {isMine && !isOver && (
        <button
          class="icon-button"
          type="button"
          aria-label={words.edit}
          title={words.edit}
          onClick={() => (conversation.editing.value = message.seq)}
        >
          <Icon name="edit" />
        </button>
      )}
      {mayDelete && !isOver && (
        <button
          class="icon-button"
          type="button"
          aria-label={words.delete}
          title={words.delete}
          aria-expanded={open === "delete"}
          onClick={() => setOpen(open === "delete" ? undefined : "delete")}
        >
          <Icon name="trash" />
        </button>
      )}
      {open === "react" && (
        <EmojiPicker
          onPick={(reaction) => {
            setOpen(undefined)
            react(chat, conversation, message.seq, reaction, true)
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "delete" && (
        <Popover class="stack" role="alertdialog" label={words.deleteReally} onClose={() => setOpen(undefined)}>
          <p>{words.deleteReally}</p>
          <div class="row">
            <button
              class="button danger"
              type="button"
              onClick={() => {
                setOpen(undefined)
                void remove(chat, conversation, message.seq)
              }}
            >
              {words.delete}
            </button>
            <button class="button" type="button" onClick={() => setOpen(undefined)}>
              {t.value.cancel}
            </button>
          </div>
        </Popover>
      )}
    </div>
  )
}
