import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Authorization } from "./Authorization.ts"
import { described } from "./fields.ts"

export const Service = HttpApiGroup.make("service")
  .add(
    HttpApiEndpoint.post("drain", "/service/drain", {
      success: Schema.Struct({
        sessions: described(Schema.Int, "How many sessions are told to come back later."),
      }).pipe(HttpApiSchema.status(202)),
    })
      .annotate(OpenApi.Summary, "Have the service end, as SIGTERM does")
      .annotate(
        OpenApi.Description,
        "Sessions are told to come back later and get what was queued for them; then the process ends with 0. A service manager that starts it again does so. For administrators of the service.",
      ),
  )
  .annotate(OpenApi.Description, "The service itself, for its administrators")
  .middleware(Authorization)
