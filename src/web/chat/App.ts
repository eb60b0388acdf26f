/** What the page is at: looking for the service, at its door, or inside. */
import { effect, type Signal, signal } from "@preact/signals"
import * as WebSocket from "../../client/transport/WebSocket.ts"
import { Api, Refused } from "../Api.ts"
import { Chat } from "./model/Chat.ts"
import type { Conversation } from "./model/Conversation.ts"
import { follow, isNone, open, start } from "./model/channels.ts"
import { apply, hear } from "./model/hear.ts"
import type { Environment } from "./model/Environment.ts"
import { loadLatest } from "./model/history.ts"
import * as Kept from "./model/Kept.ts"
import { seen } from "./model/read.ts"
import { isUnfinished, keepDrafts, keepUnsent } from "./model/unsent.ts"
import { parse, pathOf, type Route } from "./route.ts"
import * as Link from "./session/Link.ts"
import { Preferences } from "./session/Preferences.ts"
import * as SignIn from "./session/SignIn.ts"
import { type Trouble, trouble } from "./session/Trouble.ts"

/** What the service says of itself to whoever comes. */
export interface Welcome {
  readonly name: string
  readonly version: string
  readonly guests: boolean
  readonly registration: "open" | "invite" | "closed"
  readonly min_password_length: number
  /** 0 where no files are taken. */
  readonly max_file_bytes: number
  /** Where a WebSocket is asked for. */
  readonly websocket: string
}

export type Phase =
  | { readonly tag: "Loading" }
  /** It is tried again at this moment. */
  | { readonly tag: "Unreachable"; readonly trouble: Trouble; readonly at: number }
  /** `because` says why one is out again. */
  | { readonly tag: "Door"; readonly because: Trouble | undefined }
  | { readonly tag: "Inside"; readonly chat: Chat }

/** Who has signed in last in this browser, in whichever tab. */
const whoKey = "natter.who"

/** How the service is reached: by a WebSocket, or where none gets through by Server-Sent Events. */
type Way = "websocket" | "events"

/** Tries to open the first WebSocket, before something else is tried. */
const maxTries = 3

const events = async () => (await import("../../client/transport/Sse.ts")).layer(`${location.origin}/sse`)

/** Milliseconds until a service that does not answer is asked again: more each time. */
const pauses = [1000, 2000, 5000, 10_000]

export class App {
  readonly env: Environment
  readonly api = new Api()
  readonly preferences: Preferences
  readonly phase = signal<Phase>({ tag: "Loading" })
  readonly route: Signal<Route>
  readonly welcome = signal<Welcome | undefined>(undefined)
  private tries = 0
  private cancelWait = () => {}
  private isBeginning = false
  /** Ends what goes on for whoever is in, or is on the way in. */
  private leaving = new AbortController()

  constructor(env: Environment) {
    this.env = env
    this.preferences = new Preferences(env)
    this.route = signal<Route>(parse(location.pathname))
    addEventListener("popstate", () => {
      this.route.value = parse(location.pathname)
      this.followRoute()
    })
    const look = () => {
      const shown = this.chat?.current.value
      if (this.chat !== undefined && shown !== undefined) seen(this.chat, shown)
    }
    addEventListener("focus", look)
    document.addEventListener("visibilitychange", look)
    addEventListener("online", () => this.retry())
    addEventListener("pagehide", () => this.chat !== undefined && keepDrafts(this.chat))
    addEventListener(
      "beforeunload",
      (event) => this.chat !== undefined && isUnfinished(this.chat) && event.preventDefault(),
    )
    env.onKept((key) => this.keptElsewhere(key))
  }

  /** Of whoever is in. */
  private get chat(): Chat | undefined {
    const { value } = this.phase
    return value.tag === "Inside" ? value.chat : undefined
  }

