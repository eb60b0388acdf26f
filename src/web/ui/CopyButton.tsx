/** Copies a text, and says for a moment that it has. */
import type { ComponentChildren } from "preact"
import { useEffect, useState } from "preact/hooks"
import { t } from "../language.ts"
import { copy } from "./copy.ts"

/** Milliseconds for which it says so. */
const shownFor = 2000

interface Props {
  readonly text: string
  readonly class: string
  /** What the button is called where a drawing stands in it. */
  readonly label?: string
  /** What stands in it. */
  readonly children: (isCopied: boolean) => ComponentChildren
}

export const CopyButton = ({ children, class: name, label, text }: Props) => {
  const [said, setSaid] = useState<string | undefined>(undefined)
  useEffect(() => {
    if (said === undefined) return
    const timer = setTimeout(() => setSaid(undefined), shownFor)
    return () => clearTimeout(timer)
  }, [said])
  const onClick = async () => {
    const isCopied = await copy(text)
    setSaid(isCopied ? t.value.message.isCopied : t.value.message.notCopied)
  }
  return (
    <button class={name} type="button" aria-label={label} title={said ?? label} onClick={() => void onClick()}>
      {children(said === t.value.message.isCopied)}
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </button>
  )
}
