import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { User } from "../../domain/User.ts"
import { Authorization } from "./Authorization.ts"
import { described, optional, scope, time, tokenId } from "./fields.ts"

const AccessToken = Schema.Struct({
  token: described(
    Schema.String,
    "A JSON Web Token, which the keys at /.well-known/jwks.json verify; for a guest the guest's own.",
  ),
  expires_at: described(
    Schema.NullOr(Schema.Int),
    "Milliseconds since 1970; null for a guest, whose token is good as long as guests are let in and nobody has the name.",
  ),
})

const csrf = described(
  Schema.String,
  "With a cookie, whatever changes something has to send this as the header X-CSRF-Token.",
)

const SignIn = Schema.Struct({
  username: described(Schema.String, "In any spelling."),
  password: Schema.String,
  invite: optional(Schema.String, "The code of an invitation, where a new name needs one."),
  register: optional(
    Schema.Boolean,
    "False: signs in to an account that is there, and makes none. A name without one is answered like a wrong password.",
  ),
  cookie: optional(
    Schema.Boolean,
    "For a page of this service: the session's token comes as a cookie that no script can read, and not in the answer.",
  ),
})

const SignedIn = Schema.Struct({
  user: User,
  registered: optional(
    Schema.Boolean,
    "True: there was no account of this name, and now there is. Only told where `register` was said.",
  ),
  token: optional(Schema.String, "Signs in again, as long as it is used. Whoever has it is this user."),
  csrf_token: optional(csrf, "Where the session's token is in a cookie."),
  access_token: optional(AccessToken, "The same for a short time, also for a script that cannot read the cookie."),
})

/** Where somebody is signed in, or comes back without a password. */
export const SessionInfo = Schema.Struct({
  id: tokenId,
  label: described(
    Schema.NullOr(Schema.String),
    "How one came in, and from where, as in `tls from 192.0.2.7`; of a token for a program, what it is for.",
  ),
  scope: Schema.optionalKey(scope),
  created_at: time,
  expires_at: Schema.NullOr(time),
  last_used_at: described(Schema.NullOr(time), "Exact to an hour."),
  current: described(Schema.Boolean, "It is the one by which this was asked."),
})

const Current = Schema.Struct({
  user: User,
  token_id: Schema.optionalKey(tokenId),
  scope: Schema.optionalKey(scope),
  csrf_token: optional(csrf, "Where the session's token came in a cookie."),
})

export const Session = HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("signIn", "/session", {
      payload: SignIn,
      success: SignedIn.pipe(HttpApiSchema.status(201)),
    })
      .annotate(OpenApi.Summary, "Sign in by name and password")
      .annotate(OpenApi.Description, "Where the service is open to everybody, a name that nobody has is registered."),
    HttpApiEndpoint.get("get", "/session", { success: Current })
      .annotate(OpenApi.Summary, "Who one is, and by what")
      .middleware(Authorization),
    HttpApiEndpoint.delete("signOut", "/session")
      .annotate(OpenApi.Summary, "Sign out: the token by which this is asked is revoked, and what stands on it")
      .middleware(Authorization),
    HttpApiEndpoint.post("accessToken", "/session/access-token", { success: AccessToken })
      .annotate(OpenApi.Summary, "Another access token, for whoever has the token of a session or an API key")
      .middleware(Authorization),
    HttpApiEndpoint.get("list", "/sessions", { success: Schema.Struct({ sessions: Schema.Array(SessionInfo) }) })
      .annotate(OpenApi.Summary, "Where one is signed in")
      .middleware(Authorization),
    HttpApiEndpoint.delete("revoke", "/sessions/:id", { params: { id: tokenId } })
      .annotate(OpenApi.Summary, "Sign out somewhere else")
      .middleware(Authorization),
  )
  .annotate(OpenApi.Description, "Signing in and out")
