/** Of which messages of a conversation one is told. */
import { t } from "../../language.ts"
import { Choices } from "../../ui/Choices.tsx"
import type { Conversation, Level } from "../model/Conversation.ts"
import { setLevel } from "../model/levels.ts"
import { useInside } from "../view/context.ts"

export const Told = ({ conversation }: { readonly conversation: Conversation }) => {
  const { chat } = useInside()
  const { isDirect, level } = conversation
  const { told, toldOf } = t.value.details
  // What is said directly is for the reader, all of it.
  const offered: ReadonlyArray<Level> = isDirect ? ["mentions", "none"] : ["all", "mentions", "none"]
  return (
    <Choices
      label={told}
      value={isDirect && level.value === "all" ? "mentions" : level.value}
      onValue={(to) => setLevel(chat, conversation, to)}
      choices={offered.map((value) => ({
        value,
        label: toldOf[isDirect && value === "mentions" ? "all" : value],
      }))}
    />
  )
}
