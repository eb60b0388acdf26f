/** The operator's page: who is at it, which view is open, and what the service is asked. */
import { type Signal, signal } from "@preact/signals"
import { Api, Refused } from "../../Api.ts"
import type { Environment } from "../../chat/model/Environment.ts"
import * as SignIn from "../../chat/session/SignIn.ts"
import type { User } from "./answers.ts"
import { type Sight, Watch } from "./Watch.ts"

export const views = [
  "overview",
  "connections",
  "channels",
  "accounts",
  "keys",
  "invitations",
  "webhooks",
  "bans",
  "audit",
] as const

export type View = (typeof views)[number]

export type Phase =
  | { readonly tag: "Loading" }
  | { readonly tag: "Unreachable" }
  /** `who` is signed in and no administrator. */
  | { readonly tag: "Gate"; readonly who: User | undefined; readonly wasInside: boolean }
  | { readonly tag: "Inside"; readonly me: User }

export interface Route {
  readonly view: View
  /** Whose, or of which channel, where a view is about one. */
  readonly about: string
}

const root = "/admin"

/** Milliseconds until a service that does not answer is asked again. */
const wait = 2000

const sight: Sight = {
  isVisible: () => document.visibilityState === "visible",
  onChange: (run) => document.addEventListener("visibilitychange", run),
}

const parse = ({ pathname, search }: Location): Route => {
  const name = pathname.slice(root.length + 1)
  const view = views.find((view) => view === name) ?? "overview"
  return { view, about: new URLSearchParams(search).get("of") ?? "" }
}

export const pathOf = ({ about, view }: Route): string =>
  (view === "overview" ? root : `${root}/${view}`) + (about === "" ? "" : `?of=${encodeURIComponent(about)}`)

/** Whoever is told so is signed in no more. */
const isOutOf = ({ reason, status }: Refused): boolean => status === 401 || reason === "AccountDisabled"

export class Operator {
  readonly api = new Api()
  readonly env: Environment
  readonly watch: Watch
  readonly phase: Signal<Phase> = signal({ tag: "Loading" })
  readonly route: Signal<Route> = signal(parse(location))
  /** What was done last, for everybody who sees it or hears it. */
  readonly notice = signal("")

  constructor(env: Environment) {
    this.env = env
    this.watch = new Watch(this.api, env, sight, (error) => this.refused(error))
    addEventListener("popstate", () => void (this.route.value = parse(location)))
  }

  async begin(): Promise<void> {
    try {
      const found = await SignIn.comeBack(this.api, this.env)
      this.enter(found?.me)
    } catch {
      this.phase.value = { tag: "Unreachable" }
      this.env.later(wait, () => void this.begin())
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    // A new account could do nothing here.
    const { me } = await SignIn.signIn(this.api, this.env, { username, password, register: false })
    this.enter(me)
  }

  async signOut(): Promise<void> {
    this.watch.stop()
    await SignIn.signOut(this.api, this.env)
    this.phase.value = { tag: "Gate", who: undefined, wasInside: false }
  }

  /** Opens a view; a link to it works without this, too. */
  open(route: Route): void {
    history.pushState(undefined, "", pathOf(route))
    this.route.value = route
  }

  /** A request was refused: where nobody is signed in any more, or is no administrator, that is what is to be seen. */
  refused(error: unknown): void {
    if (!(error instanceof Refused) || this.phase.value.tag !== "Inside") return
    const isOut = isOutOf(error)
    if (!isOut && error.reason !== "Forbidden") return
    this.watch.stop()
    if (isOut) this.phase.value = { tag: "Gate", who: undefined, wasInside: true }
    else void this.begin()
  }

  /** Asks; what is refused is seen here first. */
  async ask<A>(path: string, request?: Parameters<Api["ask"]>[1]): Promise<A> {
    try {
      return await this.api.ask<A>(path, request)
    } catch (error) {
      if (error instanceof Refused && isOutOf(error)) this.refused(error)
      throw error
    }
  }

  private enter(me: User | undefined): void {
    if (me?.role !== "admin") {
      this.phase.value = { tag: "Gate", who: me, wasInside: false }
      return
    }
    this.phase.value = { tag: "Inside", me }
    this.watch.start()
  }
}
