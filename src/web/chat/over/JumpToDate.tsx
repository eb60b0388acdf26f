/** Goes to what was said from a day on. */
import { useId, useState } from "preact/hooks"
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useClose } from "../../ui/Dialog.tsx"
import { goTo, seqSince } from "../model/history.ts"
import { useInside } from "../view/context.ts"
import { startOfDay } from "../view/format.ts"

const two = (n: number): string => String(n).padStart(2, "0")

/** As a field for dates has it. */
const dayOf = (at: number): string => {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

const millisOfDay = 24 * 60 * 60 * 1000

export const JumpToDate = () => {
  const { chat } = useInside()
  const close = useClose()
  const id = useId()
  const today = dayOf(chat.env.now())
  const [day, setDay] = useState(today)
  const [isBusy, setBusy] = useState(false)
  const [isEmpty, setEmpty] = useState(false)
  const words = t.value.date
  const go = async (to: string) => {
    const { value: conversation } = chat.current
    const since = startOfDay(to)
    if (conversation === undefined || since === undefined || isBusy) return
    setDay(to)
    setBusy(true)
    setEmpty(false)
    const seq = await seqSince(chat, conversation, since)
    setBusy(false)
    if (seq === undefined) return setEmpty(true)
    close()
    await goTo(chat, conversation, { seq, marked: true })
  }
  const ago = (days: number) => dayOf(chat.env.now() - days * millisOfDay)
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void go(day)
      }}
    >
      <div class="field">
        <label for={id}>{words.day}</label>
        <input
          id={id}
          class="input"
          type="date"
          required
          autofocus
          max={today}
          value={day}
          onInput={(event) => setDay(event.currentTarget.value)}
        />
      </div>
      <div class="row">
        <button class="button primary" type="submit" disabled={isBusy}>
          {words.go}
        </button>
        <button class="button" type="button" onClick={() => void go(ago(0))}>
          {t.value.timeline.today}
        </button>
        <button class="button" type="button" onClick={() => void go(ago(1))}>
          {t.value.timeline.yesterday}
        </button>
        <button class="button" type="button" onClick={() => void go(ago(7))}>
          {words.weekAgo}
        </button>
      </div>
      <p role="status" class="soft">
        {isEmpty && words.empty}
      </p>
    </form>
  )
}
