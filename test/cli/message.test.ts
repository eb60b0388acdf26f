import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { onService, run } from "./overHttp.ts"

const time = "2000-01-01 00:00"

/** What changes from run to run. */
const settled = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, time)
    .replaceAll(/"timestamp":\d+/g, '"timestamp":0')
    .replaceAll(/"(id|user_id)":"[^"]*"/g, '"$1":"-"')

const receipt = (seq: number) => ({ channel: "kitchen", id: "-", seq, timestamp: 0, durability: "memory" })
const entry = (seq: number) => ({ seq, id: "-", from: "ann", user_id: "-", timestamp: 0 })

/** A command, what it says to people, what it prints for them, and what a program gets. */
interface Row {
  readonly args: ReadonlyArray<string>
  readonly says?: string
  readonly prints?: string
  readonly json?: unknown
}

/** Every command, in an order in which each has something to do. */
const rows: ReadonlyArray<Row> = [
  {
    args: ["message", "list", "kitchen"],
    says: "nothing was said there",
    json: { channel: "kitchen", entries: [], first: 1, more: false },
  },
  {
    args: ["message", "send", "kitchen", "Soup", "is ready"],
    says: "number 1 in kitchen, in memory",
    json: receipt(1),
  },
  {
    args: ["message", "send", "kitchen", "Once", "--reply-to", "1", "--id", "1"],
    says: "number 2 in kitchen, in memory",
    json: receipt(2),
  },
  {
    args: ["message", "send", "kitchen", "Once", "--reply-to", "1", "--id", "1"],
    says: "number 2 in kitchen, in memory",
    json: receipt(2),
  },
  {
    args: ["message", "edit", "kitchen", "1", "Soup\nis gone"],
    says: "number 1 in kitchen says something else now",
    json: receipt(3),
  },
  { args: ["message", "react", "kitchen", "1", "👍"], says: "👍 is under number 1 in kitchen", json: receipt(4) },
  { args: ["message", "react", "kitchen", "1", "ok"], says: "ok is under number 1 in kitchen", json: receipt(5) },
  {
    args: ["message", "unreact", "kitchen", "1", "👍\ufe0f"],
    says: "👍 is taken back from number 1 in kitchen",
    json: receipt(6),
  },
  {
    args: ["message", "get", "kitchen", "1"],
    prints: `NUMBER  TIME              FROM  SAID\n1       ${time}  ann   Soup ⏎ is gone (edited) [ok 1]`,
    json: {
      type: "Message",
      ...entry(1),
      content: "Soup\nis gone",
      edited: 3,
      reactions: [{ reaction: "ok", users: ["ann"] }],
    },
  },
  {
    args: ["message", "search", "gone", "soup", "--channel", "kitchen"],
    prints: `CHANNEL  NUMBER  TIME              FROM  SAID\nkitchen  1       ${time}  ann   Soup ⏎ is gone (edited) [ok 1]`,
    json: {
      hits: [
        {
          channel: "kitchen",
          message: {
            type: "Message",
            ...entry(1),
            content: "Soup\nis gone",
            edited: 3,
            reactions: [{ reaction: "ok", users: ["ann"] }],
          },
        },
      ],
    },
  },
  {
    args: ["message", "search", "nothing"],
    says: "nothing was found in the channels that count for you: name another with --channel",
    json: { hits: [] },
  },
  {
    args: ["unread"],
    says: "no channel counts for you yet: one does as soon as you have read in it",
    json: { channels: [] },
  },
  { args: ["read", "kitchen", "2"], says: "read in kitchen up to number 2" },
  {
    args: ["unread"],
    prints: "CHANNEL  NEW  READ  LAST\nkitchen  0    2     6",
    json: { channels: [{ channel: "kitchen", read: 2, last: 6, unread: 0 }] },
  },
  { args: ["message", "delete", "kitchen", "2"], says: "number 2 in kitchen is taken away", json: receipt(7) },
  {
    args: ["message", "list", "kitchen", "--after", "1"],
    prints: [
      "NUMBER  TIME              FROM  SAID",
      `2       ${time}  ann   (deleted)`,
      `3       ${time}  ann   * changed 1: Soup ⏎ is gone`,
      `4       ${time}  ann   * reacted 👍 to 1`,
      `5       ${time}  ann   * reacted ok to 1`,
      `6       ${time}  ann   * took 👍 back from 1`,
      `7       ${time}  ann   * deleted 2`,
    ].join("\n"),
    json: {
      channel: "kitchen",
      entries: [
        { type: "Message", ...entry(2), content: "", reply_to: 1, deleted: true },
        { type: "Edited", ...entry(3), target: 1, content: "Soup\nis gone" },
        { type: "Reacted", ...entry(4), target: 1, reaction: "👍", on: true },
        { type: "Reacted", ...entry(5), target: 1, reaction: "ok", on: true },
        { type: "Reacted", ...entry(6), target: 1, reaction: "👍", on: false },
        { type: "Deleted", ...entry(7), target: 2 },
      ],
      first: 1,
      more: false,
    },
  },
  {
    args: ["message", "list", "kitchen", "--before", "7", "--limit", "1"],
    prints: `NUMBER  TIME              FROM  SAID\n6       ${time}  ann   * took 👍 back from 1`,
    says: "there are more: natter message list kitchen --before 6",
    json: {
      channel: "kitchen",
      entries: [{ type: "Reacted", ...entry(6), target: 1, reaction: "👍", on: false }],
      first: 1,
      more: true,
    },
  },
  {
    args: ["message", "list", "kitchen", "--since", "1h", "--limit", "1"],
    prints: `NUMBER  TIME              FROM  SAID\n1       ${time}  ann   Soup ⏎ is gone (edited) [ok 1]`,
    says: "there are more: natter message list kitchen --after 1",
    json: {
      channel: "kitchen",
      entries: [
        {
          type: "Message",
          ...entry(1),
          content: "Soup\nis gone",
          edited: 3,
          reactions: [{ reaction: "ok", users: ["ann"] }],
        },
      ],
      first: 1,
      more: true,
    },
  },
  {
    args: ["message", "list", "kitchen", "--until", "2001-01-01T00:00Z"],
    says: "nothing was said there",
    json: { channel: "kitchen", entries: [], first: 1, more: false },
  },
]

