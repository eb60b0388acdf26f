/** Who asks. Endpoints that have this are for those who have signed in. */
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"

export class Authorization extends HttpApiMiddleware.Service<Authorization>()("natter/http/Authorization", {
  security: {
    bearer: HttpApiSecurity.bearer.pipe(
      HttpApiSecurity.annotate(
        OpenApi.Description,
        "A token: of a session, of a guest, an API key, an access token, or one of the issuer outside that the service knows.",
      ),
    ),
  },
}) {}
