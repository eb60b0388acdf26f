/** Whoever has clicked somewhere goes on writing: what was clicked does not keep the keys. By keys alone one stays where one is. */
import { useEffect } from "preact/hooks"
import { useInside } from "./context.ts"

/** Whether the keys are with nothing that needs them. */
const isFree = (): boolean =>
  document.querySelector("dialog[open], .popover") === null &&
  document.activeElement?.matches("body, button:not(aside *), a") !== false

export const useFocusBack = (): void => {
  const { screen } = useInside()
  useEffect(() => {
    /** Whether it was by a pointer that something was done last. */
    let isPointed = false
    const back = () => {
      // Whoever can touch the screen would only get the keyboard over what is to be read.
      if (isPointed && isFree() && matchMedia("(hover: hover)").matches) screen.focusComposer.value++
    }
    const onClick = ({ detail, target }: MouseEvent) => {
      // In a dialog one does something else meanwhile.
      if (!(target instanceof Element) || target.closest("dialog") !== null) return
      isPointed = detail > 0
      const isButton = target.closest("button, a.entry") !== null
      // What it does is drawn first.
      if (isButton) requestAnimationFrame(() => requestAnimationFrame(back))
    }
    const onClose = ({ target }: Event) => {
      if (target instanceof HTMLDialogElement) requestAnimationFrame(back)
    }
    // A dialog that is closed tells nobody but itself.
    addEventListener("close", onClose, true)
    addEventListener("click", onClick)
    return () => {
      removeEventListener("close", onClose, true)
      removeEventListener("click", onClick)
    }
  }, [screen])
}
