/** One's own account, and for administrators those of everybody. */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Role } from "../../domain/Role.ts"
import { User, UserId } from "../../domain/User.ts"
import { Username } from "../../domain/Username.ts"
import { Authorization } from "./Authorization.ts"
import { described, id, optional, scope, time, tokenId, username } from "./fields.ts"
import { SessionInfo } from "./Session.ts"

const account = { id: UserId, name: Username, role: Role }
const AccountRole = Schema.Literals(["admin", "member"])
const after = optional(Schema.String, "The `next` of the page before.")
const next = optional(Schema.String, "Where the next page starts; left out on the last.")

export const Me = HttpApiGroup.make("me")
  .add(
    HttpApiEndpoint.get("get", "/me", {
      success: Schema.Struct({ ...account, scope: Schema.optionalKey(scope), token_id: Schema.optionalKey(tokenId) }),
    }).annotate(OpenApi.Summary, "Who one is"),
    HttpApiEndpoint.put("changePassword", "/me/password", {
      payload: Schema.Struct({ old: Schema.String, password: Schema.String }),
    })
      .annotate(OpenApi.Summary, "Change one's password")
      .annotate(
        OpenApi.Description,
        "All tokens are revoked and all sessions end, but for the one by which this is asked.",
      ),
  )
  .annotate(OpenApi.Description, "One's own account")
  .middleware(Authorization)

export const Users = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("list", "/users", {
      query: { after },
      success: Schema.Struct({
        users: Schema.Array(Schema.Struct({ ...account, disabled: Schema.Boolean, created_at: time })),
        next,
      }),
    }).annotate(OpenApi.Summary, "Accounts by name, 100 a page"),
    HttpApiEndpoint.post("add", "/users", {
      payload: Schema.Struct({
        username: described(Schema.String, "What it is to be called."),
        password: Schema.String,
        role: optional(AccountRole, "Default: member."),
      }),
      success: User.pipe(HttpApiSchema.status(201)),
    }).annotate(OpenApi.Summary, "Make an account"),
    HttpApiEndpoint.patch("change", "/users/:username", {
      params: { username },
      payload: Schema.Struct({
        disabled: optional(Schema.Boolean, "Whether somebody is kept out: tokens are revoked, and sessions end."),
        role: optional(
          AccountRole,
          "What somebody is from now on: sessions end and come back. One administrator stays.",
        ),
      }),
    }).annotate(OpenApi.Summary, "Keep somebody out or let somebody in again, and say who administers the service"),
    HttpApiEndpoint.put("setPassword", "/users/:username/password", {
      params: { username },
      payload: Schema.Struct({ password: Schema.String }),
    }).annotate(OpenApi.Summary, "Give somebody another password: tokens are revoked, and sessions end"),
  )
  .annotate(OpenApi.Description, "Everybody's accounts, for administrators")
  .middleware(Authorization)

export const Tokens = HttpApiGroup.make("tokens")
  .add(
    HttpApiEndpoint.get("list", "/tokens", {
      query: { username: Schema.optionalKey(username) },
      success: Schema.Struct({ tokens: Schema.Array(SessionInfo) }),
    }).annotate(OpenApi.Summary, "API keys: one's own, or for administrators somebody's"),
    HttpApiEndpoint.post("create", "/tokens", {
      payload: Schema.Struct({
        username: Schema.optionalKey(username),
        label: optional(Schema.String, "What it is for."),
        scope: Schema.optionalKey(scope),
        lifetime: optional(Schema.NullOr(Schema.Int), "Milliseconds that it is good for; null for ever."),
      }),
      success: Schema.Struct({
        id: tokenId,
        token: described(Schema.String, "The key. It is told this once."),
        expires_at: described(Schema.NullOr(time), "Null: never. No later than the key that it was made with."),
      }).pipe(HttpApiSchema.status(201)),
    }).annotate(OpenApi.Summary, "Make an API key"),
    HttpApiEndpoint.delete("revoke", "/tokens/:id", { params: { id: tokenId } }).annotate(
      OpenApi.Summary,
      "Revoke an API key: connections by it end",
    ),
  )
  .annotate(OpenApi.Description, "API keys, for programs")
  .middleware(Authorization)

export const Invitations = HttpApiGroup.make("invitations")
  .add(
    HttpApiEndpoint.get("list", "/invitations", {
      query: { after },
      success: Schema.Struct({
        invitations: Schema.Array(
          Schema.Struct({
            id,
            created_at: time,
            expires_at: Schema.NullOr(time),
            used_at: Schema.NullOr(time),
            used_by: described(Schema.NullOr(UserId), "Who has registered by it."),
          }),
        ),
        next,
      }),
    }).annotate(OpenApi.Summary, "Invitations, 100 a page"),
    HttpApiEndpoint.post("create", "/invitations", {
      payload: Schema.Struct({
        lifetime: optional(Schema.Int, "Milliseconds that it is good for, a year at most."),
      }),
      success: Schema.Struct({
        id,
        code: described(Schema.String, "What somebody registers by. It is told this once."),
        expires_at: time,
      }).pipe(HttpApiSchema.status(201)),
    }).annotate(OpenApi.Summary, "Invite somebody to register a name"),
    HttpApiEndpoint.delete("revoke", "/invitations/:id", { params: { id } }).annotate(
      OpenApi.Summary,
      "Take back an invitation that nobody has used",
    ),
  )
  .annotate(OpenApi.Description, "Invitations to register, for administrators")
  .middleware(Authorization)
