/** What tests of `Accounts` have at hand beside it: a store that can be broken, and what was logged. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { AccountStore } from "../../src/accounts/AccountStore.ts"
import { Accounts } from "../../src/accounts/Accounts.ts"

type Store = AccountStore["Service"]

/** A store in memory some of whose methods are others. */
export const storeWith = (others: (store: Store) => Partial<Store>): Layer.Layer<AccountStore> =>
  Layer.effect(
    AccountStore,
    Effect.map(AccountStore, (store) => AccountStore.of({ ...store, ...others(store) })),
  ).pipe(Layer.provide(Layer.fresh(AccountStore.layerMemory)))

/** A line of the log: its level, what it says, and about what. */
type Line = readonly [level: string, message: string, about: object]

/** Collects the log, debug lines too. */
export const listening = () => {
  const lines: Array<Line> = []
  const logger = Logger.make<unknown, void>(({ fiber, logLevel, message }) => {
    const [first] = Array.isArray(message) ? message : [message]
    lines.push([logLevel, String(first), fiber.getRef(References.CurrentLogAnnotations)])
  })
  return {
    layer: Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Trace")),
    /** What was logged since it was asked last. */
    lines: () => lines.splice(0),
  }
}

export const address = "192.0.2.1"

/** How signing in ends: `in`, or the tag of the error. */
export const outcome = (username: string, password: string, from = address, invite?: Redacted.Redacted) =>
  Effect.flatMap(Accounts, (accounts) =>
    accounts.signIn({ username, password: Redacted.make(password), address: from, invite }),
  ).pipe(
    Effect.match({
      onFailure: ({ _tag }) => _tag as string,
      onSuccess: () => "in",
    }),
  )

/** What somebody reads whose sign-in fails. */
export const told = (username: string, password: string, invite?: Redacted.Redacted) =>
  Effect.flatMap(Accounts, (accounts) =>
    Effect.flip(accounts.signIn({ username, password: Redacted.make(password), address, invite })),
  ).pipe(Effect.map(({ message }) => message))

export const add = (name: string, password: string) =>
  Effect.flatMap(Accounts, (accounts) => accounts.add({ name, password: Redacted.make(password), role: "member" }))
