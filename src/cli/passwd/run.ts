/** What `natter passwd` does. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { askTwice, needed } from "../askNewPassword.ts"
import { refused } from "../apiError.ts"
import type { Given } from "../apiFlags.ts"
import { apiOf, askOf, say, serviceOf, whole } from "../apiRequest.ts"
import { askHidden } from "../askHidden.ts"
import { firstLines } from "../firstLines.ts"
import * as Identity from "../identity.ts"

/** The old password, unless it is known, and the new one. */
const both = Effect.fnUntraced(function* (name: string, known: Redacted.Redacted | undefined) {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  if (yield* stdinIsTerminal) {
    const old = known ?? (yield* askHidden(`Old password of ${name}: `))
    return { old, password: yield* askTwice(name) }
  }
  const lines = yield* firstLines(known === undefined ? 2 : 1)
  const old = known ?? (yield* needed(lines[0], "the old password"))
  return { old, password: yield* needed(lines.at(-1), "the new password") }
})

export const passwd = ({ api }: Given) =>
  Effect.gen(function* () {
    const service = yield* serviceOf(api)
    const { me } = yield* apiOf(service)
    const { name } = yield* refused(me.get({}), service, api)
    const variable = yield* Identity.variable("NATTER_PASSWORD")
    const known = service.password ?? (variable === undefined ? undefined : Redacted.make(variable))
    const { old, password } = yield* both(name, known)
    const payload = { old: Redacted.value(old), password: Redacted.value(password) }
    yield* askOf(
      service,
      api,
      ({ me }) => me.changePassword({ payload, ...whole }),
      () => say(`${name} has a new password; sessions elsewhere and tokens ended`),
    )
  }).pipe(Effect.scoped)
