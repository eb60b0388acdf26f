/** What went wrong with a request over HTTP: a line that says what to do, or the problem document. */
import type * as CliError from "effect/cli/CliError"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { type Address, format } from "../client/Address.ts"
import { printable } from "../client/Printable.ts"
import { Problem } from "../http/api/Problem.ts"
import type { ApiFlags } from "./apiFlags.ts"
import { distrusts, RequestFailed, show, type Target } from "./serviceHttp.ts"
import { userError } from "./userError.ts"

interface Asked {
  readonly address: Address
  readonly target: Target
}

/** What was wrong has been printed as it came. */
export class Refused extends Data.TaggedError("Refused") {
  override readonly [Runtime.errorReported] = false
}

const seconds = (millis: number): string => `${Math.ceil(millis / 1000)} s`

/** What to do, where there is something. */
const advice = ({ reason, retry_after: wait, status }: Problem, { address }: Asked, given: ApiFlags) => {
  if (status === 429 || status === 503) return `try again${wait === undefined ? " later" : ` in ${seconds(wait)}`}`
  switch (reason) {
    case "NotAuthenticated":
    case "InvalidToken":
      return Option.isSome(given.token) || process.env["NATTER_TOKEN"] !== undefined
        ? "is it the token of this service?"
        : `sign in again: natter login ${format(address)}`
    case "InvalidCredentials":
      return "check the name and the password"
    case "InviteRequired":
      return "give it with --invite"
    case "OutOfScope":
      return "take one that is, as `natter token create` makes them"
    case "NoSuchChannel":
      return "see `natter channel list`"
    case "NoSuchMessage":
      return "see `natter message list`"
    case "NoSuchFile":
      return "was its message deleted?"
    case "NoSuchPath":
    case "MethodNotAllowed":
    case "NotSupported":
      return "is this command newer than the service?"
  }
  return undefined
}

const explain = (error: unknown, asked: Asked, given: ApiFlags): string => {
  const where = show(asked.target)
  if (error instanceof Problem) {
    const hint = advice(error, asked, given)
    return `${error.detail}${hint === undefined ? "" : `: ${hint}`}`
  }
  if (Schema.isSchemaError(error)) {
    const [what = ""] = error.message.split("\n")
    return `what ${where} answered is not understood (${what}): is it the right port, and a Natter of this version?`
  }
  const { cause = error, response } =
    (error as { readonly reason?: Partial<Record<"cause" | "response", unknown>> }).reason ?? {}
  if (cause instanceof RequestFailed) {
    const { code, message } = cause
    if (code === "ECONNREFUSED" || code === "ENOENT") {
      return `${message}: start it with \`natter serve\`, or say with --address where it is`
    }
    return distrusts[code] === undefined ? message : `the certificate of ${where} is not trusted: ${distrusts[code]}`
  }
  const status = Predicate.hasProperty(response, "status") ? `: it answered ${String(response.status)}` : ""
  return `what listens on ${where} has no HTTP API of Natter${status}`
}

const encode = Schema.encodeSync(Problem)

/** With `--json` a problem is printed as it is. */
export const refused = <A, E, R>(request: Effect.Effect<A, E, R>, asked: Asked, given: ApiFlags) =>
  Effect.catch(request, (error): Effect.Effect<never, CliError.UserError | Refused> => {
    if (!given.json || !(error instanceof Problem)) return Effect.fail(userError(explain(error, asked, given), error))
    return Effect.andThen(Console.error(printable(JSON.stringify(encode(error)))), Effect.fail(new Refused()))
  })
