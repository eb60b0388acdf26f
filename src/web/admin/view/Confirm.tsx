/** Asks before something is done, does it, and says why where it could not be done. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"
import { Dialog } from "../../ui/Dialog.tsx"
import { t } from "../../language.ts"
import { why } from "./format.ts"

interface Props {
  readonly title: string
  readonly text?: string
  /** What the button says that does it. */
  readonly does: string
  readonly isDangerous?: boolean
  readonly children?: ComponentChildren
  /** Closes it when it is done; where it fails it stays open. */
  readonly act: () => Promise<void>
  readonly onClose: () => void
}

export const Confirm = ({ act, children, does, isDangerous = false, onClose, text, title }: Props) => {
  const isBusy = useSignal(false)
  const wrong = useSignal<unknown>(undefined)
  const form = useRef<HTMLFormElement>(null)
  // The browser brings the focus back to where it was; that may be gone by what was done.
  const close = () => {
    form.current?.closest("dialog")?.close()
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("main h1")?.focus()
  }
  const submit = async (event: Event) => {
    event.preventDefault()
    if (isBusy.value) return
    isBusy.value = true
    wrong.value = undefined
    try {
      await act()
      close()
    } catch (error) {
      wrong.value = error
      isBusy.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" ref={form} onSubmit={submit}>
        {text !== undefined && <p>{text}</p>}
        {children}
        <div role="alert">{wrong.value !== undefined && <p class="alarm">{why(wrong.value)}</p>}</div>
        <div class="row dialog-foot">
          <button class="button" type="button" onClick={close}>
            {t.value.cancel}
          </button>
          <button class={`button ${isDangerous ? "danger" : "primary"}`} type="submit" disabled={isBusy.value}>
            {does}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
