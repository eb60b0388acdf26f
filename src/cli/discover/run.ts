/** What `natter discover` does. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { printList } from "../table.ts"
import { look } from "../announced.ts"

export const run = Effect.fnUntraced(function* (given: {
  readonly within: Duration.Duration
  readonly only: Option.Option<string>
  readonly json: boolean
}) {
  const servers = yield* look(given.within, Option.getOrUndefined(given.only))
  yield* printList(
    given.json,
    servers.map((server) => ({ ...server })),
  )
})
