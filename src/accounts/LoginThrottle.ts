import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Busy, TooManyLogins } from "./AccountError.ts"
import { LruMap } from "../domain/LruMap.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import * as Address from "../domain/Network.ts"
import { Peers } from "../peers/Peers.ts"
import * as Failures from "./internal/failures.ts"
import { defaults, type LoginThrottleSettings } from "./LoginThrottleSettings.ts"

/** Attempts that may wait for others on the same account or address to end. */
const maxWaiting = 1024

/** Addresses of an account from which its owner has signed in before that are remembered: the last ones. */
const maxTrusted = 8

/** Slows down guessing: counts failed logins per account and per address. */
export class LoginThrottle extends Context.Service<
  LoginThrottle,
  {
    /**
     * Runs a login attempt, or refuses it where too many failed before. An attempt that fails with
     * `isFailure` counts for the account and for the address; one that succeeds from where the owner has signed in before
     * makes the count there zero. Of strangers' failures it says nothing: whoever saw them forgotten would know that there
     * is such an account. Attempts under way count as if they failed, so guessing in parallel gains nothing:
     * the surplus waits for their outcome. `account` is any key of the account.
     */
    readonly guard: <A, E, R>(
      attempt: Effect.Effect<A, E, R>,
      options: {
        readonly account: string
        readonly address: string
        readonly isFailure: (error: E) => boolean
      },
    ) => Effect.Effect<A, E | TooManyLogins | Busy, R>
    /**
     * The account's owner has signed in from this address. From now on failures from there are counted by themselves, so
     * that strangers who guess elsewhere do not keep the owner out. The last few addresses of an account are remembered.
     */
    readonly trust: (account: string, address: string) => void
  }
>()("natter/accounts/LoginThrottle") {
  static readonly Settings = Context.Reference<LoginThrottleSettings>("natter/accounts/LoginThrottle/Settings", {
    defaultValue: () => defaults,
  })

  static readonly layer: Layer.Layer<LoginThrottle> = Layer.effect(
    LoginThrottle,
    Effect.gen(function* () {
      const settings = yield* LoginThrottle.Settings
      const window = Duration.toMillis(settings.window)
      const clock = yield* Clock.Clock
      const peers = yield* Peers
      const failures = (of: "accounts" | "addresses", limit: number) =>
        Failures.make({
          limit,
          window,
          maxKeys: settings.maxRemembered,
          sharing: { peers, of, now: () => Monotonic.millis(clock) },
        })
      const accounts = failures("accounts", settings.perAccount)
      const addresses = failures("addresses", settings.perAddress)
      /** By account, the networks of its owner. */
      const trusted = new LruMap<string, ReadonlyArray<string>>()
      /** What failures on an account are counted under. */
      const keyOf = (account: string, address: string): string => {
        const network = Address.network(address)
        return trusted.get(account)?.includes(network) === true ? `${network} ${account}` : account
      }
      const remember = (account: string, network: string): void => {
        const others = (trusted.get(account) ?? []).filter((other) => other !== network)
        trusted.set(account, [network, ...others].slice(0, maxTrusted))
        if (trusted.size > settings.maxRemembered) trusted.removeOldest()
      }
      peers.hear("OwnerSeen", ({ account, network }) => remember(account, network))
      let underWay = 0

      return LoginThrottle.of({
        guard: <A, E, R>(
          attempt: Effect.Effect<A, E, R>,
          {
            account,
            address,
            isFailure,
          }: {
            readonly account: string
            readonly address: string
            readonly isFailure: (error: E) => boolean
          },
        ) =>
          Effect.suspend((): Effect.Effect<A, E | TooManyLogins | Busy, R> => {
            if (underWay >= maxWaiting) return Effect.fail(new Busy({ retryAfter: Duration.seconds(1) }))
            underWay++
            const key = keyOf(account, address)
            const byAccount = accounts.guard(key, attempt, { isFailure, resets: key !== account })
            // The address is counted first: a flood from one address queues up there, and holds up nobody else who
            // signs in to the same account.
            const guarded =
              settings.exemptLoopback && Address.isLocal(address)
                ? byAccount
                : addresses.guard(Address.network(address), byAccount, {
                    isFailure: (error) => !(error instanceof TooManyLogins) && isFailure(error),
                    resets: false,
                  })
            return Effect.ensuring(
              guarded,
              Effect.sync(() => {
                underWay--
              }),
            )
          }),
        trust: (account, address) => {
          const network = Address.network(address)
          const isNew = trusted.get(account)?.[0] !== network
          remember(account, network)
          if (isNew) peers.tell({ type: "OwnerSeen", account, network })
        },
      })
    }),
  )
}
