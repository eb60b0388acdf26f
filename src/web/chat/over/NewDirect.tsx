/** Begins a conversation with somebody. */
import { useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { Icon } from "../../ui/Icon.tsx"
import { type Choice, Picker } from "../../ui/Picker.tsx"
import { Tile } from "../../ui/Tile.tsx"
import { best } from "../model/find.ts"
import { known } from "../model/people.ts"
import { useInside } from "../view/context.ts"
import { channelName, why } from "../view/plain.ts"
import type { Trouble } from "../session/Trouble.ts"

const most = 30

export const NewDirect = () => {
  const { app, chat, screen } = useInside()
  const close = useClose()
  const [query, setQuery] = useState("")
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.direct
  const wanted = query.trim().replace(/^@/, "")
  const people = known(chat)
  const go = async (name: string) => {
    // Whether there is somebody of this name is asked first: otherwise a conversation with nobody would stay in the list.
    const answer = await chat.ask((client) => client.join(`@${name}`))
    if (!answer.ok && answer.trouble.reason !== "AlreadyMember") return setWrong(answer.trouble)
    close()
    screen.list.value = false
    app.goTo(`@${name}`, undefined)
    screen.focusComposer.value++
  }
  const choices = best(people, (name) => name, wanted, most).map((name): Choice => ({
    key: name,
    take: () => void go(name),
    view: (
      <>
        <Tile name={name} little />
        <bdi>{channelName(`@${name}`)}</bdi>
      </>
    ),
  }))
  const isOther = wanted !== "" && !people.some((name) => name.toLowerCase() === wanted.toLowerCase())
  const other: Choice = {
    key: "another",
    take: () => void go(wanted),
    view: (
      <>
        <span class="choice-sign">
          <Icon name="plus" />
        </span>
        {words.another(wanted)}
      </>
    ),
  }
  return (
    <div class="stack">
      <Picker
        label={words.name}
        isLabelled
        query={query}
        onQuery={(text) => {
          setWrong(undefined)
          setQuery(text)
        }}
        choices={isOther ? [...choices, other] : choices}
        none={words.none}
      />
      <div role="alert">{wrong !== undefined && <p class="alarm">{why(wrong)}</p>}</div>
    </div>
  )
}
