/** Something small over everything else, beside what has opened it. It goes on Escape, and when one turns to something else. */
import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"

interface Props {
  readonly class?: string
  readonly role: "dialog" | "alertdialog"
  readonly label: string
  /** Whether it begins where its opener does, and does not end there. */
  readonly fromStart?: boolean
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Pixels to the edges of the window, and to what it stands beside. */
const gap = 8

/** Above what has opened it where there is room, or else below; always whole inside of the window. */
const place = (popover: HTMLElement, opener: Element, fromStart: boolean): void => {
  const { bottom, left, right, top } = opener.getBoundingClientRect()
  const { height, width } = popover.getBoundingClientRect()
  const above = top - height - gap
  const y = above >= gap ? above : Math.min(bottom + gap, innerHeight - height - gap)
  popover.style.insetBlockStart = `${Math.max(gap, y)}px`
  popover.style.left = `${Math.max(gap, Math.min(fromStart ? left : right - width, innerWidth - width - gap))}px`
}

export const Popover = ({ children, class: name = "", fromStart = false, label, onClose, role }: Props) => {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = ref
    const opener = current?.parentElement
    if (current === null || opener === null || opener === undefined) return
    const back = document.activeElement
    current.showPopover()
    place(current, opener, fromStart)
    const focusable = current.querySelector<HTMLElement>("[autofocus], input, button")
    focusable?.focus()
    const onPointerDown = ({ target }: PointerEvent) => {
      if (target instanceof Node && !current.contains(target) && !opener.contains(target)) onClose()
    }
    addEventListener("pointerdown", onPointerDown)
    return () => {
      removeEventListener("pointerdown", onPointerDown)
      // Where nothing else has taken the focus meanwhile: it is in here still, or was in what is gone already.
      const { activeElement } = document
      const isFree = activeElement === null || activeElement === document.body || current.contains(activeElement)
      if (back instanceof HTMLElement && isFree) back.focus()
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === "Escape") onClose()
  }
  return (
    <div ref={ref} class={`popover ${name}`} popover="manual" role={role} aria-label={label} onKeyDown={onKeyDown}>
      {children}
    </div>
  )
}
