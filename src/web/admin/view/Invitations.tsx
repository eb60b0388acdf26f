/** Invitations to register: made, copied, taken back. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import type { Invitation } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { moment } from "./format.ts"
import { query, useListing } from "./listing.ts"
import { Once } from "./Once.tsx"
import { type Column, Table } from "./Table.tsx"

const day = 24 * 60 * 60 * 1000
const lifetimes = { day, week: 7 * day, month: 30 * day }

interface Answer {
  readonly invitations: ReadonlyArray<Invitation>
  readonly next?: string
}

export const Invitations = () => {
  const { operator } = useInside()
  const words = w.value.invitations
  const lifetime = useSignal<keyof typeof lifetimes>("week")
  const code = useSignal<string | undefined>(undefined)
  const asks = useSignal(false)
  const revoking = useSignal<Invitation | undefined>(undefined)
  const id = useId()
  const listing = useListing(async (after) => {
    const { invitations, next } = await operator.ask<Answer>(`/invitations${query({ after })}`)
    return { items: invitations, next }
  }, [])
  const now = operator.env.now()
  const isOpen = ({ expires_at, used_at }: Invitation) => used_at === null && (expires_at === null || expires_at > now)
  const stateOf = (invitation: Invitation): string =>
    invitation.used_at === null ? (isOpen(invitation) ? words.open : words.expired) : words.used
  const which = ({ created_at }: Invitation) => words.revokeWhich(moment(created_at, now))
  const columns: ReadonlyArray<Column<Invitation>> = [
    { name: words.made, value: ({ created_at }) => moment(created_at, now) },
    {
      name: words.expires,
      value: ({ expires_at }) => (expires_at === null ? w.value.never : moment(expires_at, now)),
    },
    { name: words.state, value: stateOf },
    {
      name: words.revoke,
      isActions: true,
      value: (invitation) =>
        isOpen(invitation) && (
          <button
            class="button"
            type="button"
            aria-label={which(invitation)}
            onClick={() => (revoking.value = invitation)}
          >
            {words.revoke}
          </button>
        ),
    },
  ]
  const make = async () => {
    const body = { lifetime: lifetimes[lifetime.value] }
    const made = await operator.ask<{ readonly code: string }>("/invitations", { method: "POST", body })
    code.value = made.code
    await listing.reload()
  }
  const revoke = async ({ id }: Invitation) => {
    await operator.ask(`/invitations/${encodeURIComponent(id)}`, { method: "DELETE" })
    operator.notice.value = words.done
    await listing.reload()
  }
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <div class="row">
        <button class="button primary" type="button" onClick={() => (asks.value = true)}>
          {words.make}
        </button>
      </div>
      <Table label={w.value.view.invitations} columns={columns} listing={listing} keyOf={({ id }) => id} />
      {asks.value && (
        <Confirm title={words.make} does={words.make} act={make} onClose={() => (asks.value = false)}>
          <div class="field">
            <label for={id}>{words.lifetime}</label>
            <select
              id={id}
              class="input"
              value={lifetime.value}
              onChange={(event) => (lifetime.value = event.currentTarget.value as keyof typeof lifetimes)}
            >
              {(Object.keys(lifetimes) as ReadonlyArray<keyof typeof lifetimes>).map((each) => (
                <option key={each} value={each}>
                  {words.lifetimes[each]}
                </option>
              ))}
            </select>
          </div>
        </Confirm>
      )}
      {code.value !== undefined && !asks.value && (
        <Once
          title={words.make}
          note={words.linkNote}
          label={words.link}
          value={`${location.origin}/invite/${encodeURIComponent(code.value)}`}
          onClose={() => (code.value = undefined)}
        />
      )}
      {revoking.value !== undefined && (
        <Confirm
          title={which(revoking.value)}
          text={words.really}
          does={words.revoke}
          isDangerous
          act={() => revoke(revoking.value!)}
          onClose={() => (revoking.value = undefined)}
        />
      )}
    </div>
  )
}
