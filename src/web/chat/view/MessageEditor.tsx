/** Writes a message of one's own anew, where it stands. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { t } from "../../language.ts"
import type { Conversation } from "../model/Conversation.ts"
import type { Message } from "../model/Message.ts"
import { edit } from "../model/send.ts"
import { useInside } from "./context.ts"
import { isComposing } from "./keys.ts"

interface Props {
  readonly conversation: Conversation
  readonly message: Message
}

export const MessageEditor = ({ conversation, message }: Props) => {
  const { app, chat, screen } = useInside()
  const { edited } = conversation
  const [text, setText] = useState(edited?.seq === message.seq ? edited.text : message.content)
  const [isBusy, setBusy] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    area.current?.focus()
    area.current?.setSelectionRange(text.length, text.length)
  }, [])
  const write = (value: string) => {
    setText(value)
    conversation.edited = { seq: message.seq, text: value }
  }
  const close = () => {
    conversation.editing.value = conversation.edited = undefined
    screen.focusComposer.value++
  }
  const save = async () => {
    if (text === message.content || (text.trim() === "" && message.file === undefined)) return close()
    setBusy(true)
    const isDone = await edit(chat, conversation, message.seq, app.preferences.sentOf(text))
    setBusy(false)
    if (isDone) close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (isComposing(event)) return
    if (event.key === "Escape") close()
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      void save()
    }
  }
  return (
    <div class="editor">
      <textarea
        ref={area}
        class="input growing"
        aria-label={t.value.message.edit}
        dir="auto"
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="row">
        <button class="button primary" type="button" disabled={isBusy} onClick={() => void save()}>
          {t.value.save}
        </button>
        <button class="button" type="button" onClick={close}>
          {t.value.cancel}
        </button>
      </div>
    </div>
  )
}
