/** A service with accounts, and what is asked of it about them. */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { Accounts } from "../../src/accounts/Accounts.ts"
import { ChannelStore } from "../../src/channels/ChannelStore.ts"
import * as account from "../../src/chat/account/operations.ts"
import { AccountsOfHub } from "../../src/chat/AccountsOfHub.ts"
import type { Caller } from "../../src/chat/Caller.ts"
import { Chat } from "../../src/chat/Chat.ts"
import type { Operation } from "../../src/chat/Operation.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { RequestError } from "../../src/domain/RequestError.ts"
import { operationsOf, type Scope } from "../../src/domain/Scope.ts"
import type { User } from "../../src/domain/User.ts"
import { Username } from "../../src/domain/Username.ts"
import { History } from "../../src/history/History.ts"
import { accounts } from "../accounts/fixture.ts"

export const secret = (text: string) => Redacted.make(text)
export const address = "192.0.2.7"

export const chatOn = (accountsLayer: ReturnType<typeof accounts>) =>
  Chat.layer.pipe(
    Layer.provide(Layer.effect(AccountsOfHub, Accounts)),
    Layer.provideMerge(accountsLayer),
    Layer.provide([History.layerMemory, ChannelStore.layerMemory]),
    Layer.fresh,
  )

export const callerOf = (user: User, more: Partial<Caller> = {}): Caller => ({
  by: { user, address },
  memberships: undefined,
  limits: undefined,
  ...more,
})

/** Olga administers the service; ann and bob have accounts; a guest has none. */
export const world = Effect.gen(function* () {
  const accounts = yield* Accounts
  const chat = yield* Chat
  const add = (name: string, role: "admin" | "member") => accounts.add({ name, password: secret(`${name}'s`), role })
  const [olga, ann, bob] = [yield* add("olga", "admin"), yield* add("ann", "member"), yield* add("bob", "member")]
  const guest: User = { ...ann, role: "guest" }
  /** Signs in, and holds a token from then on. */
  const session = (user: User) =>
    Effect.map(accounts.issueToken(user, { label: "session" }), ({ id, token }) => ({
      caller: callerOf(user, { tokenId: id }),
      id,
      token,
    }))
  const isGood = (token: Redacted.Redacted) => Effect.isSuccess(accounts.authenticate(token, address))
  return { accounts, chat, olga, ann, bob, guest, session, isGood }
})

export const reasonOf = <A>(effect: Effect.Effect<A, RequestError>) =>
  Effect.match(effect, { onFailure: ({ reason }) => reason as string, onSuccess: () => "done" })

export const test = (title: string, body: Effect.Effect<void, unknown, Accounts | Chat>) =>
  it.effect(title, () =>
    body.pipe(Effect.provide(chatOn(accounts())), Effect.provideService(References.MinimumLogLevel, "None")),
  )

export const name = (name: string) => Username.make(name)
export const den: Scope = { channels: [ChannelName.make("den")] }
export const ofAccount: Scope = { operations: operationsOf(["account"]) }

/** A request for each of them, which nothing is wrong with. */
export const requests = {
  addUser: { username: "carol", password: secret("carol's") },
  changePassword: { old: secret("ann's"), password: secret("new") },
  createInvitation: {},
  createToken: {},
  disableUser: { username: "bob" },
  enableUser: { username: "bob" },
  listInvitations: {},
  listSessions: {},
  listTokens: {},
  listUsers: {},
  me: {},
  revokeInvitation: { id: "none" },
  revokeSession: { id: "none" },
  revokeToken: { id: "none" },
  setUserRole: { username: "bob", role: "admin" },
  setUserPassword: { username: "bob", password: secret("new") },
} satisfies { readonly [Name in keyof typeof account]: object }

export const all = Object.entries(account) as unknown as ReadonlyArray<
  [keyof typeof account, Operation<object, unknown>]
>
export const ofService = operationsOf(["service"])
