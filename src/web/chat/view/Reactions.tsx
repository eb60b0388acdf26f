/** The reactions to a message, and one's own among them. */
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import type { Conversation } from "../model/Conversation.ts"
import type { Message } from "../model/Message.ts"
import { react } from "../model/send.ts"
import { useInside } from "./context.ts"
import { list } from "./format.ts"
import { plain } from "./plain.ts"

/** Names that are told of one reaction. */
const maxNames = 20

interface Props {
  readonly conversation: Conversation
  readonly message: Message
}

export const Reactions = ({ conversation, message }: Props) => {
  const { chat } = useInside()
  return (
    <ul class="reactions">
      {message.reactions.map(({ reaction, users }) => {
        const isMine = users.includes(chat.me.name)
        const told = t.value.message.reactedBy(list(users.slice(0, maxNames).map(shownName)), plain(reaction))
        return (
          <li key={reaction}>
            <button
              class="reaction"
              type="button"
              title={told}
              aria-pressed={isMine}
              onClick={() => react(chat, conversation, message.seq, reaction, !isMine)}
            >
              <span class="reaction-sign">{plain(reaction)}</span> {users.length}
              <span class="visually-hidden">{told}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
