/**
 * The connection to the service: the client library, made of promises. It is the only place of the page where effects run.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Client, type ClientState, type Dialer } from "../../../client/index.ts"
import * as Monotonic from "../../../domain/Monotonic.ts"
import type { Event } from "../model/frames.ts"
import { type Trouble, troubleOf } from "./Trouble.ts"
import { scheduler } from "./turns.ts"

/** An answer, or why there is none. */
export type Answer<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly trouble: Trouble }

export type LinkState =
  | { readonly tag: "Connecting" }
  | { readonly tag: "Online" }
  /** The next try is in so many milliseconds. */
  | { readonly tag: "Away"; readonly wait: number; readonly trouble: Trouble }
  | { readonly tag: "Returning" }
  | { readonly tag: "Ended"; readonly trouble: Trouble | undefined }

export interface Link {
  readonly client: Client.Client
  /** The signal gives it up. */
  readonly ask: <A>(effect: Effect.Effect<A, unknown>, signal?: AbortSignal) => Promise<Answer<A>>
  readonly close: () => Promise<void>
}

export interface LinkOptions {
  readonly dialer: Layer.Layer<Dialer>
  readonly token: string
  /** Gives it up, while it is not open yet. */
  readonly signal?: AbortSignal | undefined
  /** Asked for another token when this one is not good any more; undefined where one has to sign in anew. */
  readonly anotherToken: () => Promise<string | undefined>
  readonly onState: (state: LinkState) => void
  readonly onEvents: (events: ReadonlyArray<Event>) => void
  /** Events were lost, since the page took none for so long: what is shown has to be fetched anew. */
  readonly onLost: () => void
}

const toAnswer = <A>(exit: Exit.Exit<A, unknown>): Answer<A> =>
  Exit.isSuccess(exit) ? { ok: true, value: exit.value } : { ok: false, trouble: troubleOf(Cause.squash(exit.cause)) }

/** What a channel in slow mode wants later than this is sent again by the page: nothing else waits for it meanwhile. */
const longestWait = Duration.seconds(2)

const credentials = (token: string) => ({ token: Redacted.make(token) })

/** Connects, as often as it takes. Answers when it is in, or when there is no sense in another try. */
export const open = async (options: LinkOptions): Promise<Answer<Link>> => {
  const { anotherToken, dialer, onEvents, onLost, onState, signal } = options
  const scope = Scope.makeUnsafe()
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void), { scheduler })
  const tell = (state: ClientState.ClientState): Effect.Effect<void> =>
    Effect.map(Clock.Clock, (clock) => onState(stateOf(state, Monotonic.millis(clock))))
  onState({ tag: "Connecting" })
  const made = await Client.make({
    credentials: credentials(options.token),
    patience: Client.forEver,
    longestWait,
    onWaiting: tell,
    signInAgain: () =>
      Effect.map(Effect.promise(anotherToken), (token) => (token === undefined ? undefined : credentials(token))),
  }).pipe(Effect.provide(dialer), Scope.provide(scope), (make) => Effect.runPromiseExit(make, { scheduler, signal }))
  const answer = toAnswer(made)
  if (!answer.ok) {
    await close()
    return answer
  }
  const client = answer.value
  const listen = Effect.forever(
    client.subscribe.pipe(
      Effect.flatMap(Stream.runForEachArray((events) => Effect.sync(() => onEvents(events)))),
      Effect.scoped,
      // It ends by itself when the client does; otherwise this page has lost its place.
      Effect.catch(() => Effect.sync(onLost)),
      Effect.andThen(client.state),
      Effect.flatMap((state) => (state._tag === "Ended" ? Effect.interrupt : Effect.void)),
    ),
  )
  await Effect.runPromise(
    Effect.all([
      Effect.forkIn(listen, scope, { startImmediately: true }),
      Effect.forkIn(Stream.runForEach(client.states, tell), scope, { startImmediately: true }),
    ]),
    { scheduler },
  )
  return {
    ok: true,
    value: {
      client,
      close,
      ask: (effect, signal) => Effect.runPromiseExit(effect, { scheduler, signal }).then(toAnswer),
    },
  }
}

const stateOf = (state: ClientState.ClientState, now: number): LinkState => {
  switch (state._tag) {
    case "Connecting":
      return { tag: "Connecting" }
    case "Online":
      return { tag: "Online" }
    case "Away":
      return { tag: "Away", wait: Math.max(0, state.until - now), trouble: troubleOf(state.because) }
    case "Returning":
      return { tag: "Returning" }
    case "Ended":
      return { tag: "Ended", trouble: state.because === undefined ? undefined : troubleOf(state.because) }
  }
}
