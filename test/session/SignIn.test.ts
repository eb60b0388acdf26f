/** What signing in comes to, whatever the version: who is let in as what, and in which words somebody is not. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import * as AccountError from "../../src/accounts/AccountError.ts"
import type { Accounts } from "../../src/accounts/Accounts.ts"
import { Disconnect } from "../../src/domain/Disconnect.ts"
import { RequestError } from "../../src/domain/RequestError.ts"
import type { User } from "../../src/domain/User.ts"
import type { Reachable } from "../../src/hub/audience/Gateway.ts"
import type { SessionEntry } from "../../src/hub/directory/DirectoryCommand.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { Scope } from "../../src/domain/Scope.ts"
import type { Connection } from "../../src/session/Connection.ts"
import * as SignIn from "../../src/session/SignIn.ts"
import { user } from "../hub/members.ts"
import { address, ann, servicesOf, sessionOf } from "./scripted.ts"

const limits = { publishing: undefined, take: () => 0 }
const guest: User = { ...ann, role: "guest" }
const retryAfter = Duration.seconds(7)

/** Accounts, and a directory that notes who signs in and by which name a user inside this program is known. */
const world = (
  accounts: Partial<Accounts["Service"]>,
  {
    owner,
    refused,
    ...parts
  }: { readonly owner?: User; readonly refused?: RequestError } & Pick<Connection, "certificate"> = {},
) =>
  Effect.gen(function* () {
    const entries: Array<SessionEntry> = []
    const gateway = new Map<string, Reachable>()
    const limited: Array<unknown> = []
    const services = yield* servicesOf({
      accounts: { admits: () => Effect.void, ...accounts },
      chat: {
        directory: {
          ownerOf: () => owner,
          signIn: (entry) => {
            entries.push(entry)
            return refused === undefined ? Effect.void : Effect.fail(refused)
          },
        },
        gateway: { add: (id, reachable) => void gateway.set(id, reachable) },
        limitsOf: (who: User, from?: string) => {
          limited.push([who, from])
          return limits
        },
      },
    })
    return { ...sessionOf(services, parts), entries, gateway, limited, services }
  })

const request = { username: "ann", password: Redacted.make("secret") }
const byPassword = (session: Parameters<typeof SignIn.byPassword>[0], more: object = {}) =>
  SignIn.byPassword(session, { ...request, ...more })

describe("who signs in by a certificate", () => {
  const password = Redacted.make("")
  const asked = new RequestError({ reason: "InvalidCredentials" })
  /** Accounts of which ann's alone is there, and nobody has the right password. */
  const accounts = {
    find: (name: string) => Effect.succeed(name.toLowerCase() === "ann" ? Option.some(ann) : Option.none()),
    signIn: () => Effect.fail(new AccountError.InvalidCredentials()),
    issueToken: () => Effect.succeed({ id: "t", token: Redacted.make("nat_x") }),
  }

  it.effect("needs no password for the account that it names, in whatever spelling, and gets no token", () =>
    Effect.gen(function* () {
      for (const [account, username] of [
        ["ann", "ann"],
        ["ANN", "ann"],
        ["ann", "Ann"],
      ] as const) {
        const { entries, session } = yield* world(accounts, { certificate: { account } })
        assert.strictEqual(yield* byPassword(session, { username, password }), ann)
        assert.strictEqual(session.caller?.by.user, ann)
        assert.lengthOf(entries, 1)
        assert.isUndefined(yield* SignIn.freshToken(session, ann))
      }
    }),
  )

  it.effect("is asked for the password of any other account, of one that is not there, or is disabled", () =>
    Effect.gen(function* () {
      for (const [account, username] of [
        ["bob", "ann"],
        // It looks like ann's, and is not.
        ["\u0430nn", "ann"],
        ["bob", "bob"],
      ] as const) {
        const { session } = yield* world(accounts, { certificate: { account } })
        const { message, reason } = yield* Effect.flip(byPassword(session, { username, password }))
        assert.strictEqual(reason, "InvalidCredentials")
        assert.match(message, /^The certificate that was shown is of no account of this name/)
        assert.isUndefined(session.caller)
      }
      const { session } = yield* world(accounts, { certificate: { account: "bob" } })
      assert.strictEqual(yield* SignIn.freshToken(session, ann), "nat_x")
    }),
  )

  it.effect("may give a password all the same, which then counts", () =>
    Effect.gen(function* () {
      const { session } = yield* world(accounts, { certificate: { account: "ann" } })
      assert.deepStrictEqual(yield* Effect.flip(byPassword(session)), asked)
      const right = yield* world(
        { ...accounts, signIn: () => Effect.succeed(ann) },
        { certificate: { account: "ann" } },
      )
      assert.strictEqual(yield* byPassword(right.session), ann)
    }),
  )

  it.effect("is nobody without one", () =>
    Effect.gen(function* () {
      const { session } = yield* world(accounts)
      assert.deepStrictEqual(yield* Effect.flip(byPassword(session, { password })), asked)
    }),
  )

  it.effect("waits where the accounts cannot be reached", () =>
    Effect.gen(function* () {
      const away = new AccountError.StorageError({ retryable: true, trouble: "away", cause: "" })
      const { session } = yield* world(
        { ...accounts, find: () => Effect.fail(away) },
        { certificate: { account: "ann" } },
      )
      assert.strictEqual((yield* Effect.flip(byPassword(session, { password }))).reason, "Unavailable")
    }),
  )
})

