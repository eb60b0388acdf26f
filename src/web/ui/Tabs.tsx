/** Several views in one place: the arrows go from one to the next. */
import type { ComponentChildren } from "preact"
import { useId, useRef, useState } from "preact/hooks"

interface Tab {
  readonly key: string
  readonly label: string
  readonly view: () => ComponentChildren
}

export const Tabs = ({ label, tabs }: { readonly label: string; readonly tabs: ReadonlyArray<Tab> }) => {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [key, setKey] = useState(tabs[0]?.key)
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.key === key),
  )
  const current = tabs[at]
  const onKeyDown = (event: KeyboardEvent) => {
    const isRight = getComputedStyle(event.currentTarget as Element).direction === "rtl" ? -1 : 1
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: at + isRight,
      ArrowLeft: at - isRight,
      Home: 0,
      End: tabs.length - 1,
    }
    const to = steps[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = (to + tabs.length) % tabs.length
    setKey(tabs[next]?.key)
    const button = list.current?.children[next]
    if (button instanceof HTMLElement) button.focus()
  }
  return (
    <div class="tabbed">
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            id={`${id}-${tab.key}`}
            class="tab"
            type="button"
            role="tab"
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            autofocus={index === at}
            onClick={() => setKey(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {current !== undefined && (
        <div
          key={current.key}
          id={`${id}-panel`}
          class="tab-panel"
          role="tabpanel"
          aria-labelledby={`${id}-${current.key}`}
        >
          {current.view()}
        </div>
      )}
    </div>
  )
}
