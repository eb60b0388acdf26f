/** Chooses an emoji: those that are used most, and all others by name. */
import { useRef, useState } from "preact/hooks"
import { groups } from "../../../text/Emoji.ts"
import { t } from "../../language.ts"
import { Popover } from "../../ui/Popover.tsx"

const often = ["👍", "❤️", "😂", "🎉", "🤔", "👀", "✅", "🙏"]

const all = groups.flatMap(({ emoji }) => emoji)

interface Props {
  readonly onPick: (emoji: string) => void
  readonly onClose: () => void
}

export const EmojiPicker = ({ onClose, onPick }: Props) => {
  const [query, setQuery] = useState("")
  const field = useRef<HTMLInputElement>(null)
  const root = useRef<HTMLDivElement>(null)
  const wanted = query.trim().toLowerCase().replaceAll(":", "")
  const found = wanted === "" ? all : all.filter(({ name }) => name.includes(wanted))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === field.current) {
      // Otherwise it would press what has the focus next, too.
      event.preventDefault()
      if (found[0] !== undefined) onPick(found[0].emoji)
    }
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -8, ArrowDown: 8 }
    const step = steps[event.key]
    if (step === undefined || root.current === null) return
    const buttons = [...root.current.querySelectorAll<HTMLButtonElement>("button")]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    if (at === -1 && step !== 8) return
    event.preventDefault()
    buttons[at === -1 ? 0 : Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus()
  }
  return (
    <Popover class="emoji-picker" role="dialog" label={t.value.composer.emoji} onClose={onClose}>
      <div class="stack" ref={root} onKeyDown={onKeyDown}>
        <input
          ref={field}
          class="input"
          type="search"
          aria-label={t.value.channel.search}
          placeholder={t.value.channel.search}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <div class="emoji-grid">
          {wanted === "" && often.map((sign) => <Sign key={`often ${sign}`} name={sign} sign={sign} onPick={onPick} />)}
          {wanted === "" && <hr />}
          {found.map(({ emoji, name }) => (
            <Sign key={name} name={name} sign={emoji} onPick={onPick} />
          ))}
        </div>
      </div>
    </Popover>
  )
}

const Sign = ({
  name,
  onPick,
  sign,
}: {
  readonly name: string
  readonly sign: string
  readonly onPick: (sign: string) => void
}) => (
  <button class="emoji" type="button" title={name} aria-label={`${sign} ${name}`} onClick={() => onPick(sign)}>
    {sign}
  </button>
)