describe("who signs in by password", () => {
  it.effect("is asked for by what was typed, and the address that it came from", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const { session } = yield* world({
        signIn: (input) => {
          const { invite, password, ...rest } = input
          asked.push({ ...rest, password: Redacted.value(password), invite: invite && Redacted.value(invite) })
          return Effect.succeed(ann)
        },
      })
      const invite = Redacted.make("natinv_x")
      assert.strictEqual(yield* byPassword(session, { invite }), ann)
      assert.deepStrictEqual<unknown>(asked, [{ username: "ann", password: "secret", invite: "natinv_x", address }])
    }),
  )

  it.effect("takes part from then on: the hub knows the session, and the session its user and limits", () =>
    Effect.gen(function* () {
      const { entries, gateway, limited, session, taken } = yield* world({ signIn: () => Effect.succeed(ann) })
      session.bare = true
      yield* byPassword(session)
      assert.deepStrictEqual<unknown>(entries, [
        {
          session: session.id,
          user: ann,
          tokenId: undefined,
          exclusive: false,
          direct: true,
          embedded: false,
        },
      ])
      assert.deepStrictEqual<unknown>(session.caller?.by, {
        user: ann,
        address,
        session: session.id,
        limited: true,
        namesAsOf: undefined,
        makesNone: false,
      })
      assert.strictEqual(session.caller?.limits, limits)
      assert.deepStrictEqual<unknown>(limited, [[ann, address]])
      assert.isFalse(session.bare)
      const reachable = gateway.get(session.id)!
      // Told at once: nothing else may happen for long.
      reachable.tell({ type: "Invited", channel: ChannelName.make("den"), by: ann })
      const [told] = taken() as ReadonlyArray<{ readonly type: string; readonly channel: string }>
      assert.deepInclude(told, { type: "Invited", channel: "den" })
      // Nobody brings it anywhere before it knows that it is signed in.
      yield* reachable.enter({ channel: ChannelName.make("@x"), other: ann, by: { user: ann } })
      const kicked = new Disconnect({ reason: "TokenRevoked" })
      reachable.end(kicked)
      assert.strictEqual(session.reason, kicked)
    }),
  )

  it.effect("is the only one of the name where the version knows no other devices, guest or not", () =>
    Effect.gen(function* () {
      const one = yield* world({ signIn: () => Effect.succeed(ann) })
      one.session.protocol = one.services.protocolOf(Encoding.server1)
      yield* byPassword(one.session)
      assert.deepInclude(one.entries[0], { exclusive: true, direct: false })
      const two = yield* world({ signIn: () => Effect.succeed(guest) })
      yield* byPassword(two.session)
      assert.deepInclude(two.entries[0], { exclusive: false, direct: true })
    }),
  )

  it.effect("is nobody where the hub refuses", () =>
    Effect.gen(function* () {
      const refused = new RequestError({ reason: "UsernameTaken" })
      const { gateway, session } = yield* world({ signIn: () => Effect.succeed(ann) }, { refused })
      session.bare = true
      assert.strictEqual(yield* Effect.flip(byPassword(session)), refused)
      assert.isUndefined(session.caller)
      assert.isTrue(session.bare)
      assert.strictEqual(gateway.size, 0)
    }),
  )
})

