/** A service that runs somewhere: whether it answers, and what over. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { TlsOptions } from "../../client/transport/TlsOptions.ts"
import { type Answer, ask, distrusts, show, type Target } from "../serviceHttp.ts"
import { dates, namesOf } from "./dates.ts"
import { about, type Finding } from "./Finding.ts"

const reached = about("reached")
const certificate = about("certificate")
const readiness = about("ready")

const certificateFindings = (answer: Answer, now: number): ReadonlyArray<Finding> => {
  const { certificate: shown, distrust } = answer
  if (shown === undefined) return []
  return [
    certificate.ok(`for ${namesOf(shown)}`),
    dates(certificate, shown, now, "it"),
    // What is wrong with its dates was said.
    ...(distrust === undefined || /EXPIRED|NOT_YET_VALID/.test(distrust)
      ? []
      : [
          certificate.problem(
            `clients here refuse it (${distrust})`,
            distrusts[distrust] ?? "take one that clients trust",
          ),
        ]),
  ]
}

const Readiness = Schema.Struct({
  checks: Schema.Array(
    Schema.Struct({ name: Schema.String, ok: Schema.Boolean, detail: Schema.optional(Schema.String) }),
  ),
})
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Readiness))

/** What is not as it should be, in one line. */
const saidIn = (body: string): string =>
  Option.match(decode(body), {
    onNone: () => body.trim().replaceAll(/\s+/g, " ").slice(0, 200),
    onSome: ({ checks }) =>
      checks
        .filter(({ ok }) => !ok)
        .map(({ detail = "not in order", name }) => `${name}: ${detail}`)
        .join(", "),
  })

const readinessFinding = ({ body, status }: Answer): Finding => {
  const said = saidIn(body)
  if (status === 200) return readiness.ok("it takes newcomers")
  if (status === 404)
    return readiness.warning("it has no /readyz: an older Natter, or something else", "is it the right port?")
  if (status === 503)
    return readiness.problem(
      `it takes no newcomers now: ${said}`,
      "it ends, or cannot reach its store: its log says which",
    )
  return readiness.problem(`/readyz answers ${status}: ${said}`, "is it the right port?")
}

export const remote = (target: Target, now: number, tls: TlsOptions): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.match(ask(target, { path: "/readyz", tls, anyCertificate: true }), {
    onFailure: (error) => [
      reached.problem(error.message, "is it running, is the address right, and does a firewall let you through?"),
    ],
    onSuccess: (answer) => [
      reached.ok(`${show(target)} answers`),
      ...certificateFindings(answer, now),
      readinessFinding(answer),
    ],
  })
