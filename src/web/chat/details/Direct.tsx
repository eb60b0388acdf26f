/** With whom one speaks, and whether one wants to. */
import { useEffect, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { Tile } from "../../ui/Tile.tsx"
import { leave } from "../model/channels.ts"
import type { Conversation } from "../model/Conversation.ts"
import { useActs } from "../over/useActs.ts"
import { useInside } from "../view/context.ts"
import { Wrong } from "./About.tsx"
import { Told } from "./Told.tsx"

export const Direct = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const close = useClose()
  const [blocked, setBlocked] = useState<ReadonlyArray<string> | undefined>(undefined)
  const load = async () => {
    const answer = await chat.ask((client) => client.blocked)
    if (answer.ok) setBlocked(answer.value.usernames)
  }
  const { act, isBusy, wrong } = useActs(() => void load())
  useEffect(() => void load(), [])
  const name = conversation.other ?? ""
  const words = t.value.details
  const isBlocked = blocked?.includes(name) === true
  return (
    <div class="stack">
      <p class="row">
        <Tile name={name} />
        <strong>
          <bdi>{shownName(name)}</bdi>
        </strong>
      </p>
      <Told conversation={conversation} />
      <p class="soft">{isBlocked ? words.isBlocked : words.blockHint}</p>
      <Wrong of={wrong} />
      <div class="row">
        <button
          class={isBlocked ? "button" : "button danger"}
          type="button"
          disabled={isBusy || blocked === undefined}
          onClick={() => void act((client) => (isBlocked ? client.unblock(name) : client.block(name)))}
        >
          {isBlocked ? t.value.settings.unblock : words.block}
        </button>
        <button
          class="button"
          type="button"
          onClick={() => {
            close()
            void leave(chat, conversation)
          }}
        >
          {words.close}
        </button>
      </div>
    </div>
  )
}
