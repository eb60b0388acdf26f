/** Has one node of a service end, asked at any of its nodes, and waits until the others do not have it any more. */
import type * as CliError from "effect/cli/CliError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Monotonic from "../../domain/Monotonic.ts"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import { ask, type RequestFailed, show, type Target } from "../serviceHttp.ts"
import { userError } from "../userError.ts"
import type { Ended, Progress } from "./Progress.ts"
import { lookEvery, refusal, sessionsIn } from "./remote.ts"

const Nodes = Schema.fromJsonString(Schema.Struct({ nodes: Schema.Array(Schema.Struct({ node: Schema.String })) }))
const decode = Schema.decodeUnknownOption(Nodes)

/** A node is named as the others reach it; what is behind the number sign is new with each start. */
const isCalled = (named: string) => (node: string) => node === named || node.startsWith(`${named}#`)

export const node = Effect.fnUntraced(function* (
  target: Target,
  tls: TlsOptions,
  token: string,
  named: string,
  within: Duration.Duration,
  progress: Progress,
): Effect.fn.Return<Ended, CliError.UserError | RequestFailed> {
  const where = show(target)
  const headers = { authorization: `Bearer ${token}` }
  const listing = ask(target, { path: "/api/v1/service/nodes", headers, tls })
  const nodesIn = (body: string) => Option.map(decode(body), ({ nodes }) => nodes.map(({ node }) => node))

  const listed = yield* listing
  if (listed.status !== 200) return yield* userError(refusal(where, listed))
  const nodes = Option.getOrElse(nodesIn(listed.body), () => [])
  const found = nodes.find(isCalled(named))
  if (found === undefined) return yield* userError(`there is no node ${named} now; there are ${nodes.join(", ")}`)
  const path = `/api/v1/service/drain?node=${encodeURIComponent(found)}`
  const told = yield* ask(target, { method: "POST", path, headers, tls })
  if (told.status !== 202) return yield* userError(refusal(where, told))

  const clock = yield* Clock.Clock
  const begun = Monotonic.millis(clock)
  // Whoever is asked does not answer in the end where it is the one that was to end; another goes on.
  const isThere = Effect.match(listing, {
    onFailure: () => found !== nodes[0],
    onSuccess: ({ body }) => Option.getOrElse(nodesIn(body), () => [found]).includes(found),
  })
  while (yield* isThere) {
    const elapsed = Monotonic.millis(clock) - begun
    if (elapsed > Duration.toMillis(within)) {
      return yield* userError(
        `the node ${found} is still there after ${Duration.format(within)}: its log says what it waits for`,
      )
    }
    progress.show(`the node ${found} ends, ${Math.round(elapsed / 1000)} s`, elapsed)
    yield* Effect.sleep(lookEvery)
  }
  return { sessions: sessionsIn(told), seconds: (Monotonic.millis(clock) - begun) / 1000 }
})
