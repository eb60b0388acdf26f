// The output is full of control characters.
/* oxlint-disable no-control-regex */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Screen, Size } from "../../cli/Screen.ts"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { fresh } from "../../../src/client/MessageId.ts"
import { retryRefused } from "../../../src/client/internal/retry.ts"
import * as Tcp from "../../../src/client/transport/Tcp.ts"
import { enter, join, server, shared } from "./chat.ts"

/** No row is too long, and every part is in its place. */
const whole = (screen: Screen, { columns, rows }: Size): void => {
  const shown = screen.rows()
  assert.lengthOf(shown, rows)
  assert.match(shown[0]!, /^ #lobby/)
  assert.match(shown[rows - 1]!, /^> /)
  const borders = [...shown[1]!.matchAll(/│/g)].map(({ index }) => index)
  assert.lengthOf(borders, columns >= 100 ? 2 : columns >= 70 ? 1 : 0)
  for (const row of shown.slice(1, -2)) {
    const cells = [...new Intl.Segmenter().segment(row)].map(({ segment }) => segment)
    if (borders.length > 0) assert.strictEqual(cells[borders[0]!], "│", row)
  }
}

describe("the screen", () => {
  it.live("is whole at every size, on the way there and back", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann")
      for (let line = 1; line <= 12; line++) ann.type(`line ${line} ${"word ".repeat(line)}${enter}`)
      yield* ann.shows(/line 12 word/)
      const sizes: ReadonlyArray<Size> = [
        { columns: 40, rows: 12 },
        { columns: 80, rows: 24 },
        { columns: 60, rows: 20 },
        { columns: 200, rows: 50 },
        { columns: 40, rows: 12 },
        { columns: 200, rows: 50 },
        { columns: 80, rows: 24 },
      ]
      for (const size of sizes) {
        ann.resize(size)
        yield* ann.until(`a whole screen of ${size.columns}x${size.rows}`, () => {
          try {
            whole(ann, size)
            return /line 12/.test(ann.text())
          } catch {
            return false
          }
        })
      }
    }).pipe(Effect.scoped),
  )

  it.live("has room for help on a small one too", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann", { size: { columns: 40, rows: 12 } })
      ann.type(`/help${enter}`)
      yield* ann.shows(/Commands\n\/join CHANNEL ·[^]*Esc closes this · page 1 of \d ↓/)
      // Round and round: the last is before the first.
      ann.type("\u001b[5~")
      yield* ann.shows(/Ctrl\+C clear[^]*Esc closes this · page \d of \d ↑/)
      ann.resize({ columns: 60, rows: 20 })
      yield* ann.shows(/Ctrl\+C +clear[^]*Esc closes this/)
      ann.resize({ columns: 100, rows: 140 })
      yield* ann.shows(/\/quit +leave[^]*Ctrl\+C +clear/)
    }).pipe(Effect.scoped),
  )

  it.live("keeps its columns with wide, joined and combining characters", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann", { size: { columns: 110, rows: 24 } })
      const texts = [
        "日本語のテキスト",
        "👨‍👩‍👧 family, 🇫🇷 flag, 👍🏽 thumb",
        "e\u0301 i\u0308 n\u0303",
        "한국어 ไทย",
        "❤️ ☎️ 1️⃣",
      ]
      for (const text of texts) {
        ann.type(`${text}|${enter}`)
        yield* ann.until(text, () => ann.text().includes(`${text}|`))
      }
      for (let row = 1; row < 22; row++) {
        const cells = ann.cells(row)
        assert.strictEqual(cells[14]!.text, "│", ann.rows()[row])
        assert.strictEqual(cells[89]!.text, "│", ann.rows()[row])
      }
    }).pipe(Effect.scoped),
  )

  it.live("is whole but for a row that is wider than we think, and is drawn anew on Ctrl+L", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann", { apart: true })
      const others = () => ann.rows().filter((row) => !row.includes("👨"))
      // It ends at the edge of the screen.
      ann.type(`a 👨‍👩‍👧‍👦 and 🏳️‍🌈 ${"x".repeat(51)}${enter}`)
      yield* ann.shows(/> Write/)
      // What is drawn of this is above it and below it.
      ann.type("\u001b[5~\u000b")
      yield* ann.shows(/Go to:/)
      ann.type("\u001b")
      yield* ann.until("the list to be gone", () => !ann.text().includes("Go to:"))
      ann.type("seen")
      yield* ann.shows(/> seen/)
      assert.match(ann.rows()[0]!, /^ #lobby/)
      assert.strictEqual(ann.rows()[23], "> seen")
      for (const row of others().slice(1, -2)) assert.match(row, /^.{14}│/, row)
      const before = others()
      ann.damage("\u001b[1;1Hsomebody else\r\n\n\n\u001b[2Kwrites here")
      yield* ann.shows(/writes here/)
      ann.type("\u000c")
      yield* ann.until("the screen of before", () => others().join("\n") === before.join("\n"))
      ann.type(`\u0015/quit${enter}`)
      yield* ann.ended
      assert.isTrue(ann.state().autowrap)
    }).pipe(Effect.scoped),
  )

  it.live("cannot be touched by what others say", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann")
      const eve = yield* Tcp.connect({ host: "127.0.0.1", port })
      yield* Effect.forkScoped(Stream.runDrain(eve.events))
      yield* eve.signIn({ username: "eve", password: Redacted.make("secret of eve") })
      yield* eve.join("lobby")
      yield* ann.shows(/eve joined/)
      const before = ann.state()
      const from = ann.raw().length
      const hostile = [
        "\u001b]0;owned\u0007",
        "\u001b]52;c;b3duZWQ=\u0007",
        "\u001b[2J\u001b[?1049l\u001b[?25l\u001b[?2004l",
        "\u009b31m\u009d0;owned\u009c",
        "\u202egnp.exe\u202c \u2066x\u2069",
        "a\u200bb\u00adc\u2028d\u0085e",
        "\u001bP+q544e\u001b\\ \u001b_x\u001b\\ \u0007\u0008\u000e",
        "\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\",
      ]
      const say = (content: string) => Effect.flatMap(fresh, (id) => retryRefused(eve.publish("lobby", content, id)))
      for (const content of hostile) yield* say(`${content} end`)
      yield* say("that was all")
      yield* ann.shows(/that was all/)
      assert.deepEqual(ann.state(), before)
      const bytes = ann.raw().slice(from)
      assert.notMatch(
        bytes,
        /\u001b\](?!2;)|\u001bP|\u001b_|[\u0080-\u009f\u202a-\u202e\u2066-\u2069\u200b\u2028\u0007\u0008\u000e]/u,
      )
      assert.notMatch(bytes, /\u001b\[(2J|\?1049|\?2004)/)
      assert.match(ann.text(), /\\u001b\]52;c;b3duZWQ=\\u0007/)
      assert.match(ann.text(), /\\u202egnp\.exe\\u202c/)
    }).pipe(Effect.scoped),
  )

  it.live("has no colours where people want none, and a word for what a colour says", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const size = { columns: 110, rows: 24 }
      const ann = yield* join(port, "ann", { size, env: { NO_COLOR: "1" } })
      const bob = yield* join(port, "bob", { size })
      bob.type(`hi ann, see https://example.org${enter}/away${enter}`)
      yield* ann.shows(/bob \(away\)/)
      yield* ann.shows(/hi ann/)
      const orders = [...ann.raw().matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, given]) => given!.split(";").map(Number))
      assert.deepEqual(
        orders.filter((order) => order >= 30),
        [],
      )
      assert.include(bob.raw(), "38;5;")
    }).pipe(Effect.scoped),
  )

  it.live("has other colours on a light ground", () =>
    Effect.gen(function* () {
      const { port } = yield* server
      const colours = Effect.fnUntraced(function* (name: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) {
        const screen = yield* join(port, name, { args, env })
        return [...new Set([...screen.raw().matchAll(/38;5;(\d+)/g)].map(([, colour]) => colour))]
      })
      const dark = yield* colours("ann", [], {})
      const light = yield* colours("bob", ["--theme", "light"], {})
      assert.deepEqual(yield* colours("cid", [], { COLORFGBG: "0;15" }), light)
      assert.deepEqual(yield* colours("dan", ["--theme", "dark"], { COLORFGBG: "0;15" }), dark)
      assert.notDeepEqual(dark, light)
    }).pipe(Effect.scoped),
  )

  it.live("has links to click on where the terminal is known for it", () =>
    Effect.gen(function* () {
      const { port } = yield* shared
      const ann = yield* join(port, "ann", { env: { VTE_VERSION: "7600" } })
      const bob = yield* join(port, "bob")
      ann.type(`see https://example.org/a?b=c.${enter}`)
      yield* bob.shows(/see https/)
      yield* ann.until("the link", () =>
        ann.raw().includes("\u001b]8;;https://example.org/a?b=c\u001b\\https://example.org/a?b=c\u001b]8;;\u001b\\"),
      )
      assert.notInclude(bob.raw(), "\u001b]8;")
    }).pipe(Effect.scoped),
  )
})
