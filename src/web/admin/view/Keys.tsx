/** The API keys of somebody: made, shown once, revoked. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import type { Key } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { moment, name, plain } from "./format.ts"
import { query, useListing } from "./listing.ts"
import { Once } from "./Once.tsx"
import { type Column, Table } from "./Table.tsx"

const day = 24 * 60 * 60 * 1000
const lifetimes = { month: 30 * day, year: 365 * day, ever: null }
type Lifetime = keyof typeof lifetimes

export const Keys = ({ whose }: { readonly whose: string }) => {
  const { me, operator } = useInside()
  const words = w.value.keys
  const username = whose === "" ? me.name : whose
  const written = useSignal(username)
  const revoking = useSignal<Key | undefined>(undefined)
  const label = useSignal("")
  const lifetime = useSignal<Lifetime>("year")
  const asks = useSignal(false)
  const made = useSignal<string | undefined>(undefined)
  const id = useId()
  const ids = { label: useId(), lifetime: useId() }
  const listing = useListing(async () => {
    const { tokens } = await operator.ask<{ readonly tokens: ReadonlyArray<Key> }>(`/tokens${query({ username })}`)
    return { items: tokens, next: undefined }
  }, [username])
  const now = operator.env.now()
  const labelOf = ({ label }: Key) => (label === null || label === "" ? words.noLabel : plain(label))
  const allows = ({ scope }: Key): string => {
    const operations = scope?.operations?.join(", ") ?? words.everything
    return scope?.channels === undefined ? operations : `${operations} · ${words.channels(scope.channels.length)}`
  }
  const at = (time: number | null) => (time === null ? w.value.never : moment(time, now))
  const columns: ReadonlyArray<Column<Key>> = [
    { name: words.label, value: (key) => <bdi>{labelOf(key)}</bdi> },
    { name: words.allows, value: (key) => <span class="detail">{allows(key)}</span> },
    { name: words.created, value: ({ created_at }) => at(created_at) },
    { name: words.expires, value: ({ expires_at }) => at(expires_at) },
    { name: words.used, value: ({ last_used_at }) => at(last_used_at) },
    {
      name: words.revoke,
      isActions: true,
      value: (key) => (
        <button
          class="button"
          type="button"
          aria-label={words.revokeWhich(labelOf(key))}
          onClick={() => (revoking.value = key)}
        >
          {words.revoke}
        </button>
      ),
    },
  ]
  const show = (event: Event) => {
    event.preventDefault()
    operator.open({ view: "keys", about: written.value.trim() })
  }
  const make = async () => {
    const body = { username, label: label.value.trim(), lifetime: lifetimes[lifetime.value] }
    const { token } = await operator.ask<{ readonly token: string }>("/tokens", { method: "POST", body })
    made.value = token
    label.value = ""
    await listing.reload()
  }
  const revoke = async ({ id }: Key) => {
    await operator.ask(`/tokens/${encodeURIComponent(id)}`, { method: "DELETE" })
    operator.notice.value = words.done
    await listing.reload()
  }
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <form class="row filters" onSubmit={show}>
        <div class="field">
          <label for={id}>{words.whose}</label>
          <input
            id={id}
            class="input"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            required
            value={written.value}
            onInput={(event) => (written.value = event.currentTarget.value)}
          />
        </div>
        <button class="button" type="submit">
          {words.show}
        </button>
      </form>
      <div class="row">
        <button class="button primary" type="button" onClick={() => (asks.value = true)}>
          {words.make(name(username))}
        </button>
      </div>
      <Table
        label={w.value.view.keys}
        columns={columns}
        listing={listing}
        keyOf={({ id }) => id}
        empty={words.none(name(username))}
      />
      {asks.value && (
        <Confirm
          title={words.make(name(username))}
          text={words.makeNote}
          does={words.makeDoes}
          act={make}
          onClose={() => (asks.value = false)}
        >
          <div class="field">
            <label for={ids.label}>{words.label}</label>
            <input
              id={ids.label}
              class="input"
              autocomplete="off"
              maxLength={64}
              required
              value={label.value}
              onInput={(event) => (label.value = event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for={ids.lifetime}>{words.lifetime}</label>
            <select
              id={ids.lifetime}
              class="input"
              value={lifetime.value}
              onChange={(event) => (lifetime.value = event.currentTarget.value as Lifetime)}
            >
              {(Object.keys(lifetimes) as ReadonlyArray<Lifetime>).map((each) => (
                <option key={each} value={each}>
                  {words.lifetimes[each]}
                </option>
              ))}
            </select>
          </div>
        </Confirm>
      )}
      {made.value !== undefined && !asks.value && (
        <Once
          title={words.make(name(username))}
          note={words.keyNote}
          label={words.key}
          value={made.value}
          onClose={() => (made.value = undefined)}
        />
      )}
      {revoking.value !== undefined && (
        <Confirm
          title={words.revokeWhich(labelOf(revoking.value))}
          text={words.really(labelOf(revoking.value))}
          does={words.revoke}
          isDangerous
          act={() => revoke(revoking.value!)}
          onClose={() => (revoking.value = undefined)}
        />
      )}
    </div>
  )
}
