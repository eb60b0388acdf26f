/** Makes a webhook of a channel, and shows its secret once. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { Once } from "./Once.tsx"

interface Props {
  readonly path: string
  readonly onMade: () => Promise<void>
  readonly onClose: () => void
}

interface Made {
  readonly secret: string
  /** Of one that leads into the channel. */
  readonly path?: string
}

export const NewWebhook = ({ onClose, onMade, path }: Props) => {
  const { operator } = useInside()
  const words = w.value.webhooks
  const kind = useSignal<"outgoing" | "incoming">("outgoing")
  const what = useSignal("")
  const made = useSignal<Made | undefined>(undefined)
  const ids = { kind: useId(), what: useId() }
  const isOut = kind.value === "outgoing"
  const make = async () => {
    const given = what.value.trim()
    made.value = await operator.ask<Made>(path, { method: "POST", body: isOut ? { url: given } : { name: given } })
    await onMade()
  }
  if (made.value !== undefined) {
    const { path: at, secret } = made.value
    return (
      <Once
        title={words.make}
        note={at === undefined ? words.secretNote : words.addressNote}
        label={at === undefined ? words.secret : words.address}
        value={at === undefined ? secret : location.origin + at}
        onClose={onClose}
      />
    )
  }
  return (
    <Confirm title={words.make} does={words.make} act={make} onClose={() => made.value === undefined && onClose()}>
      <div class="field">
        <label for={ids.kind}>{words.kind}</label>
        <select
          id={ids.kind}
          class="input"
          value={kind.value}
          onChange={(event) => (kind.value = event.currentTarget.value === "incoming" ? "incoming" : "outgoing")}
        >
          <option value="outgoing">{words.kinds.outgoing}</option>
          <option value="incoming">{words.kinds.incoming}</option>
        </select>
      </div>
      <div class="field">
        <label for={ids.what}>{isOut ? words.url : words.name}</label>
        <input
          id={ids.what}
          class="input"
          type="text"
          inputMode={isOut ? "url" : "text"}
          autocomplete="off"
          spellcheck={false}
          maxLength={isOut ? 2048 : 64}
          required
          value={what.value}
          onInput={(event) => (what.value = event.currentTarget.value)}
        />
      </div>
    </Confirm>
  )
}
