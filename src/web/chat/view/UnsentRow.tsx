/** A message that has no place yet: on its way, or refused. */
import { t } from "../../language.ts"
import { useSeconds } from "../../ui/Countdown.ts"
import { Tile } from "../../ui/Tile.tsx"
import type { Conversation, Unsent } from "../model/Conversation.ts"
import { discard, retry } from "../model/send.ts"
import { shownName } from "../../../domain/PlainName.ts"
import { Answered } from "./Answered.tsx"
import { useInside } from "./context.ts"
import { Text } from "./MessageRow.tsx"
import { why } from "./plain.ts"

/** In how many seconds it is tried again. */
const Again = ({ at }: { readonly at: number }) => {
  const { chat } = useInside()
  return <span aria-live="off">{t.value.unreachable.again(useSeconds(at, chat.env.now))}</span>
}

export const UnsentRow = ({
  conversation,
  message,
}: {
  readonly conversation: Conversation
  readonly message: Unsent
}) => {
  const { chat, screen } = useInside()
  const { content, failed, file, next, replyTo } = message
  return (
    <li class={failed === undefined ? "message head unsent" : "message head unsent failed"}>
      <Tile name={chat.me.name} />
      <div class="message-body">
        <p class="message-head">
          <bdi class="author">{shownName(chat.me.name)}</bdi>
          <span class="soft small">{failed === undefined ? t.value.message.sending : ""}</span>
        </p>
        {replyTo !== undefined && <Answered conversation={conversation} seq={replyTo} />}
        <Text
          text={content === "" && file !== undefined ? file.name : content}
          from={chat.me.name}
          me=""
          isEdited={false}
        />
        {failed !== undefined && (
          <p class="alarm row" role="alert">
            {t.value.message.failed(why(failed))}
            {next !== undefined && <Again at={next} />}
            <button
              class="button"
              type="button"
              onClick={() => {
                screen.focusComposer.value++
                retry(chat, conversation, message)
              }}
            >
              {t.value.tryAgain}
            </button>
            <button
              class="plain link"
              type="button"
              onClick={() => {
                screen.focusComposer.value++
                discard(conversation, message)
              }}
            >
              {t.value.message.discard}
            </button>
          </p>
        )}
      </div>
    </li>
  )
}
