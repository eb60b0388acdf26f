/** A service in this process, with its page, and a Chromium that somebody is signed in with. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { BrowserContext, CDPSession, Page as Tab } from "playwright-core"
import { TestServer } from "../../../src/testing/TestServer.ts"
import * as Chromium from "../../../test/browser/Chromium.ts"
import { builtPage } from "../../../test/web/builtPage.ts"

export const service = Layer.unwrap(
  Effect.map(Effect.promise(builtPage), (folder) =>
    TestServer.layerTcp({
      page: { enabled: true, folder },
      hub: { publishing: undefined },
      log: "Error",
    }),
  ),
)

/** Counts the pictures that the page draws, and what keeps it from that. It is put into the page before its own scripts. */
const watcher = `(() => {
  const watch = (globalThis.watch = { frames: [], tasks: [], inputs: [], begin() { this.frames = []; this.tasks = []; this.inputs = [] } })
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) watch.tasks.push(duration) }).observe({ type: "longtask" })
  new PerformanceObserver((list) => { for (const { duration, name } of list.getEntries()) if (name === "keydown") watch.inputs.push(duration) }).observe({ type: "event", durationThreshold: 16 })
  let last = performance.now()
  const frame = (now) => { watch.frames.push(now - last); last = now; requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
})()`

export interface Watched {
  /** Milliseconds between pictures. */
  readonly frames: ReadonlyArray<number>
  /** Milliseconds of each piece of work that took longer than 50. */
  readonly tasks: ReadonlyArray<number>
  /** Milliseconds from a key to the picture with what it wrote, where that was longer than 16. */
  readonly inputs: ReadonlyArray<number>
}

export interface Spent {
  readonly script: number
  readonly style: number
  readonly layout: number
  readonly all: number
}

export interface Visitor {
  readonly context: BrowserContext
  readonly tab: Tab
  readonly devtools: CDPSession
  /** What was watched since the last time. */
  readonly watched: () => Promise<Watched>
  /** Seconds that went into scripts, style, layout and everything since the page was opened. */
  readonly spent: () => Promise<Spent>
  /** Bytes that scripts hold, when nobody else does. */
  readonly heap: () => Promise<number>
}

/** Somebody who is signed in. */
export const visitor = Effect.fnUntraced(function* (path: string) {
  const { accounts, address } = yield* TestServer
  const password = Redacted.make("a long password")
  yield* accounts.add({ name: "ann", password, role: "member" })
  const browser = yield* Chromium.open
  const origin = `http://127.0.0.1:${address!.port}`
  return yield* Effect.promise(async (): Promise<Visitor> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    await context.request.post(`${origin}/api/v1/session`, {
      data: { username: "ann", password: "a long password", cookie: true },
    })
    await context.addInitScript(watcher)
    const tab = await context.newPage()
    const devtools = await context.newCDPSession(tab)
    await devtools.send("Performance.enable")
    await tab.goto(origin + path)
    return {
      context,
      tab,
      devtools,
      watched: async () => {
        const watched = (await tab.evaluate("watch")) as Watched
        await tab.evaluate("watch.begin()")
        return watched
      },
      spent: async () => {
        const { metrics } = await devtools.send("Performance.getMetrics")
        const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
        return {
          script: of("ScriptDuration"),
          style: of("RecalcStyleDuration"),
          layout: of("LayoutDuration"),
          all: of("TaskDuration"),
        }
      },
      heap: async () => {
        await devtools.send("HeapProfiler.collectGarbage")
        return (await devtools.send("Runtime.getHeapUsage")).usedSize
      },
    }
  })
})
