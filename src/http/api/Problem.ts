/** Why a request was refused, as RFC 9457 writes it: the one shape of all errors. */
import * as Schema from "effect/Schema"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { catalog, type RequestErrorReason } from "../../domain/RequestError.ts"
import { described, optional } from "./fields.ts"

const reasons = Object.keys(catalog) as ReadonlyArray<RequestErrorReason>

export class Problem extends Schema.Error<Problem>("natter/http/Problem")(
  {
    type: described(Schema.String, "Always about:blank: what there is to know is in the other members."),
    title: described(Schema.String, "What HTTP calls the status."),
    status: Schema.Int,
    detail: described(Schema.String, "What was wrong, for people."),
    code: described(Schema.Int, "The number of `reason`, which never changes its meaning."),
    reason: described(Schema.String, `What was wrong, for programs: ${reasons.join(", ")}.`),
    field: optional(Schema.String, "Where in the request it was."),
    retry_after: optional(Schema.Int, "Milliseconds after which the same may succeed."),
    request_id: described(
      Schema.String,
      "By which the service's log calls the request, as in the header X-Request-Id.",
    ),
  },
  { description: "It was refused: what was wrong, and what to do" },
) {
  readonly _tag = "Problem"
  override get message(): string {
    return this.detail
  }
}

const statuses = [400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 416, 422, 429, 460, 500, 501, 503] as const

const encoding = HttpApiSchema.asJson({ contentType: "application/problem+json" })

/** The same for each status, so that a client finds it by any of them. */
const problems = statuses.map((status) => Problem.pipe(encoding, HttpApiSchema.status(status)))

/** What every endpoint may answer instead. */
export class Refusals extends HttpApiMiddleware.Service<Refusals>()("natter/http/Refusals", { error: problems }) {}
