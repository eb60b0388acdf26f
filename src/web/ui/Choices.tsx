/** One of a few, all of them to be seen. */
import { useId } from "preact/hooks"

interface Props<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly onValue: (value: Value) => void
  readonly choices: ReadonlyArray<{ readonly value: Value; readonly label: string; readonly hint?: string }>
  readonly disabled?: boolean
  /** Beside one another. */
  readonly inline?: boolean
}

export const Choices = <Value extends string>({ choices, disabled, inline, label, onValue, value }: Props<Value>) => {
  const name = useId()
  return (
    <fieldset class={inline === true ? "options inline" : "options"} disabled={disabled}>
      <legend class="field-label">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} class="check">
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onValue(choice.value)}
          />
          <span>
            {choice.label}
            {choice.hint !== undefined && <span class="soft small option-hint">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
