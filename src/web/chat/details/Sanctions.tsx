/** Who is silenced or kept out of a channel, and for how long. */
import { useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { Choices } from "../../ui/Choices.tsx"
import { FormField } from "../../ui/FormField.tsx"
import { Select } from "../../ui/Select.tsx"
import type { ChannelInfo } from "../model/frames.ts"
import type { Part } from "./Part.ts"
import { useActs } from "../over/useActs.ts"
import { exactTime } from "../view/format.ts"
import { plain } from "../view/plain.ts"
import { Wrong } from "./About.tsx"
import { nameIn, PersonField } from "./PersonField.tsx"

type Sanction = NonNullable<ChannelInfo["sanctions"]>[number]
const kinds = ["mute", "kick", "ban"] as const
type Kind = (typeof kinds)[number]

/** Minutes that are offered; 0 for until it is taken back. */
const times = [10, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 0]

export const Sanctions = (part: Part) => {
  const { info, reload, rights } = part
  const { act, wrong } = useActs(() => reload())
  const words = t.value.details
  const sanctions = info.sanctions ?? []
  const undo = ({ address, kind, username }: Sanction) =>
    void act((client) =>
      username === undefined
        ? client.unban(info.channel, { address: address ?? "" })
        : kind === "ban"
          ? client.unban(info.channel, { username })
          : client.unmute(info.channel, username),
    )
  return (
    <div class="stack sections">
      {kinds.some((kind) => rights.may(kind)) && <Impose {...part} />}
      <section class="stack">
        <h3>{words.inForce}</h3>
        {sanctions.length === 0 && <p class="soft">{words.noSanctions}</p>}
        <ul class="lines">
          {sanctions.map((sanction) => {
            const { address, by, kind, reason, until, username } = sanction
            const whom = username === undefined ? (address ?? "") : shownName(username)
            return (
              <li key={`${kind} ${whom}`} class="line-row">
                <div class="line-text">
                  <strong>
                    {words.kind[kind]}: <bdi>{whom}</bdi>
                  </strong>
                  <span class="soft small">
                    {until === undefined ? words.forEver : words.until(exactTime(until))}
                    {by !== undefined && ` · ${words.by(shownName(by))}`}
                  </span>
                  {reason !== undefined && reason !== "" && (
                    <span class="line-topic" dir="auto">
                      {plain(reason)}
                    </span>
                  )}
                </div>
                {rights.may(username === undefined ? "banAddress" : kind) && (
                  <button
                    class="button"
                    type="button"
                    aria-label={`${words.undo}: ${words.kind[kind]}, ${whom}`}
                    onClick={() => undo(sanction)}
                  >
                    {words.undo}
                  </button>
                )}
              </li>
            )
          })}
        </ul>
        <Wrong of={wrong} />
      </section>
    </div>
  )
}

const Impose = ({ info, reload, rights }: Part) => {
  const { act, isBusy, wrong } = useActs(() => reload())
  const [name, setName] = useState("")
  const [kind, setKind] = useState<Kind>("mute")
  const [minutes, setMinutes] = useState(60)
  const [reason, setReason] = useState("")
  const [said, setSaid] = useState("")
  const words = t.value.details
  const submit = async (event: Event) => {
    event.preventDefault()
    setSaid("")
    const whom = nameIn(name)
    const because = reason.trim() === "" ? undefined : reason.trim()
    const terms = { reason: because, duration: minutes === 0 ? undefined : minutes * 60_000 }
    const done = await act((client) =>
      kind === "kick"
        ? client.kick(info.channel, whom, because)
        : kind === "ban"
          ? client.ban(info.channel, { username: whom }, terms)
          : client.mute(info.channel, whom, terms),
    )
    if (done === undefined) return
    setName("")
    setReason("")
    setSaid(words.imposed(words.kind[kind], shownName(whom)))
  }
  return (
    <form class="stack" onSubmit={submit}>
      <h3>{words.impose}</h3>
      <PersonField label={words.person} value={name} onValue={setName} />
      <Choices
        label={words.what}
        value={kind}
        onValue={setKind}
        choices={kinds
          .filter((kind) => rights.may(kind))
          .map((value) => ({
            value,
            label: words.kind[value],
            hint: words.kindHint[value],
          }))}
      />
      {kind !== "kick" && (
        <Select
          label={words.howLong}
          value={String(minutes)}
          onValue={(value) => setMinutes(Number(value))}
          choices={times.map((one) => ({
            value: String(one),
            label: one === 0 ? words.forEver : words.minutes(one),
          }))}
        />
      )}
      <FormField label={words.reason} hint={words.reasonHint} value={reason} onValue={setReason} maxLength={256} />
      <p role="status" class="soft">
        {said}
      </p>
      <Wrong of={wrong} />
      <div>
        <button class="button danger" type="submit" disabled={isBusy}>
          {words.kind[kind]}
        </button>
      </div>
    </form>
  )
}
