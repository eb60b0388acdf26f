/** A name to type, with those to choose from whom this page knows. */
import { useId } from "preact/hooks"
import { known } from "../model/people.ts"
import { useInside } from "../view/context.ts"

interface Props {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
}

/** Names that are offered, at most: more would only be slow. */
const most = 200

export const PersonField = ({ label, onValue, value }: Props) => {
  const { chat } = useInside()
  const id = useId()
  return (
    <div class="field grows">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        list={`${id}-people`}
        autocapitalize="none"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        dir="auto"
        required
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <datalist id={`${id}-people`}>
        {known(chat)
          .slice(0, most)
          .map((name) => (
            <option key={name} value={name} />
          ))}
      </datalist>
    </div>
  )
}

/** What was typed, without the sign that people put before a name. */
export const nameIn = (value: string): string => value.trim().replace(/^@/, "")
