/** What the `natter sessions` commands do. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { printable } from "../../client/Printable.ts"
import { refused } from "../apiError.ts"
import type { Given } from "../apiFlags.ts"
import { apiOf, ask, printRows, say, serviceOf, whole } from "../apiRequest.ts"
import { oneLine } from "../oneLine.ts"
import { localTime } from "../timestamp.ts"
import { userError } from "../userError.ts"

export const list = ({ api }: Given) =>
  ask(
    api,
    ({ session }) => session.list(whole),
    ({ sessions }) =>
      printRows(
        ["ID", "FROM", "SINCE", "USED", "THIS"],
        sessions.map(({ created_at: since, current, id, label, last_used_at: used }) => [
          id,
          oneLine(label ?? "-"),
          localTime(since) ?? "-",
          localTime(used) ?? "-",
          current ? "yes" : "",
        ]),
        "you are signed in nowhere",
      ),
  )

const endOne = ({ api, id }: Given & { readonly id: string }) =>
  ask(
    api,
    ({ session }) => session.revoke({ params: { id }, ...whole }),
    () => say("ended: there it takes the password to come back"),
  )

const endOthers = ({ api }: Given) =>
  Effect.gen(function* () {
    const service = yield* serviceOf(api)
    const { session } = yield* apiOf(service)
    const { sessions } = yield* refused(session.list(), service, api)
    const others = sessions.filter(({ current }) => !current)
    for (const { id } of others) {
      // One that has ended by itself meanwhile is as good as ended.
      const gone = Effect.catchIf(
        session.revoke({ params: { id } }),
        (error) => "reason" in error && error.reason === "NoSuchToken",
        () => Effect.void,
      )
      yield* refused(gone, service, api)
    }
    if (api.json) return yield* Console.log(JSON.stringify({ ended: others.map(({ id }) => printable(id)) }))
    yield* say(others.length === 1 ? "1 other session ended" : `${others.length} other sessions ended`)
  }).pipe(Effect.scoped)

export const end = ({ api, id, others }: Given & { readonly id: Option.Option<string>; readonly others: boolean }) =>
  Option.match(id, {
    onNone: () =>
      others ? endOthers({ api }) : Effect.fail(userError("say which: natter sessions end ID, or --others")),
    onSome: (id) => (others ? Effect.fail(userError("give an id or --others, not both")) : endOne({ api, id })),
  })