const told: ReadonlyArray<readonly [AccountError.SignInError, object]> = [
  [
    new AccountError.InvalidUsername({ detail: "mixed" }),
    { reason: "InvalidUsername", field: "username", detail: "This cannot be a new username: mixed" },
  ],
  [
    new AccountError.InvalidPassword({ minLength: 8 }),
    { reason: "InvalidPassword", field: "password", detail: "A password has 8 to 1024 characters" },
  ],
  [new AccountError.InvalidCredentials({}), { reason: "InvalidCredentials", detail: undefined }],
  [
    new AccountError.InvalidCredentials({ detail: "needs an invitation" }),
    { reason: "InvalidCredentials", detail: "needs an invitation" },
  ],
  [new AccountError.AccountDisabled(), { reason: "AccountDisabled", detail: undefined }],
  [
    new AccountError.TooManyRegistrations({ retryAfter }),
    {
      reason: "RateLimited",
      detail: "Invalid password, or too many new names from this address: try again in 7 s",
      retryAfter,
    },
  ],
  [
    new AccountError.TooManyLogins({ retryAfter }),
    { reason: "TooManyLogins", detail: "Too many failed logins; try again in 7 s", retryAfter },
  ],
  [
    new AccountError.Busy({ retryAfter }),
    { reason: "Unavailable", detail: "Too many people are signing in; try again in 7 s", retryAfter },
  ],
  [
    new AccountError.StorageError({ retryable: true, cause: "secret" }),
    { reason: "Unavailable", detail: undefined, retryAfter: Duration.seconds(1) },
  ],
  [
    new AccountError.StorageError({ retryable: false, trouble: "full", cause: "secret" }),
    {
      reason: "Unavailable",
      detail: "The server's disk is full: nothing can be stored until there is room",
      retryAfter: Duration.seconds(1),
    },
  ],
]

describe("who is not let in", () => {
  for (const [error, expected] of told) {
    it.effect(`is told why: ${error._tag} ${error.message}`, () =>
      Effect.gen(function* () {
        const { entries, session } = yield* world({ signIn: () => Effect.fail(error) })
        const { detail, field, reason, retryAfter } = yield* Effect.flip(byPassword(session))
        assert.deepStrictEqual<unknown>(
          { reason, detail, field, retryAfter },
          { field: undefined, retryAfter: undefined, ...expected },
        )
        assert.deepStrictEqual(entries, [])
      }),
    )
  }

  it.effect("is told why, by a token, too", () =>
    Effect.gen(function* () {
      for (const [error, reason] of [
        [new AccountError.InvalidToken(), "InvalidToken"],
        [new AccountError.AccountDisabled(), "AccountDisabled"],
        [new AccountError.StorageError({ retryable: true, cause: "x" }), "Unavailable"],
      ] as const) {
        const { entries, session } = yield* world({ authenticate: () => Effect.fail(error) })
        const refused = yield* Effect.flip(SignIn.byToken(session, Redacted.make("nat_x")))
        assert.strictEqual(refused.reason, reason)
        assert.deepStrictEqual(entries, [])
      }
    }),
  )
})

describe("a name that a user inside this program has", () => {
  const bot = user("ann", "id of the bot")
  const found = (found: Option.Option<User>) => {
    const asked: Array<string> = []
    let signIns = 0
    const accounts: Partial<Accounts["Service"]> = {
      find: (name) => {
        asked.push(name)
        return Effect.succeed(found)
      },
      signIn: () => Effect.sync(() => (signIns++, ann)),
    }
    return { accounts, asked, signIns: () => signIns }
  }

  it.effect("is nobody else's, and nothing is registered for them", () =>
    Effect.gen(function* () {
      for (const owner of [Option.none(), Option.some(ann)]) {
        const { accounts, asked, signIns } = found(owner)
        const { session } = yield* world(accounts, { owner: bot })
        assert.strictEqual((yield* Effect.flip(byPassword(session))).reason, "UsernameTaken")
        assert.deepStrictEqual(asked, ["ann"])
        assert.strictEqual(signIns(), 0)
      }
    }),
  )

  it.effect("is that user's own also from outside", () =>
    Effect.gen(function* () {
      const { accounts, signIns } = found(Option.some(bot))
      const { session } = yield* world(accounts, { owner: bot })
      yield* byPassword(session)
      assert.strictEqual(signIns(), 1)
    }),
  )

  it.effect("cannot be told where the accounts are away: nobody is let in", () =>
    Effect.gen(function* () {
      const { accounts, signIns } = found(Option.none())
      const away = new AccountError.StorageError({ retryable: true, trouble: "away", cause: "x" })
      const { session } = yield* world({ ...accounts, find: () => Effect.fail(away) }, { owner: bot })
      assert.strictEqual((yield* Effect.flip(byPassword(session))).reason, "Unavailable")
      assert.strictEqual(signIns(), 0)
    }),
  )

  it.effect("is not looked up where it is nobody's", () =>
    Effect.gen(function* () {
      const { accounts, asked } = found(Option.none())
      const { session } = yield* world(accounts)
      yield* byPassword(session)
      assert.deepStrictEqual(asked, [])
    }),
  )
})