  /** Comes in, where one was in before. */
  async begin(): Promise<void> {
    if (this.isBeginning) return
    this.isBeginning = true
    this.cancelWait()
    try {
      const [welcome, who] = await Promise.all([
        this.api.ask<Welcome>("/service/welcome"),
        SignIn.comeBack(this.api, this.env),
      ])
      this.tries = 0
      this.welcome.value = welcome
      if (who === undefined) this.phase.value = { tag: "Door", because: undefined }
      else void this.enter(who)
    } catch (error) {
      const wait = pauses[Math.min(this.tries++, pauses.length - 1)]!
      const because =
        error instanceof Refused ? trouble(error.reason, error.message) : trouble("Internal", String(error))
      this.phase.value = { tag: "Unreachable", trouble: because, at: this.env.now() + wait }
      this.cancelWait = this.env.later(wait, () => void this.begin())
    }
    this.isBeginning = false
  }

  /** Tries at once what would be tried later. */
  retry(): void {
    const { value } = this.phase
    // Until there is a connection for the first time there is none that could be asked to come back.
    if (value.tag === "Unreachable" || (value.tag === "Inside" && value.chat.link === undefined)) void this.begin()
    else if (value.tag === "Inside") void value.chat.ask((client) => client.retry)
  }

  /** Signs in; fails with `Refused`. */
  async signIn(given: SignIn.Given): Promise<void> {
    const who = await SignIn.signIn(this.api, this.env, given)
    const refused = await this.enter(who, true)
    // As where somebody else is a guest by this name.
    if (refused !== undefined) throw new Refused(403, refused.reason, refused.message)
    if (who.registered === true) this.chat?.note(trouble(who.me.role === "admin" ? "FirstHere" : "Registered"))
  }

  async signOut(): Promise<void> {
    this.end()
    await SignIn.signOut(this.api, this.env)
    this.phase.value = { tag: "Door", because: undefined }
    this.env.keep(whoKey, undefined)
    // Other tabs are of the same session.
    this.env.keep("natter.left", String(this.env.now()))
  }

  private get websocket(): string {
    const url = new URL(this.welcome.value?.websocket ?? "/ws", location.href)
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    return url.href
  }

  /** Ends what there is of whoever is in. What was not sent is there again when one comes back. */
  private end(): void {
    const { chat } = this
    this.leaving.abort()
    if (chat === undefined) return
    const { link } = chat
    chat.link = undefined
    keepUnsent(chat)
    void link?.close()
  }

  private leave(because: Trouble | undefined): void {
    this.end()
    this.phase.value = { tag: "Door", because }
  }

  /**
   * Opens the connection, and shows what is there. Whoever comes from the door stays there until it is open, or has to be told
   * that it takes longer.
   */
  private async enter(
    who: SignIn.SignedIn,
    comesFromDoor = false,
    way: Way = "websocket",
  ): Promise<Trouble | undefined> {
    const { me, token } = who
    let isAtDoor = comesFromDoor
    let tries = 0
    this.leaving.abort()
    const { signal } = (this.leaving = new AbortController())
    const chat = new Chat(this.env, me)
    chat.words = this.preferences.words
    this.env.keep(whoKey, me.id)
    const { value: route } = this.route
    const wanted = route.tag === "Channel" ? route.channel : Kept.current(chat)
    if (!isAtDoor) this.phase.value = { tag: "Inside", chat }
    const linked = await Link.open({
      dialer: way === "websocket" ? WebSocket.layer(this.websocket) : await events(),
      token,
      signal,
      anotherToken: () => SignIn.anotherToken(this.api),
      onState: (state) => {
        if (state.tag === "Online") tries = Number.NEGATIVE_INFINITY
        if (state.tag === "Away" && way === "websocket" && ++tries % maxTries === 0) void this.tryEvents(who, signal)
        if (isAtDoor && state.tag === "Away" && !signal.aborted) {
          isAtDoor = false
          this.phase.value = { tag: "Inside", chat }
        }
        this.stateIs(chat, state)
      },
      onEvents: (events) => hear(chat, events),
      onLost: () => {
        for (const { timeline } of chat.conversations.value) timeline.value = undefined
        if (chat.current.value !== undefined) void loadLatest(chat, chat.current.value)
      },
    })
    if (signal.aborted) {
      if (linked.ok) await linked.value.close()
      return undefined
    }
    if (!linked.ok) {
      if (!isAtDoor) this.phase.value = { tag: "Door", because: linked.trouble }
      return linked.trouble
    }
    chat.link = linked.value
    this.phase.value = { tag: "Inside", chat }
    void this.show(chat, route, wanted)
    this.followShown(chat, signal)
    return undefined
  }

