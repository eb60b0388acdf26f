// How the page feels, in a real Chromium: `npm run bench:page -- --help`.
//
// Somebody opens a channel cold, scrolls through all of its history, writes while much is said, and stays for long. What is
// counted is what such a person feels: when the first message is there, pictures that come late, keys that are answered late,
// and whether the memory of the page grows.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { TestServer } from "../../src/testing/TestServer.ts"
import type { LocalSession } from "../../src/embedding/LocalSession.ts"
import { wholeNumber } from "./Flags.ts"
import { service, type Visitor, visitor, type Watched } from "./page/PageWorld.ts"
import { kilobytes, markdown, mebibytes, ms, plain, type Rows } from "./Table.ts"

const flags = {
  messages: wholeNumber("messages", 100, 10_000, 10_000).pipe(
    Flag.withDescription("How many messages are scrolled through (10000)"),
  ),
  members: wholeNumber("members", 1, 20_000, 5000).pipe(Flag.withDescription("How many are in the channel (5000)")),
  rate: wholeNumber("rate", 1, 5000, 200).pipe(Flag.withDescription("Messages a second that come in (200)")),
  seconds: wholeNumber("seconds", 5, 7200, 30).pipe(
    Flag.withDescription("For how long, while somebody types (30); 3600 is the hour"),
  ),
  markdown: Flag.Boolean("markdown").pipe(
    Flag.withDescription("Print a table for a document"),
    Flag.withDefault(false),
  ),
}

const channel = "crowd"

const worst = (values: ReadonlyArray<number>): number => values.reduce((most, value) => Math.max(most, value), 0)

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

const late = ({ frames, tasks }: Watched): ReadonlyArray<string> => [
  ms(percentile(frames, 0.5)),
  ms(percentile(frames, 0.99)),
  ms(worst(frames)),
  String(tasks.length),
  ms(worst(tasks)),
]

/** From nothing to the first message: no script, no style and no picture is kept from before. */
const coldLoad = (visitor: Visitor) =>
  Effect.promise(async () => {
    const { context, tab } = visitor
    const times: Array<number> = []
    let bytes = 0
    for (let round = 0; round < 5; round++) {
      const cold = await context.newPage()
      const devtools = await context.newCDPSession(cold)
      await devtools.send("Network.enable")
      await devtools.send("Network.setCacheDisabled", { cacheDisabled: true })
      bytes = 0
      devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength))
      const began = performance.now()
      await cold.goto(tab.url())
      await cold.locator(".message .text").first().waitFor()
      times.push(performance.now() - began)
      await cold.close()
    }
    return { times, bytes }
  })

/** Up to the first message, by the wheel. */
const scroll = (visitor: Visitor, first: string) =>
  Effect.promise(async () => {
    const { tab, watched } = visitor
    await tab.locator(".timeline").hover()
    await watched()
    const began = performance.now()
    let isThere = false
    while (!isThere && performance.now() - began < 300_000) {
      for (let turn = 0; turn < 20; turn++) await tab.mouse.wheel(0, -1200)
      isThere = (await tab.getByText(first, { exact: true }).count()) > 0
    }
    if (!isThere) throw new Error(`${first} was not reached in five minutes`)
    return { ...(await watched()), seconds: (performance.now() - began) / 1000 }
  })

const say = (speaker: LocalSession, count: number, word: string, from = 0) =>
  Effect.forEach(
    Array.from({ length: count }, (_, at) => at + from),
    (at) =>
      speaker.publish(channel, `${word} ${at}: what is **said** here, with \`code\` and https://example.org/${at}`),
    { discard: true, concurrency: 64 },
  )

