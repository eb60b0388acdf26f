import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { lobby } from "../../domain/ChannelName.ts"
import * as NameKey from "../../domain/NameKey.ts"

interface Named {
  readonly id: string
  readonly name: string
}

/** The keys by which names are one that look the same. Of names of before that are, the oldest gets it; the others stay. */
const looksOf = (oldestFirst: ReadonlyArray<Named>, holders = new Map<string, string>()) =>
  oldestFirst.map(({ id, name }) => {
    const key = NameKey.key(name)
    const holder = holders.get(key) ?? id
    holders.set(key, holder)
    return holder === id ? { id, look: key, older: undefined } : { id, look: undefined, older: holder }
  })

export default Effect.fnUntraced(function* () {
  const sql = yield* SqlClient

  const fill = Effect.fnUntraced(function* (table: "accounts" | "channels", looks: ReturnType<typeof looksOf>) {
    for (const { id, look, older } of looks) {
      if (look !== undefined) yield* sql`UPDATE ${sql(table)} SET look = ${look} WHERE id = ${id}`
      else {
        yield* Effect.logWarning(`a name in ${table} looks like that of an older one; both stay`).pipe(
          Effect.annotateLogs({ id, older }),
        )
      }
    }
    yield* sql`CREATE UNIQUE INDEX ${sql(`${table}_by_look`)} ON ${sql(table)} (look)`
  })

  yield* sql`ALTER TABLE accounts ADD COLUMN look TEXT`
  yield* fill("accounts", looksOf(yield* sql<Named>`SELECT id, name FROM accounts ORDER BY created_at, id`))

  yield* sql`ALTER TABLE channels ADD COLUMN look TEXT`
  const channels = yield* sql<Named>`SELECT id, name FROM channels ORDER BY created_at, id`
  // The lobby may be made later, and always has its name.
  yield* fill("channels", looksOf(channels, new Map([[NameKey.key(lobby), lobby]])))
})
