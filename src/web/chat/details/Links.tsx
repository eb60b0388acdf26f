/** Invitations to a channel for whoever has the link. */
import { useEffect, useState } from "preact/hooks"
import { shownName } from "../../../domain/PlainName.ts"
import { t } from "../../language.ts"
import { CopyField } from "../../ui/CopyField.tsx"
import { Select } from "../../ui/Select.tsx"
import type { InviteLinks } from "../model/frames.ts"
import type { Part } from "./Part.ts"
import { useActs } from "../over/useActs.ts"
import { joinPathOf } from "../route.ts"
import type { Trouble } from "../session/Trouble.ts"
import { useInside } from "../view/context.ts"
import { exactTime } from "../view/format.ts"
import { Wrong } from "./About.tsx"

/** Minutes and people that are offered; 0 for without end. */
const lifetimes = [60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 0]
const uses = [1, 5, 25, 100, 0]

export const Links = ({ info }: Part) => {
  const { chat } = useInside()
  const [links, setLinks] = useState<InviteLinks["links"]>([])
  const [unread, setUnread] = useState<Trouble | undefined>(undefined)
  const [code, setCode] = useState<string | undefined>(undefined)
  const [minutes, setMinutes] = useState(7 * 24 * 60)
  const [most, setMost] = useState(0)
  const words = t.value.details
  const load = async () => {
    const answer = await chat.ask((client) => client.inviteLinks(info.channel))
    if (answer.ok) setLinks(answer.value.links)
    setUnread(answer.ok ? undefined : answer.trouble)
  }
  const { act, isBusy, wrong } = useActs(() => void load())
  useEffect(() => void load(), [])
  const create = async (event: Event) => {
    event.preventDefault()
    if (isBusy) return
    setCode(undefined)
    const answer = await act((client) =>
      client.createInviteLink(info.channel, {
        lifetime: minutes === 0 ? undefined : minutes * 60_000,
        uses: most === 0 ? undefined : most,
      }),
    )
    setCode(answer?.code)
  }
  return (
    <section class="stack">
      <h3>{words.links}</h3>
      <form class="row ends" onSubmit={create}>
        <Select
          label={words.goodFor}
          value={String(minutes)}
          onValue={(value) => setMinutes(Number(value))}
          choices={lifetimes.map((one) => ({
            value: String(one),
            label: one === 0 ? words.forEver : words.minutes(one),
          }))}
        />
        <Select
          label={words.forHowMany}
          value={String(most)}
          onValue={(value) => setMost(Number(value))}
          choices={uses.map((one) => ({ value: String(one), label: one === 0 ? words.anyNumber : words.people(one) }))}
        />
        <button class="button" type="submit" disabled={isBusy}>
          {words.makeLink}
        </button>
      </form>
      {code !== undefined && (
        <div class="stack">
          <CopyField label={words.link} text={location.origin + joinPathOf(code)} />
          <p class="soft small">{words.linkOnce}</p>
        </div>
      )}
      <Wrong of={wrong ?? unread} />
      <ul class="lines">
        {links.map(({ by, created, id, until, used, uses: of }) => (
          <li key={id} class="line-row">
            <div class="line-text">
              <span>
                {words.by(shownName(by))}, {exactTime(created)}
              </span>
              <span class="soft small">
                {until === undefined ? words.forEver : words.until(exactTime(until))} · {words.used(used, of)}
              </span>
            </div>
            <button
              class="button"
              type="button"
              aria-label={`${words.revoke}: ${words.by(shownName(by))}, ${exactTime(created)}`}
              onClick={() => void act((client) => client.revokeInviteLink(info.channel, id))}
            >
              {words.revoke}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
