/** Listens to the keys that mean something from anywhere. */
import { useEffect } from "preact/hooks"
import { run } from "./commands.ts"
import { useInside } from "./context.ts"
import { focusComposer } from "./useFocusBack.ts"
import { commandOf, keysOf } from "./shortcuts.ts"

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** What somebody writes who has the focus nowhere in particular. */
const isLetter = ({ altKey, ctrlKey, key, metaKey, target }: KeyboardEvent): boolean =>
  [...key].length === 1 &&
  // It scrolls, and presses what has the focus.
  key !== " " &&
  !altKey &&
  !ctrlKey &&
  !metaKey &&
  !isField(target) &&
  document.querySelector("dialog[open], .popover") === null

export const useShortcuts = (): void => {
  const inside = useInside()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const single = !isField(event.target) && inside.app.preferences.singleKeys.value
      const command = commandOf(event, isMac, single)
      if (command === undefined) {
        if (isLetter(event)) focusComposer()
        return
      }
      // What is open over the page has the keys. The browser has none of these meanwhile, but for that which closes it.
      const isOver = document.querySelector("dialog[open]") !== null
      if (!isOver || keysOf(command) !== "Escape") event.preventDefault()
      if (!isOver) run(inside, command)
    }
    addEventListener("keydown", onKeyDown)
    return () => removeEventListener("keydown", onKeyDown)
  }, [inside])
}
