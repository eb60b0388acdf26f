/** A button whose deed cannot be undone: it is asked about first, where it stands. */
import type { ComponentChildren } from "preact"
import { useRef, useState } from "preact/hooks"
import { t } from "../language.ts"

interface Props {
  readonly label: ComponentChildren
  /** What is asked. */
  readonly question: string
  readonly onConfirm: () => void
}

export const Confirm = ({ label, onConfirm, question }: Props) => {
  const [isAsked, setAsked] = useState(false)
  const wasAsked = useRef(false)
  if (!isAsked) {
    // Whoever says no is where one was before.
    const back = (button: HTMLButtonElement | null) => {
      if (button === null || !wasAsked.current) return
      wasAsked.current = false
      button.focus()
    }
    return (
      <button class="button danger" type="button" ref={back} onClick={() => setAsked(true)}>
        {label}
      </button>
    )
  }
  wasAsked.current = true
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return
    // It closes the question, and not what it stands in.
    event.preventDefault()
    event.stopPropagation()
    setAsked(false)
  }
  return (
    <div class="alarm stack" role="group" aria-label={question} onKeyDown={onKeyDown}>
      <p>{question}</p>
      <div class="row">
        <button
          class="button danger"
          type="button"
          onClick={() => {
            setAsked(false)
            onConfirm()
          }}
        >
          {label}
        </button>
        <button class="button" type="button" ref={focus} onClick={() => setAsked(false)}>
          {t.value.cancel}
        </button>
      </div>
    </div>
  )
}

const focus = (button: HTMLButtonElement | null): void => button?.focus()
