/**
 * Everything that can be asked over HTTP. A new group is a file beside this, a line here, and a file in `handlers/` with a
 * line in `handlers/all.ts`: routes, checks, documentation and the typed client follow from these.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { Invitations, Me, Tokens, Users } from "./Accounts.ts"
import { Channels } from "./Channels.ts"
import { Files } from "./Files.ts"
import { InviteLinks } from "./InviteLinks.ts"
import { Messages } from "./Messages.ts"
import { forTools } from "./openApi.ts"
import { Service } from "./Service.ts"
import { Moderation } from "./Moderation.ts"
import { Own } from "./Own.ts"
import { Hooks, Webhooks } from "./Webhooks.ts"
import { Session } from "./Session.ts"
import { Refusals } from "./Problem.ts"

/** Where it is. */
export const root = "/api/v1"

export const Api = HttpApi.make("natter")
  .add(
    Channels,
    Messages,
    Files,
    Moderation,
    InviteLinks,
    Own,
    Session,
    Me,
    Users,
    Tokens,
    Invitations,
    Webhooks,
    Hooks,
    Service,
  )
  .prefix(root)
  .middleware(Refusals)
  .annotate(OpenApi.Title, "Natter")
  .annotate(OpenApi.Version, "1")
  .annotate(OpenApi.Transform, forTools)
  .annotate(
    OpenApi.Description,
    "A chat service. Fields are in snake_case, times in milliseconds since 1970, errors problem documents (RFC 9457). " +
      "Sign in with `POST /api/v1/session`, and send its `token` as `Authorization: Bearer`.",
  )
