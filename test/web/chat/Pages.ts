/** Pages without a browser, against a service in memory: all of the page but what is drawn. */
import { effect } from "@preact/signals"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { Dialer } from "../../../src/client/Dialer.ts"
import { make as memoryDialer, type MemoryDialer } from "../../../src/testing/MemoryDialer.ts"
import { TestServer } from "../../../src/testing/TestServer.ts"
import { start } from "../../../src/web/chat/model/channels.ts"
import { Chat } from "../../../src/web/chat/model/Chat.ts"
import type { Environment } from "../../../src/web/chat/model/Environment.ts"
import { hear } from "../../../src/web/chat/model/hear.ts"
import * as Link from "../../../src/web/chat/session/Link.ts"

/** What a browser keeps, and how many look at it. */
export class Browser implements Environment {
  isLookedAt = true
  private readonly store: Map<string, string>
  private readonly tabs: Array<Browser>
  private readonly listeners: Array<(key: string) => void> = []
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(other?: Browser) {
    this.store = other?.store ?? new Map()
    this.tabs = other?.tabs ?? []
    this.tabs.push(this)
  }

  readonly now = () => Date.now()
  readonly later = (millis: number, run: () => void) => {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      run()
    }, millis)
    this.timers.add(timer)
    return () => clearTimeout(timer)
  }
  readonly beforePaint = (run: () => void) => void setImmediate(run)
  readonly keep = (key: string, value: string | undefined) => {
    if (value === undefined) this.store.delete(key)
    else this.store.set(key, value)
    for (const tab of this.tabs) if (tab !== this) for (const listener of tab.listeners) listener(key)
  }
  readonly kept = (key: string) => this.store.get(key)
  readonly onKept = (changed: (key: string) => void) => void this.listeners.push(changed)
  readonly isSeen = () => this.isLookedAt

  close(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }
}

/** Waits until something holds of signals. */
export const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    let stop = () => {}
    stop = effect(() => {
      if (!holds()) return
      resolve()
      queueMicrotask(() => stop())
    })
  })

export interface Page {
  readonly chat: Chat
  readonly browser: Browser
  readonly way: MemoryDialer
}

/** Somebody opens the page, who has an account of this name. It is in when `start` is done. */
export const visit = Effect.fnUntraced(function* (
  name: string,
  options: { readonly browser?: Browser; readonly wanted?: string; readonly role?: "admin" | "member" } = {},
): Effect.fn.Return<Page, never, TestServer | Scope.Scope> {
  const { accounts } = yield* TestServer
  const way = yield* memoryDialer
  const { role = "member", wanted } = options
  const known = yield* Effect.orDie(accounts.find(name))
  const user =
    known._tag === "Some"
      ? known.value
      : yield* Effect.orDie(accounts.add({ name, password: Redacted.make("a long password"), role }))
  const { token } = yield* Effect.orDie(accounts.issueToken(user))
  const browser = options.browser ?? new Browser()
  const chat = new Chat(browser, { id: user.id, name: user.name, role })
  const linked = yield* Effect.promise(() =>
    Link.open({
      dialer: Layer.succeed(Dialer, way.dialer),
      token: Redacted.value(token),
      anotherToken: () => Promise.resolve(undefined),
      onState: (state) => void (chat.state.value = state),
      onEvents: (events) => hear(chat, events),
      onLost: () => {
        throw new Error("the page lost its place")
      },
    }),
  )
  if (!linked.ok) return yield* Effect.die(new Error(linked.trouble.message))
  chat.link = linked.value
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      await linked.value.close()
      browser.close()
    }),
  )
  yield* Effect.promise(() => start(chat, wanted))
  return { chat, browser, way }
})
