/** A text that one takes along. */
import { useId, useRef, useState } from "preact/hooks"
import { t } from "../language.ts"
import { copy } from "./copy.ts"
import { Icon } from "./Icon.tsx"

export const CopyField = ({ label, text }: { readonly label: string; readonly text: string }) => {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [isCopied, setCopied] = useState(false)
  const onClick = async () => {
    setCopied(await copy(text))
    // Where that was refused it is marked, and one copies it oneself.
    field.current?.select()
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          ref={field}
          class="input grows"
          readOnly
          dir="ltr"
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button class="button" type="button" onClick={() => void onClick()}>
          <Icon name="copy" />
          {t.value.message.code}
        </button>
      </div>
      <span class="hint" role="status">
        {isCopied && t.value.message.copied}
      </span>
    </div>
  )
}
