/** A dialog over everything else: the browser's own, which keeps the focus and closes on Escape. */
import { type ComponentChildren, createContext } from "preact"
import { useContext, useId, useLayoutEffect, useRef } from "preact/hooks"
import { t } from "../language.ts"
import { Icon } from "./Icon.tsx"

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  /** What its contents need of room. */
  readonly size?: "high" | undefined
  /** Without a head: then the first thing in it says what it is for. */
  readonly bare?: boolean | undefined
}

const Closing = createContext<() => void>(() => {})

/** Closes the dialog that one is in. After that the focus is where it was before, and can go elsewhere. */
export const useClose = (): (() => void) => useContext(Closing)

export const Dialog = ({ bare = false, children, onClose, size, title }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const close = () => ref.current?.close()
  useLayoutEffect(() => {
    const { current } = ref
    // Where the focus was, the browser knows, and goes back there when it is closed.
    current?.showModal()
    return () => current?.close()
  }, [])
  const onMouseDown = (event: MouseEvent) => {
    // What is pressed beside it is the dialog itself; a text that is marked may end there.
    if (event.target === ref.current) close()
  }
  const name = bare ? { "aria-label": title } : { "aria-labelledby": id }
  return (
    <dialog ref={ref} class={size} {...name} onClose={onClose} onMouseDown={onMouseDown}>
      <Closing.Provider value={close}>
        {!bare && (
          <div class="dialog-head">
            <h2 id={id}>{title}</h2>
            <button class="icon-button" type="button" aria-label={t.value.close} onClick={close}>
              <Icon name="close" />
            </button>
          </div>
        )}
        <div class={bare ? "dialog-bare" : "dialog-body"}>{children}</div>
      </Closing.Provider>
    </dialog>
  )
}