describe("natter message, unread and read", () => {
  it.live(
    "do all that can be done with messages, for people",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        for (const { args, prints = "", says = "" } of rows) {
          const { code, stderr, stdout } = yield* ann.run(...args)
          assert.deepStrictEqual(
            { args, code, stdout: settled(stdout), stderr },
            { args, code: 0, stdout: prints, stderr: says },
          )
        }
      }),
    ),
  )

  it.live(
    "do all that can be done with messages, for programs",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen", "--durability", "memory")
        for (const { args, json } of rows) {
          const { code, stderr, stdout } = yield* ann.run(...args, "--json")
          const answer = stdout === "" ? undefined : JSON.parse(settled(stdout))
          assert.deepStrictEqual({ args, code, answer, stderr }, { args, code: 0, answer: json, stderr: "" })
        }
      }),
    ),
  )

  it.live(
    "show nothing that a terminal would obey",
    onService(({ person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen")
        yield* ann.run("message", "send", "kitchen", "red \u001b[31m\u202e")
        for (const more of [[], ["--json"]]) {
          const { stdout } = yield* ann.run("message", "list", "kitchen", ...more)
          assert.include(stdout, String.raw`red \u001b[31m\u202e`)
        }
      }),
    ),
  )

  it.live(
    "say in one line what is wrong, and what to do",
    onService(({ address, person }) =>
      Effect.gen(function* () {
        const ann = yield* person("ann")
        yield* ann.run("channel", "create", "kitchen")
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [["send", "nowhere", "x"], /^natter: There is no such channel: see `natter channel list`$/],
          [["send", "kitchen", "x".repeat(20_000)], /^natter: .*at most 16000/],
          [["get", "kitchen", "9"], /^natter: There is no such message: see `natter message list`$/],
          [
            ["send", "kitchen", "x", "--reply-to", "9"],
            /^natter: There is no such message: see `natter message list`$/,
          ],
          [["get", "kitchen", "first"], /^natter: .*<number>: .*first/],
          [["react", "kitchen", "1", "two\nlines"], /Expected: one emoji, or up to 32 visible characters/],
          [["list", "kitchen", "--after", "1", "--since", "1h"], /^natter: give one of --after, --before, --since/],
          [["list", "kitchen", "--since", "noon"], /^natter: --since noon: write it as 10m or 2h, or as 20/],
          [["list", "kitchen", "--limit", "0"], /--limit.*a number from 1 to 300/],
          [["send", "kitchen", "x", "--id", "a b"], /--id.*1 to 255 visible ASCII characters/],
        ]
        for (const [args, line] of cases) {
          const { code, stderr, stdout } = yield* ann.run("message", ...args)
          assert.deepStrictEqual({ args, code, stdout }, { args, code: 1, stdout: "" })
          assert.match(stderr, line)
        }

        const strangers: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
          [
            ["--address", address],
            /^natter: say who you are: --name NAME, or NATTER_NAME; or give a token in NATTER_TOKEN$/,
          ],
          [
            ["--address", address, "--token", "nat_none"],
            /^natter: The token is unknown, expired or revoked: is it the token of this service\?$/,
          ],
          [
            ["--address", `https://${address}`, "--token", "nat_none"],
            /^natter: what listens on https:\S+ does not speak TLS: is it http:\/\/ there\?$/,
          ],
          [
            ["--address", ":1", "--token", "nat_none"],
            /^natter: nothing listens on http:\/\/127\.0\.0\.1:1: start it with `natter serve`, or say with --address where it is$/,
          ],
          [["--address", "no address", "--token", "x"], /^natter: no address is not an address: write it as host:port/],
          [
            ["--address", `tls://${address}`, "--token", "x", "--ca", "/none"],
            /^natter: --ca \/none: there is no such file$/,
          ],
        ]
        for (const [flags, line] of strangers) {
          const { code, stderr } = yield* run(["channel", "list", ...flags])
          assert.strictEqual(code, 1, stderr)
          assert.match(stderr, line)
        }
      }),
    ),
  )
})
