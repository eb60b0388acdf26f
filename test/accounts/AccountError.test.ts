/** What people read when signing in, or managing accounts, fails; and the bounds and defaults that the words name. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as AccountError from "../../src/accounts/AccountError.ts"
import * as AccountSettings from "../../src/accounts/AccountSettings.ts"
import * as LoginThrottleSettings from "../../src/accounts/LoginThrottleSettings.ts"

const retryAfter = Duration.seconds(90)

describe("an error of accounts", () => {
  const words: ReadonlyArray<readonly [{ readonly _tag: string; readonly message: string }, string]> = [
    [new AccountError.InvalidCredentials({}), "Invalid username or password"],
    [new AccountError.InvalidCredentials({ detail: "An invitation is needed" }), "An invitation is needed"],
    [new AccountError.AccountDisabled(), "This account is disabled"],
    [new AccountError.InvalidToken(), "The token is not valid; sign in with your password"],
    [new AccountError.InviteNotValid(), "The invite is not valid or was used already"],
    [
      new AccountError.InvalidUsername({}),
      "A username has 1 to 64 characters, none of them invisible, and no space at either end",
    ],
    [new AccountError.InvalidUsername({ detail: 'it has ":"' }), 'This cannot be a new username: it has ":"'],
    [new AccountError.InvalidPassword({ minLength: 8 }), "A password has 8 to 1024 characters"],
    [new AccountError.TooManyLogins({ retryAfter }), "Too many failed logins; try again in 90 s"],
    [
      new AccountError.TooManyRegistrations({ retryAfter }),
      "Invalid password, or too many new names from this address: try again in 90 s",
    ],
    [new AccountError.Busy({ retryAfter }), "Too many people are signing in; try again in 90 s"],
    [
      new AccountError.StorageError({ retryable: true, cause: "disk" }),
      "Accounts can't be reached just now; try again",
    ],
    [new AccountError.StorageError({ retryable: false, cause: "disk" }), "Accounts can't be read or written"],
    [
      new AccountError.StorageError({ retryable: false, trouble: "full", cause: "disk" }),
      "The server's disk is full: nothing can be stored until there is room",
    ],
    [new AccountError.NameTaken({ name: "ann" }), 'The name "ann" is taken'],
    [new AccountError.AccountNotFound({ account: "ann" }), 'There is no account "ann"'],
    [new AccountError.TokenNotFound({ id: "t-1" }), 'There is no token "t-1"'],
    [new AccountError.TooManyTokens(), "A user may hold 100 access tokens; revoke one first"],
    [new AccountError.NoTokenForGuests(), "There is no token for this guest"],
  ]

  it.each(words.map(([error, message]) => [error._tag, message, error] as const))("%s: %s", (_, message, error) => {
    assert.strictEqual(error.message, message)
  })

  it("asks for whole seconds, rounded up, and for one at least", () => {
    const asked = (millis: number) =>
      new AccountError.Busy({ retryAfter: Duration.millis(millis) }).message.split(" in ")[1]
    assert.deepStrictEqual([0, 1, 1000, 1001, 2000].map(asked), ["1 s", "1 s", "1 s", "2 s", "2 s"])
  })
})

describe("without any settings", () => {
  it("anybody registers, at a pace, with a token for a month and an invite for a week", () => {
    const { inviteLifetime, tokenLifetime, ...rest } = AccountSettings.defaults
    assert.deepStrictEqual(rest, { mode: "open", minPasswordLength: 1, registrations: { burst: 20, perHour: 120 } })
    assert.deepStrictEqual([tokenLifetime, inviteLifetime].map(Duration.toMillis), [30 * 86_400_000, 7 * 86_400_000])
    assert.deepStrictEqual(AccountSettings.accountModes, ["open", "invite", "closed", "guest"])
  })

  it("guessing is refused after five wrong passwords of an account, or twenty from an address, for a quarter of an hour", () => {
    const { window, ...rest } = LoginThrottleSettings.defaults
    assert.deepStrictEqual(rest, { perAccount: 5, perAddress: 20, exemptLoopback: true, maxRemembered: 10_000 })
    assert.strictEqual(Duration.toMillis(window), 900_000)
  })
})
