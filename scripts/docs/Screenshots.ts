/**
 * Screenshots of `natter chat` as text: `node scripts/docs/Screenshots.ts` takes new ones, in a terminal of its own,
 * against a server of its own. docs/TERMINAL.md shows them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { TestServer } from "../../src/testing/TestServer.ts"
import { type Size, spawn } from "../../test/cli/Screen.ts"

const root = path.join(import.meta.dirname, "../..")
const main = path.join(root, "src/cli/main.ts")

export const folder = "docs/screenshots"

/** From narrow to wide. */
export const sizes: ReadonlyArray<Size> = [
  { columns: 40, rows: 12 },
  { columns: 60, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 110, rows: 24 },
]

export const nameOf = ({ columns, rows }: Size): string => `${columns}x${rows}.txt`

/** All times become nine in the morning, so that the screenshots are the same each time. */
const shownAs = (rows: ReadonlyArray<string>): string =>
  `${rows.map((row) => row.replaceAll(/\b\d\d:\d\d\b/g, "09:00").trimEnd()).join("\n")}\n`

const escape = "\u001b"

interface View {
  /** Without one it is only on the way to the next. */
  readonly name?: string
  readonly keys: ReadonlyArray<string>
  readonly shows: RegExp
}

/** What comes by a key or a command, one after the other, on 80 columns and 24 rows. */
const views: ReadonlyArray<View> = [
  { name: "select", keys: ["\u0015", `${escape}[1;5A`, `${escape}[A`, `${escape}[A`], shows: /▌ Looks good here/ },
  { name: "react", keys: ["r", "par"], shows: /React with: par/ },
  { name: "switch", keys: ["\u0003", "q", "\u000b"], shows: /Go to:/ },
  { keys: ["\u0003"], shows: /typing|> Write/ },
  { name: "bare", keys: [`${escape}l`], shows: /Any key goes back/ },
  { keys: ["x"], shows: /#ops[^]*> Write/ },
  { name: "times", keys: ["/set times all\r", "/set sides off\r"], shows: /sides = off/ },
  { name: "settings", keys: ["/set\r"], shows: /autojoin = -/ },
]

/** A window with two servers, while one chooses where to go: what is new at the other, and where one can go at both. */
const severalServers = Effect.fnUntraced(function* (
  here: number,
  env: Readonly<Record<string, string | undefined>>,
  expected: string | undefined,
) {
  const also = Context.get(yield* Layer.build(Layer.fresh(server)), TestServer)
  const there = also.address!.port
  const signingIn = yield* spawn(process.execPath, [main, "login", `:${there}`, "--name", "ann"], { env })
  yield* signingIn.ended
  const eve = yield* also.hub.connect({ name: "eve" })
  yield* Effect.forkScoped(Stream.runDrain(eve.events))
  for (const channel of ["lobby", "releases"]) yield* eve.join(channel)
  const ann = yield* spawn(
    process.execPath,
    [main, "chat", `:${here}`, "--name", "ann", "-c", "lobby", "--also", `:${there}`],
    { size: { columns: 80, rows: 24 }, env },
  )
  yield* ann.shows(/of today/)
  yield* Effect.repeat(eve.members("lobby"), {
    until: ({ members }) => members.some(({ username }) => username === "ann"),
    schedule: Schedule.spaced("20 millis"),
  })
  yield* eve.publish("lobby", "ann: 1.4.2 is out")
  // Those of the system are different each time, and of the same length.
  const shown = () =>
    shownAs(ann.rows().map((row) => row.replaceAll(`:${here}`, ":18080").replaceAll(`:${there}`, ":28080")))
  yield* ann.shows(new RegExp(`127\\.0\\.0\\.1:${there} @1`))
  ann.type("\u000b")
  yield* ann.shows(/› #lobby 1 @1 at/)
  yield* Effect.timeoutOption(
    ann.until("servers", () => expected === undefined || shown() === expected),
    patience,
  )
  return shown()
}, Effect.scoped)

/** How long to wait until a screen looks as expected. */
const patience = "10 seconds"

/** The screenshots of each size. Where a text is expected, it is waited for. */
export const take = Effect.fnUntraced(function* (expected: (name: string) => string | undefined) {
  const server = yield* TestServer
  const person = Effect.fnUntraced(function* (name: string, ...channels: ReadonlyArray<string>) {
    // The lobby has no owner: only administrators may set its topic.
    const session = yield* server.hub.connect({ name, role: name === "bob" ? "admin" : "member" })
    yield* Effect.forkScoped(Stream.runDrain(session.events))
    for (const channel of channels) yield* session.join(channel)
    return session
  })
  const bob = yield* person("bob", "lobby", "ops")
  const grace = yield* person("grace", "lobby")
  const kenji = yield* person("健二", "lobby")
  yield* bob.setTopic("lobby", "Tea at four, in the big kitchen")
  yield* grace.setStatus("busy", "on a call")
  yield* kenji.setStatus("away")

  const home = yield* Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "natter-screenshots-"))),
    (home) => Effect.sync(() => fs.rmSync(home, { recursive: true })),
  )
  const env = { PATH: process.env["PATH"], HOME: home, NATTER_PASSWORD: "of ann" }
  const ann = yield* spawn(
    process.execPath,
    [main, "chat", `:${server.address!.port}`, "--name", "ann", "-c", "lobby", "-c", "ops"],
    { size: { columns: 110, rows: 24 }, env },
  )
  yield* ann.shows(/#lobby \(4\)/)
  yield* ann.shows(/#ops/)

  yield* bob.publish("lobby", "Good morning! The new build is out: https://example.org/natter/releases")
  yield* ann.shows(/releases/)
  ann.type("Looks good here, thank you\r")
  // The screen has it in the draft already: others are to speak once it is said.
  yield* Effect.repeat(bob.history("lobby"), {
    until: ({ entries }) => entries.some((entry) => entry.type === "Message" && /thank you/.test(entry.content)),
    schedule: Schedule.spaced("20 millis"),
  })
  yield* kenji.publish("lobby", "お疲れさまです 🎉")
  yield* grace.publish("lobby", "ann: could you look at these?\n- the log of yesterday\n- the one of today")
  yield* ann.shows(/of today/)
  ann.type("/react :+1: bob\r")
  yield* ann.shows(/👍 1/)
  yield* bob.publish("ops", "disk is at 80 %")
  yield* bob.publish("ops", "and ann knows why")
  yield* ann.shows(/#ops +2 @1/)
  ann.type("In a minute, gra\t")
  yield* ann.shows(/> In a minute, grace/)

  const taken: Array<readonly [name: string, text: string]> = []
  for (const size of sizes.toReversed()) {
    ann.resize(size)
    yield* ann.until(`${size.columns}x${size.rows}`, () => {
      const [first = "", ...others] = ann.rows()
      // As wide as the screen, but for a blank at its end; the draft is what is drawn last.
      return (
        first.trimEnd().length === size.columns - 1 &&
        others.at(-1)!.startsWith("> In a minute, grace") &&
        /of today/.test(ann.text())
      )
    })
    // The last row may be drawn before one in the middle.
    const wanted = expected(nameOf(size))
    const asExpected = ann.until(nameOf(size), () => wanted === undefined || shownAs(ann.rows()) === wanted)
    yield* Effect.timeoutOption(asExpected, patience)
    taken.push([nameOf(size), shownAs(ann.rows())])
  }
  ann.resize({ columns: 80, rows: 24 })
  for (const { keys, name, shows } of views) {
    for (const typed of keys) ann.type(typed)
    yield* ann.shows(shows)
    if (name === undefined) continue
    const wanted = expected(`${name}.txt`)
    const asExpected = ann.until(name, () => wanted === undefined || shownAs(ann.rows()) === wanted)
    yield* Effect.timeoutOption(asExpected, patience)
    // Whatever is drawn last: nobody else says anything any more.
    if (wanted === undefined) yield* Effect.sleep("300 millis")
    taken.push([`${name}.txt`, shownAs(ann.rows())])
  }
  ann.type("/quit\r")
  yield* ann.ended
  // What was set is kept: here nothing is.
  const fresh = { ...env, HOME: path.join(home, "fresh") }
  fs.mkdirSync(fresh.HOME)
  taken.push(["servers.txt", yield* severalServers(server.address!.port, fresh, expected("servers.txt"))])
  return taken
}, Effect.scoped)

export const server = TestServer.layerTcp().pipe(Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")))

if (import.meta.main) {
  fs.mkdirSync(path.join(root, folder), { recursive: true })
  for (const [name, text] of await Effect.runPromise(
    Effect.provide(
      take(() => undefined),
      server,
    ),
  )) {
    fs.writeFileSync(path.join(root, folder, name), text)
    console.log(`wrote ${folder}/${name}`)
  }
}
