/** Whoever has clicked somewhere goes on writing: what was clicked does not keep the keys. By keys alone one stays where one is. */
import { useEffect } from "preact/hooks"

/** Whether the keys are with nothing that needs them. */
const isFree = (): boolean =>
  document.querySelector("dialog[open], .popover") === null &&
  document.activeElement?.matches("body, button, a") !== false

/** To where one writes; what one types comes there at once. */
export const focusComposer = (): void => document.querySelector<HTMLElement>(".composer textarea")?.focus()

export const useFocusBack = (): void => {
  useEffect(() => {
    /** Whether it was by a pointer that something was done last. */
    let isPointed = false
    /** The panel that it was done in: while it is open one goes on there. */
    let panel: Element | null = null
    const back = () => {
      // Whoever can touch the screen would only get the keyboard over what is to be read.
      const isWanted = isPointed && panel?.isConnected !== true && matchMedia("(hover: hover)").matches
      if (isWanted && isFree()) focusComposer()
    }
    const onClick = ({ detail, target }: MouseEvent) => {
      // In a dialog one does something else meanwhile.
      if (!(target instanceof Element) || target.closest("dialog") !== null) return
      isPointed = detail > 0
      panel = target.closest("aside")
      // What it does is drawn first.
      if (target.closest("button, a.entry") !== null) requestAnimationFrame(() => requestAnimationFrame(back))
    }
    const onClose = ({ target }: Event) => {
      if (target instanceof HTMLDialogElement) requestAnimationFrame(back)
    }
    // A dialog that is closed tells nobody but itself.
    addEventListener("close", onClose, true)
    // Before it is done: what was clicked may be gone then.
    addEventListener("click", onClick, true)
    return () => {
      removeEventListener("close", onClose, true)
      removeEventListener("click", onClick, true)
    }
  }, [])
}
