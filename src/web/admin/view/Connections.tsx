/** Who is connected, from where, and how far behind: and an end for one of them. */
import { useSignal } from "@preact/signals"
import { useId } from "preact/hooks"
import { duration, size } from "../../chat/view/format.ts"
import type { Connection } from "../model/answers.ts"
import { w } from "../words.ts"
import { Confirm } from "./Confirm.tsx"
import { useInside } from "./context.ts"
import { moment, name, number, plain } from "./format.ts"
import { Menu } from "./Menu.tsx"
import { query, useEvery, useListing } from "./listing.ts"
import { type Column, Table } from "./Table.tsx"
import { Who } from "./Who.tsx"

const every = 5000
const pageSize = 100

interface Answer {
  readonly sessions: ReadonlyArray<Connection>
  readonly next?: number
}

const speaks = ({ protocol, transport }: Connection): string =>
  protocol === undefined
    ? transport
    : `${transport} · v${protocol.version} ${protocol.codec}${protocol.compressed ? " deflate" : ""}`

export const Connections = ({ whose }: { readonly whose: string }) => {
  const { operator } = useInside()
  const words = w.value.connections
  const username = useSignal(whose)
  const behind = useSignal(false)
  const ending = useSignal<Connection | undefined>(undefined)
  const ids = { name: useId(), behind: useId() }
  const listing = useListing(
    async (after) => {
      const asked = query({ after, username: username.value.trim(), behind: behind.value ? "true" : undefined })
      const { next, sessions } = await operator.ask<Answer>(`/service/sessions${asked}`)
      return { items: sessions, next }
    },
    [username.value, behind.value],
  )
  // Whoever has gone on to other pages reads there.
  useEvery(every, () => listing.items.value.length <= pageSize && void listing.reload(), [listing])
  const now = operator.env.now()
  const from = ({ address }: Connection) => (address === undefined ? words.inside : plain(address))
  const columns: ReadonlyArray<Column<Connection>> = [
    { name: words.user, value: ({ user }) => <Who user={user} /> },
    { name: words.address, value: (connection) => <span class="mono">{from(connection)}</span> },
    ...(listing.items.value.some(({ node }) => node !== undefined)
      ? [{ name: words.node, value: ({ node = "" }: Connection) => <span class="mono">{plain(node)}</span> }]
      : []),
    { name: words.transport, value: speaks },
    { name: words.since, value: ({ since }) => (since === undefined ? "–" : moment(since, now)) },
    {
      name: words.heard,
      value: ({ heard_at }) => (heard_at === undefined ? "–" : words.ago(duration(Math.max(0, now - heard_at)))),
    },
    { name: words.channels, value: ({ channels }) => number(channels), isNumber: true },
    {
      name: words.behind,
      value: ({ waiting }) =>
        waiting.bytes === 0 ? (
          <span class="soft">{words.notBehind}</span>
        ) : (
          <strong class="behind">{words.waiting(size(waiting.bytes), waiting.frames)}</strong>
        ),
    },
    {
      name: w.value.actions,
      isActions: true,
      value: (connection) => (
        <Menu
          label={words.actions(name(connection.user.name), from(connection))}
          choices={[
            { name: words.disconnect, choose: () => (ending.value = connection) },
            ...(connection.address === undefined
              ? []
              : [{ name: words.ban, choose: () => operator.open({ view: "bans", about: connection.address! }) }]),
          ]}
        />
      ),
    },
  ]
  const end = async ({ id, user }: Connection) => {
    await operator.ask(`/service/sessions/${encodeURIComponent(id)}`, { method: "DELETE" })
    operator.notice.value = words.done(name(user.name))
    await listing.reload()
  }
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <div class="row filters">
        <div class="field">
          <label for={ids.name}>{words.filter}</label>
          <input
            id={ids.name}
            class="input"
            type="search"
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            placeholder={words.filterHint}
            value={username.value}
            onChange={(event) => (username.value = event.currentTarget.value)}
          />
        </div>
        <label class="check" for={ids.behind}>
          <input
            id={ids.behind}
            type="checkbox"
            checked={behind.value}
            onChange={(event) => (behind.value = event.currentTarget.checked)}
          />
          {words.onlyBehind}
        </label>
      </div>
      <Table label={w.value.view.connections} columns={columns} listing={listing} keyOf={({ id }) => id} />
      {ending.value !== undefined && (
        <Confirm
          title={words.disconnectWhose(name(ending.value.user.name), from(ending.value))}
          text={words.really(name(ending.value.user.name))}
          does={words.disconnect}
          isDangerous
          act={() => end(ending.value!)}
          onClose={() => (ending.value = undefined)}
        />
      )}
    </div>
  )
}
