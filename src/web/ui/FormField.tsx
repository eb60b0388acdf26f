/** A line of text to fill in, with its name above it. */
import { useId } from "preact/hooks"

interface Props {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly onValue: (value: string) => void
  /** Whether nobody is to read it on the screen. */
  readonly isSecret?: boolean
  readonly autocomplete?: string
  readonly maxLength?: number
  readonly minLength?: number | undefined
  readonly required?: boolean
  readonly autofocus?: boolean
  readonly disabled?: boolean
  /** The id of what says what is wrong with it. */
  readonly wrong?: string | undefined
}

export const FormField = ({ hint, isSecret = false, label, onValue, wrong, ...given }: Props) => {
  const id = useId()
  const input = isSecret ? { ...given, type: "password" as const } : { ...given, type: "text" as const }
  const about = [wrong, hint === undefined ? undefined : `${id}-hint`].filter((one) => one !== undefined).join(" ")
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
        id={id}
        class="input"
        autocapitalize="none"
        autocomplete={given.autocomplete ?? "off"}
        dir="auto"
        aria-invalid={wrong !== undefined}
        aria-describedby={about === "" ? undefined : about}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}
