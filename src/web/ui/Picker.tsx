/** A field to type into, and below it what fits: the arrows choose, Enter takes. */
import type { ComponentChildren } from "preact"
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks"

export interface Choice {
  /** Different for each of them. */
  readonly key: string
  readonly view: ComponentChildren
  readonly take: () => void
}

interface Props {
  /** What is asked for. */
  readonly label: string
  /** The label is to be seen, too. */
  readonly isLabelled?: boolean
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly choices: ReadonlyArray<Choice>
  /** Said where nothing fits. */
  readonly none: string
}

export const Picker = ({ choices, isLabelled = false, label, none, onQuery, query }: Props) => {
  const id = useId()
  const [at, setAt] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const chosen = Math.min(at, choices.length - 1)
  useLayoutEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" })
  }, [chosen, query])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const last = choices.length - 1
    const page = 8
    const to: Readonly<Record<string, number>> = {
      ArrowDown: chosen === last ? 0 : chosen + 1,
      ArrowUp: chosen <= 0 ? last : chosen - 1,
      PageDown: Math.min(last, chosen + page),
      PageUp: Math.max(0, chosen - page),
    }
    const next = to[event.key]
    if (next !== undefined) {
      event.preventDefault()
      setAt(next)
    } else if (event.key === "Enter") {
      event.preventDefault()
      choices[chosen]?.take()
    }
  }
  return (
    <div class="picker">
      <label class={isLabelled ? "field-label" : "visually-hidden"} for={`${id}-field`}>
        {label}
      </label>
      <input
        id={`${id}-field`}
        class="input"
        type="text"
        role="combobox"
        autofocus
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        dir="auto"
        maxLength={128}
        aria-expanded={choices.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={choices.length > 0 ? `${id}-${chosen}` : undefined}
        placeholder={isLabelled ? undefined : label}
        value={query}
        onInput={(event) => {
          setAt(0)
          onQuery(event.currentTarget.value)
        }}
        onKeyDown={onKeyDown}
      />
      <ul class="choices" id={`${id}-list`} ref={list} role="listbox" aria-label={label}>
        {choices.map(({ key, take, view }, index) => (
          <li
            key={key}
            id={`${id}-${index}`}
            class="choice"
            role="option"
            aria-selected={index === chosen}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setAt(index)}
            onClick={take}
          >
            {view}
          </li>
        ))}
      </ul>
      <p class="soft picker-none" role="status">
        {choices.length === 0 && none}
      </p>
    </div>
  )
}
