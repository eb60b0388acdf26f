/** From where nobody is let in. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { Refused } from "../../Api.ts"
import type { Ban } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { moment, name, plain } from "./format.ts"
import { useListing } from "./listing.ts"
import { type Column, Table } from "./Table.tsx"

const hour = 60 * 60 * 1000
const lasts = { hour, day: 24 * hour, week: 7 * 24 * hour, forever: undefined }
type Lasting = keyof typeof lasts

const pathOf = (address: string) => `/service/bans/${encodeURIComponent(address)}`

const Add = ({ about, onAdded, onClose }: AddProps) => {
  const { operator } = useInside()
  const words = w.value.bans
  const address = useSignal(about)
  const lasting = useSignal<Lasting>("day")
  const reason = useSignal("")
  const ids = { address: useId(), lasting: useId(), reason: useId(), hint: useId() }
  const act = async () => {
    const duration = lasts[lasting.value]
    const body = {
      ...(duration === undefined ? {} : { duration }),
      ...(reason.value === "" ? {} : { reason: reason.value }),
    }
    const range = address.value.trim()
    const banning = operator.ask<{ readonly sessions: number }>(pathOf(range), { method: "PUT", body })
    const { sessions } = await banning.catch((error: unknown) => {
      // Nothing else is refused to an administrator.
      if (!(error instanceof Refused) || error.reason !== "Forbidden") throw error
      throw new Refused(error.status, "OwnAddress", error.message)
    })
    operator.notice.value = w.value.bans.added(plain(range), sessions)
    await onAdded()
  }
  return (
    <Confirm title={words.add} text={words.note} does={words.confirm} isDangerous act={act} onClose={onClose}>
      <div class="field">
        <label for={ids.address}>{words.address}</label>
        <input
          id={ids.address}
          class="input mono"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          required
          value={address.value}
          aria-describedby={ids.hint}
          onInput={(event) => (address.value = event.currentTarget.value)}
        />
        <span class="hint" id={ids.hint}>
          {words.addressHint}
        </span>
      </div>
      <div class="field">
        <label for={ids.lasting}>{words.lasts}</label>
        <select
          id={ids.lasting}
          class="input"
          value={lasting.value}
          onChange={(event) => (lasting.value = event.currentTarget.value as Lasting)}
        >
          {(Object.keys(lasts) as ReadonlyArray<Lasting>).map((each) => (
            <option key={each} value={each}>
              {words.lasting[each]}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for={ids.reason}>{words.reason}</label>
        <input
          id={ids.reason}
          class="input"
          autocomplete="off"
          maxLength={256}
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </div>
    </Confirm>
  )
}

interface AddProps {
  readonly about: string
  readonly onAdded: () => Promise<void>
  readonly onClose: () => void
}

/** `about` is an address that somebody wants to ban. */
export const Bans = ({ about }: { readonly about: string }) => {
  const { operator } = useInside()
  const words = w.value.bans
  const adds = useSignal(about !== "")
  const lifting = useSignal<Ban | undefined>(undefined)
  const listing = useListing(async () => {
    const { bans } = await operator.ask<{ readonly bans: ReadonlyArray<Ban> }>("/service/bans")
    return { items: bans, next: undefined }
  }, [])
  const now = operator.env.now()
  const columns: ReadonlyArray<Column<Ban>> = [
    { name: words.address, value: ({ address }) => <span class="mono">{plain(address)}</span> },
    { name: words.until, value: ({ until }) => (until === null ? words.forever : moment(until, now)) },
    {
      name: words.reason,
      value: ({ reason }) => <bdi class="detail">{reason === undefined ? "–" : plain(reason)}</bdi>,
    },
    { name: words.by, value: ({ by }) => <bdi>{name(by)}</bdi> },
    { name: words.since, value: ({ created_at }) => moment(created_at, now) },
    {
      name: words.lift,
      isActions: true,
      value: (ban) => (
        <button
          class="button"
          type="button"
          aria-label={words.liftWhich(plain(ban.address))}
          onClick={() => (lifting.value = ban)}
        >
          {words.lift}
        </button>
      ),
    },
  ]
  const lift = async ({ address }: Ban) => {
    await operator.ask(pathOf(address), { method: "DELETE" })
    operator.notice.value = words.lifted(plain(address))
    await listing.reload()
  }
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <div class="row">
        <button class="button primary" type="button" onClick={() => (adds.value = true)}>
          {words.add}
        </button>
      </div>
      <Table
        label={w.value.view.bans}
        columns={columns}
        listing={listing}
        keyOf={({ address }) => address}
        empty={words.none}
      />
      {adds.value && <Add about={about} onAdded={() => listing.reload()} onClose={() => (adds.value = false)} />}
      {lifting.value !== undefined && (
        <Confirm
          title={words.liftWhich(plain(lifting.value.address))}
          text={words.really}
          does={words.lift}
          act={() => lift(lifting.value!)}
          onClose={() => (lifting.value = undefined)}
        />
      )}
    </div>
  )
}
