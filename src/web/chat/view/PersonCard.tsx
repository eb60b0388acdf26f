/** Who somebody is, beside what they have said, and what one can do about it. */
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Popover } from "../../ui/Popover.tsx"
import { Tile } from "../../ui/Tile.tsx"
import type { Conversation } from "../model/Conversation.ts"
import * as Kept from "../model/Kept.ts"
import { memberOf } from "../model/presence.ts"
import { useInside } from "./context.ts"
import { plain } from "./plain.ts"
import { StatusDot } from "./StatusDot.tsx"

interface Props {
  readonly conversation: Conversation
  readonly name: string
  readonly onClose: () => void
}

export const PersonCard = ({ conversation, name, onClose }: Props) => {
  const { app, chat, screen } = useInside()
  const member = memberOf(chat, name, conversation)
  const shown = shownName(name)
  const mention = () => {
    const { draft } = conversation
    const space = draft.value === "" || /\s$/.test(draft.value) ? "" : " "
    draft.value = `${draft.value}${space}@${name} `
    Kept.setDraft(chat, conversation.name.value, draft.value)
    onClose()
    screen.focusComposer.value++
  }
  return (
    <Popover class="stack" role="dialog" label={shown} fromStart onClose={onClose}>
      <div class="person">
        <span class="with-status">
          <Tile name={name} />
          <StatusDot status={member?.status} />
        </span>
        <span class="person-name">
          <bdi class="author">{shown}</bdi>
          <span class="soft small person-text">
            {member?.text === undefined || member.text === ""
              ? t.value.status[member?.status ?? "offline"]
              : plain(member.text)}
          </span>
        </span>
      </div>
      <div class="row">
        <button
          class="button primary"
          type="button"
          onClick={() => {
            onClose()
            app.goTo(`@${name}`, undefined)
            screen.focusComposer.value++
          }}
        >
          {t.value.people.message(shown)}
        </button>
        {!conversation.isDirect && (
          <button class="button" type="button" onClick={mention}>
            {t.value.typed.mention(shown)}
          </button>
        )}
      </div>
    </Popover>
  )
}