describe("who signs in by a token", () => {
  const token = Redacted.make("nat_old")
  const identified = (scope?: Scope) => {
    const asked: Array<unknown> = []
    const accounts: Partial<Accounts["Service"]> = {
      authenticate: (...by) => {
        asked.push([Redacted.value(by[0]), by[1]])
        return Effect.succeed({ user: ann, tokenId: "t-1", scope })
      },
      issueToken: () => Effect.die("it has one"),
    }
    return { accounts, asked }
  }

  it.effect("comes by that token, and is out when it is revoked", () =>
    Effect.gen(function* () {
      const { accounts, asked } = identified()
      const { entries, session } = yield* world(accounts)
      assert.strictEqual(yield* SignIn.byToken(session, token), ann)
      assert.deepStrictEqual<unknown>(asked, [["nat_old", address]])
      assert.strictEqual(entries[0]?.tokenId, "t-1")
      assert.deepInclude(session.caller, { tokenId: "t-1", scope: undefined })
      assert.strictEqual(session.caller?.by.user, ann)
    }),
  )

  it.effect("is not in where the hub does not let it", () =>
    Effect.gen(function* () {
      const refused = new RequestError({ reason: "UsernameTaken" })
      const { session } = yield* world(identified().accounts, { refused })
      assert.strictEqual(yield* Effect.flip(SignIn.byToken(session, token)), refused)
      assert.isUndefined(session.caller)
    }),
  )

  it.effect("means channels as they were called when the token was made, and makes none unless it is for that", () =>
    Effect.gen(function* () {
      const scope: Scope = { channels: [ChannelName.make("den")], operations: ["join"], since: 7 }
      const { session } = yield* world(identified(scope).accounts)
      yield* SignIn.byToken(session, token)
      assert.deepInclude(session.caller?.by, { namesAsOf: 7, makesNone: true })
      assert.strictEqual(session.caller?.memberships.subscriber.by, session.caller?.by)
    }),
  )

  it.effect("is out when an API key ends, and has no such time by a session's token", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 minute")
      for (const [endsAt, expected] of [
        [61_500, 1500],
        [undefined, Infinity],
      ] as const) {
        const identity = { user: ann, tokenId: "t", expiresAt: 70_000, endsAt }
        const { session } = yield* world({ authenticate: () => Effect.succeed(identity) })
        yield* SignIn.byToken(session, token)
        assert.strictEqual(session.endsAt - session.elapsed(), expected)
      }
    }),
  )

  it.effect("may do what the token is for, and is told only of where it might go by itself", () =>
    Effect.gen(function* () {
      const bob = user("bob", "id of bob")
      const carol = user("carol", "id of carol")
      const den = ChannelName.make("den")
      const rows: ReadonlyArray<readonly [Scope | undefined, ReadonlyArray<string>]> = [
        [undefined, ["bob", "carol", "den"]],
        [{ operations: ["join"] }, ["bob", "carol", "den"]],
        [{ operations: ["publish"] }, []],
        [{ channels: [den] }, ["den"]],
        [{ channels: [ChannelName.make("@Bob")] }, ["bob"]],
        [{ channels: [den], operations: ["publish"] }, []],
      ]
      for (const [scope, expected] of rows) {
        const { gateway, session, taken } = yield* world(identified(scope).accounts)
        yield* SignIn.byToken(session, token)
        assert.strictEqual(session.caller?.scope, scope)
        const reachable = gateway.get(session.id)!
        const heard: Array<string> = []
        const entered = Effect.sync(() => heard.push("entered"))
        const memberships = session.caller!.memberships
        memberships.enter = ({ other }) => Effect.asVoid(Effect.map(entered, () => heard.splice(-1, 1, other.name)))
        for (const other of [bob, carol]) {
          yield* reachable.enter({ other, channel: den, by: { user: other } })
        }
        taken()
        reachable.tell({ type: "Invited", channel: den, by: bob })
        heard.push(...taken().map((frame) => (frame as { readonly channel: string }).channel))
        assert.deepStrictEqual(heard, [...expected], JSON.stringify(scope))
      }
    }),
  )
})

describe("a token to come back by", () => {
  it.effect("is none for some guests, nor where it cannot be stored: the session goes on without", () =>
    Effect.gen(function* () {
      for (const error of [
        new AccountError.NoTokenForGuests(),
        new AccountError.AccountDisabled(),
        new AccountError.AccountNotFound({ account: "ann" }),
        new AccountError.StorageError({ retryable: true, cause: "x" }),
      ]) {
        const { session } = yield* world({ issueToken: () => Effect.fail(error) })
        assert.isUndefined(yield* SignIn.freshToken(session, ann))
      }
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
  )
})
