import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { onService } from "./overHttp.ts"

/** What changes from run to run. */
const time = "2000-01-01 00:00"
const settled = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, time).replaceAll(/"(timestamp|created|until)":\d+/g, '"$1":0')

interface Row {
  readonly args: ReadonlyArray<string>
  /** For people, on standard error. */
  readonly says?: string
  /** For people, on standard output. */
  readonly prints?: string
  /** Of the answer; undefined where there is none. */
  readonly json?: unknown
}

/** Every command, in an order in which each has something to do. */
const rows = (at: string): ReadonlyArray<Row> => {
  const owner = { username: "ann", role: "owner" }
  return [
    {
      args: ["create", at, "--topic", "Who cooks", "--access", "public"],
      says: `${at} is made, and yours`,
      json: { channel: at },
    },
    {
      args: ["list"],
      prints: `CHANNEL  HERE  TOPIC\n${at}  0     Who cooks`,
      json: { channels: [{ channel: at, topic: "Who cooks", count: 0 }] },
    },
    { args: ["members", at], says: "nobody is present", json: { count: 0, members: [] } },
    { args: ["list", "--after", at], says: "there is none: natter channel create NAME", json: { channels: [] } },
    { args: ["set", at, "--topic", "Soup", "--slow-mode", "90s", "--durability", "memory"], says: `${at} is changed` },
    { args: ["invite", at, "bob"], says: `bob may enter ${at}` },
    { args: ["role", at, "bob", "moderator"], says: `bob is moderator in ${at}` },
    { args: ["kick", at, "a bot", "--reason", "spam"], says: `"a bot" is out of ${at}, and may come back` },
    { args: ["ban", at, "eve", "--for", "1d", "--reason", "spam"], says: `eve is kept out of ${at} for 1d` },
    { args: ["ban", at, "--network", "192.0.2.0/24"], says: `who comes from 192.0.2.0/24 is kept out of ${at}` },
    { args: ["mute", at, "eve"], says: `eve can only listen in ${at}` },
    { args: ["archive", at], says: `${at} can only be read from now on` },
    {
      args: ["show", at],
      prints: [
        `channel     ${at}`,
        "topic       Soup",
        "access      public",
        "archived    yes",
        "slow mode   1m 30s",
        "durability  memory",
        `created     ${time}`,
        "your role   owner",
        "",
        "USER  ROLE",
        "ann   owner",
        "bob   moderator",
        "",
        "KIND  WHO           UNTIL             BY   REASON",
        `ban   eve           ${time}  ann  spam`,
        "ban   192.0.2.0/24  -                 ann  -",
        "mute  eve           -                 ann  -",
      ].join("\n"),
      json: {
        channel: at,
        topic: "Soup",
        access: "public",
        archived: true,
        slow_mode: 90_000,
        durability: "memory",
        created: 0,
        role: "owner",
        roles: [owner, { username: "bob", role: "moderator" }],
        sanctions: [
          { kind: "ban", username: "eve", until: 0, by: "ann", reason: "spam" },
          { kind: "ban", address: "192.0.2.0/24", by: "ann" },
          { kind: "mute", username: "eve", by: "ann" },
        ],
      },
    },
    { args: ["unarchive", at], says: `${at} is open again` },
    { args: ["unmute", at, "eve"], says: `eve may speak in ${at} again` },
    { args: ["unban", at, "eve"], says: `eve may enter ${at} again` },
    { args: ["unban", at, "--network", "192.0.2.0/24"], says: `who comes from 192.0.2.0/24 may enter ${at} again` },
    { args: ["role", at, "bob", "none"], says: `bob is a stranger in ${at}` },
    { args: ["set", at, "--rename", `${at}2`], says: `${at}2 is changed` },
    { args: ["delete", `${at}2`, "--yes"], says: `${at}2 is gone, with all that was said there` },
  ]
}

