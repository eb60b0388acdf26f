import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ChatShape } from "../../chat/Chat.ts"
import * as operations from "../../chat/account/operations.ts"
import type * as Api from "../api/Accounts.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { ask, type HandlersOf, nothing } from "../Handler.ts"
import { scopeOf, tokenInfo, written } from "../Tokens.ts"

export const me = (chat: ChatShape): HandlersOf<typeof Api.Me> => ({
  get: ask(
    chat,
    operations.me,
    () => ({}),
    ({ scope, tokenId, user }) => ({
      body: { ...user, ...written(scope), ...(tokenId === undefined ? {} : { token_id: tokenId }) },
    }),
  ),
  changePassword: ask(chat, operations.changePassword, ({ payload: { old, password } }) => ({
    old: Redacted.make(old),
    password: Redacted.make(password),
  })),
})

const nextOf = (next: string | undefined) => (next === undefined ? {} : { next })

const nothingToChange = new RequestError({
  reason: "InvalidFrame",
  field: "disabled",
  detail: "there is nothing to change: say disabled or role",
})

export const users = (chat: ChatShape): HandlersOf<typeof Api.Users> => ({
  list: ask(
    chat,
    operations.listUsers,
    ({ query }) => query,
    ({ next, users }) => ({
      body: { users: users.map(({ createdAt, ...user }) => ({ ...user, created_at: createdAt })), ...nextOf(next) },
    }),
  ),
  add: ask(
    chat,
    operations.addUser,
    ({ payload: { password, ...user } }) => ({ ...user, password: Redacted.make(password) }),
    (user) => ({ body: user }),
  ),
  change: Object.assign(
    ({ asker: { caller }, params, payload }: Parameters<HandlersOf<typeof Api.Users>["change"]>[0]) =>
      Effect.gen(function* () {
        const { disabled, role } = payload
        if (disabled === undefined && role === undefined) return yield* nothingToChange
        if (role !== undefined) yield* operations.setUserRole(chat, caller, { ...params, role })
        if (disabled === true) yield* operations.disableUser(chat, caller, params)
        if (disabled === false) yield* operations.enableUser(chat, caller, params)
        return nothing
      }),
    { kind: operations.disableUser.kind },
  ),
  setPassword: ask(chat, operations.setUserPassword, ({ params, payload }) => ({
    ...params,
    password: Redacted.make(payload.password),
  })),
})

export const tokens = (chat: ChatShape): HandlersOf<typeof Api.Tokens> => ({
  list: ask(
    chat,
    operations.listTokens,
    ({ query }) => query,
    (tokens) => ({ body: { tokens: tokens.map(tokenInfo) } }),
  ),
  create: ask(
    chat,
    operations.createToken,
    ({ payload: { scope, ...token } }) => ({ ...token, scope: scopeOf(scope) }),
    ({ expiresAt, id, token }) => ({
      body: { id, token: Redacted.value(token), expires_at: expiresAt },
      secret: true,
    }),
  ),
  revoke: ask(chat, operations.revokeToken, ({ params }) => params),
})

export const invitations = (chat: ChatShape): HandlersOf<typeof Api.Invitations> => ({
  list: ask(
    chat,
    operations.listInvitations,
    ({ query }) => query,
    ({ invitations, next }) => ({
      body: {
        invitations: invitations.map(({ createdAt, expiresAt, id, usedAt, usedBy }) => ({
          id,
          created_at: createdAt,
          expires_at: expiresAt,
          used_at: usedAt,
          used_by: usedBy,
        })),
        ...nextOf(next),
      },
    }),
  ),
  create: ask(
    chat,
    operations.createInvitation,
    ({ payload }) => payload,
    ({ code, expiresAt, id }) => ({ body: { id, code: Redacted.value(code), expires_at: expiresAt }, secret: true }),
  ),
  revoke: ask(chat, operations.revokeInvitation, ({ params }) => params),
})