  /** Where the service answers over HTTP all the while, what is in between lets no WebSocket through. */
  private async tryEvents(who: SignIn.SignedIn, signal: AbortSignal): Promise<void> {
    try {
      await Promise.all([this.api.ask("/service/welcome"), events()])
    } catch {
      return
    }
    if (!signal.aborted) await this.enter(who, false, "events")
  }

  /** The address follows what is shown. */
  private followShown(chat: Chat, signal: AbortSignal): void {
    let before: Conversation | undefined
    const stop = effect(() => {
      const { value: current } = chat.current
      const shown = current?.name.value
      if (shown === undefined) return
      const now = this.route.peek()
      // What is called otherwise now is no other place.
      const isPlace = now.tag === "Channel" && before !== undefined && before !== current
      before = current
      if (now.tag === "Channel" && now.channel === shown) return
      history[isPlace ? "pushState" : "replaceState"](undefined, "", pathOf(shown))
      this.route.value = { tag: "Channel", channel: shown, seq: undefined }
    })
    signal.addEventListener("abort", stop)
  }

  /** Shows what the address asks for, or what was shown last. */
  private async show(chat: Chat, route: Route, wanted: string | undefined): Promise<void> {
    const listed = start(chat, wanted)
    if (route.tag === "Join") await this.join(chat, route.code)
    else if (wanted !== undefined) {
      await open(chat, wanted, { at: route.tag === "Channel" ? route.seq : undefined })
    }
    await listed
    const { value: shown } = chat.current
    // Where one was last may be gone.
    if (shown === undefined || (route.tag !== "Channel" && isNone(shown))) {
      const first = chat.conversations.value.find((one) => one !== shown)
      if (first !== undefined) await open(chat, first.name.value)
    }
  }

  private async join(chat: Chat, code: string): Promise<void> {
    try {
      const { channel } = await this.api.ask<{ readonly channel: string }>("/invite-links/accept", {
        method: "POST",
        body: { code },
      })
      await open(chat, channel)
    } catch (error) {
      chat.note(error instanceof Refused ? trouble(error.reason, error.message) : trouble("Internal", String(error)))
    }
  }

  private stateIs(chat: Chat, state: Link.LinkState): void {
    apply(chat)
    chat.state.value = state
    if (state.tag !== "Ended" || chat.link === undefined) return
    if (this.chat !== chat) return
    this.env.keep(whoKey, undefined)
    this.leave(state.trouble)
  }

  private followRoute(): void {
    const { chat, route } = this
    if (chat === undefined || route.value.tag !== "Channel") return
    const { channel, seq } = route.value
    // One goes back to where one was, whatever that is called now.
    const known = chat.find(channel) ?? chat.renamed.get(channel)
    void open(chat, known?.name.value ?? channel, { at: seq })
  }

  /** Shows a message, and gives the page its address. */
  goTo(channel: string, seq: number | undefined): void {
    const { chat } = this
    if (chat === undefined) return
    const path = pathOf(channel, seq)
    if (path !== location.pathname) history.pushState(undefined, "", path)
    this.route.value = { tag: "Channel", channel, seq }
    void open(chat, channel, { at: seq })
  }

  /** Another tab has changed what is kept. */
  private keptElsewhere(key: string): void {
    const { chat } = this
    const who = key === whoKey ? this.env.kept(whoKey) : undefined
    if (who !== undefined && this.phase.value.tag === "Door") return void this.begin()
    if (chat === undefined) return
    if (key === "natter.left") return this.leave(undefined)
    // All tabs have one cookie: what this one asked for from now on would be asked for by somebody else.
    if (who !== undefined && who !== chat.me.id) return this.leave(trouble("OtherUser"))
    if (Kept.isList(chat, key)) follow(chat)
    const told = Kept.levelOf(chat, key)
    const other = told === undefined ? undefined : chat.find(told)
    if (other !== undefined) other.level.value = Kept.level(chat, other.name.value)
    const drafted = Kept.draftOf(chat, key)
    const conversation = drafted === undefined ? undefined : chat.find(drafted)
    if (conversation !== undefined) conversation.draft.value = Kept.draft(chat, conversation.name.value)
  }
}
