import { shownChannel } from "../../../domain/PlainName.ts"
import type { Channel } from "../model/answers.ts"
import { w } from "../words.ts"
import { useInside } from "./context.ts"
import { number } from "./format.ts"
import { query, useListing } from "./listing.ts"
import { type Column, Table } from "./Table.tsx"

interface Answer {
  readonly channels: ReadonlyArray<Channel>
  readonly next?: string
}

/** All channels there are. */
export const Channels = () => {
  const { operator } = useInside()
  const words = w.value.channels
  const listing = useListing(async (after) => {
    const { channels, next } = await operator.ask<Answer>(`/service/channels${query({ after })}`)
    return { items: channels, next }
  }, [])
  const columns: ReadonlyArray<Column<Channel>> = [
    {
      name: words.name,
      value: ({ archived, channel }) => (
        <span class="who">
          <bdi class="who-name">{shownChannel(channel)}</bdi>
          {archived && <span class="badge">{words.archived}</span>}
        </span>
      ),
    },
    { name: words.access, value: ({ access }) => words.accesses[access] },
    { name: words.present, value: ({ count }) => number(count), isNumber: true },
    { name: words.messages, value: ({ seq }) => number(seq), isNumber: true },
    {
      name: words.webhooks,
      isActions: true,
      value: ({ channel }) => (
        <button
          class="button"
          type="button"
          aria-label={words.webhooksOf(shownChannel(channel))}
          onClick={() => operator.open({ view: "webhooks", about: channel })}
        >
          {words.webhooks}
        </button>
      ),
    },
  ]
  return (
    <div class="stack">
      <p class="soft">{words.note}</p>
      <Table label={w.value.view.channels} columns={columns} listing={listing} keyOf={({ channel }) => channel} />
    </div>
  )
}
