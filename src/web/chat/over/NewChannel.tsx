/** Makes a channel, which one owns then. */
import { useId, useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { Choices } from "../../ui/Choices.tsx"
import { FormField } from "../../ui/FormField.tsx"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { whyExactly } from "../view/plain.ts"

/** What is typed as a channel's name: a space is what comes to mind first, and cannot be in one. */
export const named = (text: string): string => text.replace(/\s+/g, "-")

type Access = "public" | "private" | "readonly"

export const NewChannel = () => {
  const { app, chat, screen } = useInside()
  const close = useClose()
  const wrongId = useId()
  const [name, setName] = useState("")
  const [topic, setTopic] = useState("")
  const [access, setAccess] = useState<Access>("public")
  const [isBusy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<Trouble | undefined>(undefined)
  const words = t.value.newChannel
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    setWrong(undefined)
    const wanted = name.trim().replace(/^#/, "")
    const answer = await chat.ask((client) => client.createChannel(wanted, { access, topic: topic.trim() }))
    setBusy(false)
    if (!answer.ok) return setWrong(answer.trouble)
    close()
    screen.list.value = false
    app.goTo(wanted, undefined)
  }
  const isOfName = wrong !== undefined && wrong.field !== "topic"
  return (
    <form class="stack" onSubmit={submit}>
      <FormField
        label={words.name}
        hint={words.nameHint}
        value={name}
        onValue={(text) => setName(named(text))}
        maxLength={64}
        required
        autofocus
        wrong={isOfName ? wrongId : undefined}
      />
      <FormField label={words.topic} hint={words.topicHint} value={topic} onValue={setTopic} maxLength={256} />
      <Choices
        label={words.access}
        value={access}
        onValue={setAccess}
        choices={[
          { value: "public", label: words.public, hint: words.publicHint },
          { value: "private", label: words.private, hint: words.privateHint },
          { value: "readonly", label: words.readonly, hint: words.readonlyHint },
        ]}
      />
      <div role="alert">
        {wrong !== undefined && (
          <p class="alarm" id={wrongId}>
            {whyExactly(wrong)}
          </p>
        )}
      </div>
      <div class="row">
        <button class="button primary" type="submit" disabled={isBusy}>
          {words.create}
        </button>
        <button class="button" type="button" onClick={close}>
          {t.value.cancel}
        </button>
      </div>
    </form>
  )
}
