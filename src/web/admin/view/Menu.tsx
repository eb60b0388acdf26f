/** A button that opens a list of what can be done. */
import { useEffect, useId, useRef } from "preact/hooks"
import { useSignal } from "@preact/signals"
import { Icon } from "../../ui/Icon.tsx"

interface Choice {
  readonly name: string
  readonly choose: () => void
}

export const Menu = ({ choices, label }: { readonly label: string; readonly choices: ReadonlyArray<Choice> }) => {
  const isOpen = useSignal(false)
  const place = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const items = () => [...(place.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])]
  useEffect(() => {
    if (!isOpen.value) return undefined
    items()[0]?.focus()
    const away = (event: Event) => {
      if (event.target instanceof Node && place.current?.contains(event.target) === false) isOpen.value = false
    }
    document.addEventListener("pointerdown", away)
    document.addEventListener("focusin", away)
    return () => {
      document.removeEventListener("pointerdown", away)
      document.removeEventListener("focusin", away)
    }
  }, [isOpen.value])
  const close = () => {
    isOpen.value = false
    button.current?.focus()
  }
  const steps: Readonly<Record<string, (at: number, all: number) => number>> = {
    ArrowDown: (at, all) => (at + 1) % all,
    ArrowUp: (at, all) => (at - 1 + all) % all,
    Home: () => 0,
    End: (_, all) => all - 1,
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen.value) return
    if (event.key === "Escape") return close()
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const all = items()
    all[step(all.indexOf(document.activeElement as HTMLElement), all.length)]?.focus()
  }
  return (
    <div class="menu-place" ref={place} onKeyDown={onKeyDown}>
      <button
        ref={button}
        class="icon-button"
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-controls={isOpen.value ? id : undefined}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <Icon name="more" />
      </button>
      {isOpen.value && (
        <div class="menu" id={id} role="menu" aria-label={label}>
          {choices.map(({ choose, name }) => (
            <button
              key={name}
              class="menu-item"
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close()
                choose()
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