describe("natter channel", () => {
  it.live(
    "does all that can be done with a channel, for people",
    onService(({ person, server }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann", "admin")
        for (const name of ["bob", "eve"]) yield* person(name)
        const bot = yield* server.hub.connect({ name: "a bot" })
        for (const { args, prints = "", says = "" } of rows("kitchen")) {
          if (args[0] === "kick") yield* bot.join(args[1]!)
          const { code, stderr, stdout } = yield* ann.run("channel", ...args)
          assert.deepStrictEqual(
            { args, code, stdout: settled(stdout), stderr },
            { args, code: 0, stdout: prints, stderr: says },
          )
        }
      }),
    ),
  )

  it.live(
    "does all that can be done with a channel, for programs",
    onService(({ person, server }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann", "admin")
        for (const name of ["bob", "eve"]) yield* person(name)
        const bot = yield* server.hub.connect({ name: "a bot" })
        for (const { args, json } of rows("kitchen")) {
          if (args[0] === "kick") yield* bot.join(args[1]!)
          const { code, stderr, stdout } = yield* ann.run("channel", ...args, "--json")
          const answer = stdout === "" ? undefined : JSON.parse(settled(stdout))
          assert.deepStrictEqual({ args, code, answer, stderr }, { args, code: 0, answer: json, stderr: "" })
        }
      }),
    ),
  )

  it.live(
    "lists who is present, and what was done with rights",
    onService(({ person, server }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen")
        yield* ann.run("channel", "set", "kitchen", "--access", "readonly")
        const bot = yield* server.hub.connect({ name: "a bot" })
        yield* bot.join("kitchen")
        assert.strictEqual(
          (yield* ann.run("channel", "members", "kitchen")).stdout,
          "USER   STATUS  TEXT\na bot  online  -",
        )
        const { stdout } = yield* ann.run("channel", "audit", "kitchen")
        assert.strictEqual(
          settled(stdout),
          [
            "NUMBER  TIME              BY   ACTION     WHO  DETAIL",
            `2       ${time}  ann  configure  -    {"access":"readonly"}`,
            `1       ${time}  ann  create     -    -`,
          ].join("\n"),
        )
        const page = yield* ann.run("channel", "audit", "kitchen", "--before", "2", "--json")
        assert.deepStrictEqual(JSON.parse(settled(page.stdout)), {
          channel: "kitchen",
          entries: [{ number: 1, timestamp: 0, by: "ann", action: "create" }],
        })
      }),
    ),
  )

  it.live(
    "says how to go on where there are more",
    onService(({ person, server }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        const owner = yield* server.hub.as({ name: "owner" })
        for (let number = 100; number <= 200; number++) yield* owner.createChannel(`room${number}`)
        const { stderr, stdout } = yield* ann.run("channel", "list")
        assert.strictEqual(stdout.split("\n").length, 101)
        assert.strictEqual(stderr, "there are more: natter channel list --after room199")
        const { stdout: rest } = yield* ann.run("channel", "list", "--after", "room199")
        assert.match(rest, /^CHANNEL +HERE +TOPIC\nroom200 +0$/)
      }),
    ),
  )

  it.live(
    "says in one line what is wrong, and what to do",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen")
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [["create", "kitchen"], /^natter: There is a channel of this name already, or of one that looks the same$/],
          [["show", "nowhere"], /^natter: There is no such channel: see `natter channel list`$/],
          [["set", "kitchen"], /^natter: say what to change: see `natter channel set --help`$/],
          [["delete", "kitchen"], /for ever: say --yes, if that is meant$/],
          [["delete", "kitchen", "--yes"], /^natter: You may not do this here$/],
          [["kick", "kitchen", "nobody"], /^natter: Nobody here has this name$/],
          [["ban", "kitchen"], /^natter: say who: the name of a user, or addresses with --network$/],
          [["ban", "kitchen", "eve", "--network", "192.0.2.7"], /^natter: say who: /],
          [["show", "no channel"], /"no channel"\. Expected: the name of a channel/],
          [["mute", "kitchen", "eve", "--for", "long"], /"long"\. Expected: a time such as 30s, 10m or 1d/],
          [["role", "kitchen", "eve", "king"], /"king"\. Expected: .*"owner" \| "moderator" \| "member" \| "none"/],
        ]
        for (const [args, line] of cases) {
          const { code, stderr, stdout } = yield* ann.run("channel", ...args)
          assert.deepStrictEqual({ args, code, stdout }, { args, code: 1, stdout: "" })
          assert.match(stderr, line)
        }
        const { code, stderr, stdout } = yield* ann.run("channel", "show", "nowhere", "--json")
        assert.deepStrictEqual([code, stdout], [1, ""])
        const { request_id: id, ...problem } = JSON.parse(stderr)
        assert.isString(id)
        assert.deepStrictEqual(problem, {
          type: "about:blank",
          title: "Not Found",
          status: 404,
          detail: "There is no such channel",
          code: 309,
          reason: "NoSuchChannel",
        })
      }),
    ),
  )
})