/** Somebody types and much is said; done when the time is over. */
const live = Effect.fnUntraced(function* (
  { heap, spent, tab, watched }: Visitor,
  speaker: LocalSession,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
) {
  yield* Effect.promise(() => tab.locator(".to-end").click())
  // As many as the window of messages holds, before the memory is looked at.
  yield* say(speaker, 300, "before")
  const before = yield* Effect.promise(async () => {
    await watched()
    return heap()
  })
  const began = yield* Effect.promise(spent)
  let said = 0
  const speaking = Effect.suspend(() => {
    const batch = Math.max(1, Math.round(rate / 20))
    const from = said
    said += batch
    return say(speaker, batch, "live", from)
  }).pipe(Effect.repeat(Schedule.fixed("50 millis")))
  const typing = Effect.promise(async () => {
    const area = tab.locator(".composer textarea")
    const until = performance.now() + seconds * 1000
    await area.focus()
    for (let keys = 0; performance.now() < until; keys++) {
      await tab.keyboard.press(keys % 7 === 6 ? "Space" : "n")
      if (keys % 200 === 199) await area.fill("")
      await new Promise((resolve) => setTimeout(resolve, 60))
      if (keys % 500 === 499) console.error(`${Math.round((until - performance.now()) / 1000)} s to go`)
    }
    await area.fill("")
  })
  yield* Effect.raceFirst(typing, speaking)
  const seen = yield* Effect.promise(watched)
  const ended = yield* Effect.promise(spent)
  const after = yield* Effect.promise(heap)
  const shown = yield* Effect.promise(() => tab.locator(".message").count())
  return { seen, said, before, after, shown, began, ended }
})

const bench = Effect.fnUntraced(function* ({
  markdown: isMarkdown,
  members,
  messages,
  rate,
  seconds,
}: Command.Command.Config.Infer<typeof flags>) {
  const { hub } = yield* TestServer
  const speaker = yield* hub.connect({ name: "speaker", events: false })
  yield* speaker.join(channel)
  yield* Console.error(`${messages} messages are said`)
  yield* say(speaker, messages, "line")
  yield* Console.error(`${members} people come`)
  for (let at = 0; at < members; at++) {
    const member = yield* hub.connect({ name: `member ${at}`, events: false })
    yield* member.join(channel)
  }
  const guest = yield* visitor(`/c/${channel}`)
  yield* Effect.promise(() => guest.tab.locator(".message .text").first().waitFor())
  yield* Console.error("the page is opened cold, five times")
  const load = yield* coldLoad(guest)
  yield* Console.error("somebody scrolls up to the first message")
  const scrolled = yield* scroll(guest, "line 0: what is said here, with code and https://example.org/0").pipe(
    Effect.timeoutOrElse({ duration: Duration.minutes(6), orElse: () => Effect.die(new Error("it takes too long")) }),
  )
  yield* Console.error(`${rate} messages a second are said for ${seconds} s, and somebody types`)
  const stay = yield* live(guest, speaker, { rate, seconds })

  const loads: Rows = [
    ["cold load", "first message", "slowest of five", "bytes"],
    [`a channel of ${members}`, ms(percentile(load.times, 0.5)), ms(worst(load.times)), kilobytes(load.bytes)],
  ]
  const frames: Rows = [
    ["pictures", "median", "p99", "longest", "work over 50 ms", "longest work"],
    [`${messages} messages scrolled in ${scrolled.seconds.toFixed(0)} s`, ...late(scrolled)],
    [`${rate} messages a second, typing`, ...late(stay.seen)],
  ]
  const keys: Rows = [
    ["keys", "answered later than 16 ms", "p99 of those", "latest"],
    [
      `while ${stay.said} messages came in`,
      String(stay.seen.inputs.length),
      ms(percentile(stay.seen.inputs, 0.99)),
      ms(worst(stay.seen.inputs)),
    ],
  ]
  const memory: Rows = [
    ["memory of scripts", "before", "after", "messages shown"],
    [`${stay.said} messages later`, mebibytes(stay.before), mebibytes(stay.after), String(stay.shown)],
  ]
  const share = (of: "script" | "style" | "layout" | "all") =>
    `${(((stay.ended[of] - stay.began[of]) / seconds) * 100).toFixed(0)} %`
  const work: Rows = [
    ["of a core", "scripts", "style", "layout", "all"],
    [`${rate} messages a second`, share("script"), share("style"), share("layout"), share("all")],
  ]
  const draw = isMarkdown ? markdown : plain
  yield* Console.log([loads, frames, keys, work, memory].map(draw).join("\n\n"))
})

Command.make("page", flags, (options) => bench(options).pipe(Effect.scoped, Effect.provide(service))).pipe(
  Command.withDescription("Measures how the page feels: its load, its scrolling, its typing, its memory"),
  Command.run({ version: "1" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain,
)
