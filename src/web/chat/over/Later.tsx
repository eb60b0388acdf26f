/** What is not needed to see what was said: it is loaded when the page is there. */
import { useEffect } from "preact/hooks"
import { addEnglish } from "../../language.ts"
import { later } from "../../messages/later/en.ts"
import { useInside } from "../view/context.ts"
import { notify } from "../view/Notify.ts"
import { People } from "../view/People.tsx"
import { useFocusBack } from "../view/useFocusBack.ts"
import { useLoaded } from "../view/useLoaded.ts"
import { useShortcuts } from "../view/useShortcuts.ts"
import { Over } from "./Over.tsx"

export { ConversationMenu } from "../view/ConversationMenu.tsx"
export { EmojiPicker } from "../view/EmojiPicker.tsx"
export { MessageActions } from "../view/MessageActions.tsx"
export { MessageEditor } from "../view/MessageEditor.tsx"
export { PersonCard } from "../view/PersonCard.tsx"
export { suggestionsAt } from "../view/suggestions.ts"
export { Uploads } from "../view/Uploads.tsx"
export { obey } from "./typing.ts"

addEnglish(later)

const loadSearch = () => import("../view/Search.tsx").then(({ Search }) => Search)

/** Stands beside the conversation, and over all. */
export const Later = () => {
  const inside = useInside()
  const { chat, screen } = inside
  const { value: conversation } = chat.current
  const Search = useLoaded(chat, screen.panel.value === "search" ? loadSearch : undefined)
  useShortcuts()
  useFocusBack()
  useEffect(() => notify(inside), [inside])
  return (
    <>
      {conversation !== undefined && screen.panel.value === "people" && <People conversation={conversation} />}
      {Search !== undefined && <Search />}
      <Over />
    </>
  )
}
