/** What one can do with a conversation in the list, without going there. */
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { Popover } from "../../ui/Popover.tsx"
import { Told } from "../details/Told.tsx"
import { leave } from "../model/channels.ts"
import type { Conversation } from "../model/Conversation.ts"
import { markRead } from "../model/read.ts"
import { useInside } from "./context.ts"
import { channelName } from "./plain.ts"

interface Props {
  readonly conversation: Conversation
  readonly onClose: () => void
}

export const ConversationMenu = ({ conversation, onClose }: Props) => {
  const { chat } = useInside()
  const { isDirect, name, unread } = conversation
  return (
    <Popover class="stack" role="dialog" label={channelName(name.value)} fromStart onClose={onClose}>
      <Told conversation={conversation} />
      <div class="row">
        {unread.value > 0 && (
          <button
            class="button"
            type="button"
            onClick={() => {
              onClose()
              markRead(chat, conversation)
            }}
          >
            {t.value.details.markRead}
          </button>
        )}
        <button
          class="button"
          type="button"
          onClick={() => {
            onClose()
            void leave(chat, conversation)
          }}
        >
          {isDirect ? t.value.details.close : t.value.channel.leave}
        </button>
      </div>
    </Popover>
  )
}
