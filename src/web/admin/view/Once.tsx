/** Shows what nobody will ever be shown again: a link, a key. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { copy } from "../../ui/copy.ts"
import { Dialog } from "../../ui/Dialog.tsx"
import { w } from "../words.ts"
import { useInside } from "./context.ts"

interface Props {
  readonly title: string
  readonly note: string
  readonly label: string
  readonly value: string
  readonly onClose: () => void
}

export const Once = ({ label, note, onClose, title, value }: Props) => {
  const { operator } = useInside()
  const words = w.value.once
  const id = useId()
  const said = useSignal("")
  const onCopy = async () => {
    said.value = (await copy(value)) ? words.copied : words.notCopied
  }
  const close = () => {
    operator.notice.value = ""
    onClose()
  }
  return (
    <Dialog title={title} onClose={close}>
      <div class="stack">
        <p>{note}</p>
        <div class="field">
          <label for={id}>{label}</label>
          <input id={id} class="input mono" readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
        </div>
        <div class="row">
          <button class="button primary" type="button" onClick={() => void onCopy()}>
            {words.copy}
          </button>
          <p role="status">{said.value}</p>
        </div>
      </div>
    </Dialog>
  )
}
