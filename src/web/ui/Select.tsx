/** One of many. */
import { useId } from "preact/hooks"

interface Props<Value extends string> {
  readonly label: string
  /** Said to who hears the page only. */
  readonly isHidden?: boolean
  readonly value: Value
  readonly onValue: (value: Value) => void
  readonly choices: ReadonlyArray<{ readonly value: Value; readonly label: string }>
  readonly disabled?: boolean
}

export const Select = <Value extends string>({
  choices,
  disabled,
  isHidden = false,
  label,
  onValue,
  value,
}: Props<Value>) => {
  const id = useId()
  return (
    <div class="field">
      <label class={isHidden ? "visually-hidden" : undefined} for={id}>
        {label}
      </label>
      <select
        id={id}
        class="input"
        disabled={disabled}
        value={value}
        onChange={(event) => {
          const chosen = choices[event.currentTarget.selectedIndex]
          if (chosen !== undefined) onValue(chosen.value)
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  )
}
