/** The terminal client: keys, events and answers become actions, `update` handles them, the view draws the model. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Latch from "effect/Latch"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Client } from "../client/Client.ts"
import type { ClientState } from "../client/ClientState.ts"
import { fresh } from "../client/MessageId.ts"
import type { ConnectionFailure } from "../client/Reconnect.ts"
import * as Monotonic from "../domain/Monotonic.ts"
import type { Action, Intent } from "./Action.ts"
import { areSame, summaryOf } from "./Elsewhere.ts"
import { initial, type Model, type Size } from "./Model.ts"
import { exportHistory } from "./internal/exporting.ts"
import { runIntent } from "./internal/runIntent.ts"
import { Transfers } from "./internal/transfers.ts"
import type { LocalFiles, LocalTrouble } from "./LocalFiles.ts"
import type { Change, Settings } from "./Settings.ts"
import { titleOf, update } from "./Update.ts"
import type { Capabilities } from "./view/Capabilities.ts"
import * as Display from "./view/Display.ts"

/** Names that are known from before at this server, and what keeps others. */
export interface KeptNames {
  readonly names: ReadonlyArray<string>
  readonly keep: (names: ReadonlyArray<string>) => Effect.Effect<void, { readonly message: string }>
}

/** A server, and who is signed in there. */
export interface ServerOptions {
  /** How the server is reached, as people write it. */
  readonly address: string
  /** The channels to join; the first is shown. */
  readonly channels: readonly [string, ...ReadonlyArray<string>]
  /** The client, once it has signed in. */
  readonly client: Effect.Effect<Client, ConnectionFailure>
  /** Whom the user ignores. */
  readonly ignoring: KeptNames
  /** Keeps in which channels the user is, to enter them the next time; undefined where others are to be entered then. */
  readonly keepChannels: KeptNames["keep"] | undefined
  /** Where the page of the service is; undefined where nobody could open it. */
  readonly page: string | undefined
  /** Called with what asks the user for the password, when the client needs it to sign in again. */
  readonly onAsk: (ask: Effect.Effect<Redacted.Redacted>) => void
  /** In which state it is until then. */
  readonly waiting: Stream.Stream<ClientState>
}

export interface ChatOptions {
  /** The first is shown. */
  readonly servers: readonly [ServerOptions, ...ReadonlyArray<ServerOptions>]
  readonly capabilities: Capabilities
  readonly files: LocalFiles
  /** Whether the wheel of the mouse is reported. */
  readonly mouse: boolean
  /** Has the user write a draft in a program that takes the terminal. */
  readonly write: (draft: string) => Effect.Effect<string, LocalTrouble>
  readonly settings: Settings
  /** What is wrong with the file that they are in. */
  readonly settingsTrouble: ReadonlyArray<string>
  /** Changes that file, and nothing else in it. */
  readonly keepSetting: (change: Change) => Effect.Effect<void, LocalTrouble>
  /** Whether the password was typed just now: then it is told that the name was new. */
  readonly typed: boolean
}

/** What a server has in the window, and others have, too. */
interface Window {
  readonly display: () => Display.Display
  /** Something is to be drawn. */
  readonly changed: () => void
  readonly leave: () => void
  readonly showServer: (which: string | undefined, channel?: string) => void
  /** Where one can go at the others is to be told: one chooses. */
  readonly chooses: () => void
  readonly title: () => void
  /** What was set here holds at the others. */
  readonly settled: () => void
  readonly start: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
}

/** A server in the window. */
interface Seat {
  readonly model: () => Model
  readonly dispatch: (action: Action) => void
  /** Talks to the server, until the client ends. */
  readonly talking: Effect.Effect<never, ConnectionFailure>
}

/** Between two frames, in milliseconds. */
const frame = 33

/** Intents that the client works on at once; any beyond that are refused. */
const maxPending = 512

const time = Effect.all({ now: Clock.currentTimeMillis, ticks: Monotonic.now })

/** Takes a place in the window. */
const sit = Effect.fnUntraced(function* (
  server: ServerOptions,
  options: ChatOptions,
  window: Window,
  hidden: boolean,
): Effect.fn.Return<Seat> {
  const arrived = Deferred.makeUnsafe<Client>()
  let waiting = 0
  /** The writing of a channel into a file, which was begun last. */
  let exporting: Fiber.Fiber<void> | undefined
  let password = Deferred.makeUnsafe<Redacted.Redacted>()
  const { address, channels, ignoring, page } = server
  const { capabilities, files, keepSetting, settings, write } = options
  const { start } = window
  let model = initial({
    address,
    channels,
    ids: yield* fresh,
    ...(yield* time),
    size: Display.sizeOf(process.stdout),
    formats: capabilities.formats,
    page,
    settings,
    ignored: ignoring.names,
    hidden,
  })

  const dispatch = (action: Action): void => {
    const before = model
    const [next, intents] = update(model, action)
    const set = next.settings !== model.settings
    if (next !== model) {
      model = next
      window.changed()
    }
    if (next.picker?.what === "switch" && before.picker === undefined) window.chooses()
    if (set && action._tag !== "Settings") window.settled()
    for (const intent of intents) handleIntent(intent)
  }

  const transfers = new Transfers({ client: Deferred.await(arrived), files, dispatch, start })

  const handleIntent = (intent: Intent): void => {
    switch (intent._tag) {
      case "SignIn":
        return void Deferred.doneUnsafe(password, Exit.succeed(intent.password))
      case "Quit":
        return window.leave()
      case "ShowServer":
        return window.showServer(intent.which, intent.channel)
      case "Title":
        return window.title()
      case "Redraw":
        return window.display().redraw()
      case "OpenEditor":
        return void start(
          Effect.match(Effect.scoped(Effect.andThen(window.display().lent, write(intent.text))), {
            onSuccess: (text) => dispatch({ _tag: "Written", text }),
            onFailure: ({ message }) => dispatch({ _tag: "Refused", why: `The draft is as it was: ${message}` }),
          }),
        )
      case "ShowBare":
        return void start(window.display().showBare(intent.lines))
      case "Export":
        exporting = start(exportHistory(Deferred.await(arrived), files, intent, dispatch))
        return
      case "StopExport":
        if (exporting !== undefined) start(Fiber.interrupt(exporting))
        return
      case "KeepSetting":
        return void start(
          Effect.catch(keepSetting(intent.change), ({ message }) =>
            Effect.sync(() =>
              dispatch({ _tag: "Refused", why: `It holds until you leave, and is not kept: ${message}` }),
            ),
          ),
        )
      case "Copy":
        return window.display().copy(intent.text)
      case "Notify":
        return window.display().notify(intent.title, intent.text)
      case "SendFile":
      case "GetFile":
      case "CancelTransfer":
        return transfers.handle(intent)
      case "KeepChannels":
        // It is no loss that anybody has to hear of. Whoever leaves at once finds it kept all the same.
        if (server.keepChannels !== undefined)
          start(Effect.uninterruptible(Effect.ignore(server.keepChannels(intent.names))))
        return
      case "KeepIgnored": {
        const why = ({ message }: { readonly message: string }) => `this holds until you leave only: ${message}`
        const keeping = Effect.catch(ignoring.keep(intent.names), (error) =>
          Effect.sync(() => dispatch({ _tag: "Refused", why: why(error) })),
        )
        return void start(keeping)
      }
      case "ListPaths": {
        const { typed } = intent
        const offered = Effect.map(files.complete(typed), (paths) => dispatch({ _tag: "Paths", typed, paths }))
        return void start(offered)
      }
      default:
        if (waiting >= maxPending) return dispatch({ _tag: "Refused", why: "too much is waiting to be done" })
        waiting++
        start(
          Effect.flatMap(Deferred.await(arrived), (client) => runIntent(client, intent, dispatch)).pipe(
            Effect.ensuring(Effect.sync(() => waiting--)),
          ),
        )
    }
  }

  server.onAsk(
    Effect.suspend(() => {
      password = Deferred.makeUnsafe()
      dispatch({ _tag: "PasswordNeeded" })
      return Deferred.await(password)
    }),
  )

  const talking = Effect.gen(function* () {
    const waiting = Stream.runForEach(server.waiting, (state) =>
      Effect.sync(() => dispatch({ _tag: "Connection", state })),
    )
    const client = yield* Effect.raceFirst(server.client, Effect.andThen(waiting, Effect.never))
    const events = yield* client.subscribe
    Deferred.doneUnsafe(arrived, Exit.succeed(client))
    const watching = Stream.runForEach(client.states, (state) =>
      Effect.sync(() => {
        if (state._tag !== "Online" || options.typed) return dispatch({ _tag: "Connection", state })
        const { username, version } = state
        dispatch({ _tag: "Connection", state: { _tag: "Online", username, version } })
      }),
    )
    const receiving = Stream.runForEach(events, (event) => Effect.sync(() => dispatch({ _tag: "Event", event })))
    for (const channel of channels) handleIntent({ _tag: "Join", channel })
    handleIntent({ _tag: "ListUnread" })
    handleIntent({ _tag: "FindChannels" })
    // The events fail with the reason when the client ends.
    return yield* Effect.raceFirst(receiving, Effect.andThen(watching, Effect.never))
  }).pipe(Effect.scoped, Effect.andThen(Effect.never))

  return { model: () => model, dispatch, talking }
})

/** Runs until the user quits; fails when the last client ends. The terminal is restored before that. */
export const run = Effect.fnUntraced(function* (
  options: ChatOptions,
): Effect.fn.Return<void, ConnectionFailure, Scope.Scope> {
  const quit = Deferred.makeUnsafe<void>()
  const changed = Latch.makeUnsafe(false)
  const start = yield* FiberSet.makeRuntime<never>()
  const seats: Array<Seat> = []
  let at = 0
  /** Whether the user was told that leaving loses something elsewhere. */
  let warned = false
  const shown = () => seats[at]!
  const others = () => seats.filter((seat) => seat !== shown())
  const nameOf = (seat: Seat) => seat.model().address

  const window: Window = {
    display: () => display,
    changed: () => changed.openUnsafe(),
    start,
    title: () =>
      display.title(
        titleOf(
          seats.map((seat) => seat.model()),
          shown().model(),
        ),
      ),
    settled: () => {
      const { settings } = shown().model()
      for (const seat of others()) seat.dispatch({ _tag: "Settings", settings })
    },
    chooses: () => {
      for (const seat of others()) seat.dispatch({ _tag: "PlacesWanted" })
      lookElsewhere()
    },
    showServer: (which, channel) => {
      // The one that has just this address, where it is a part of another, too.
      const exact = seats.findIndex((seat) => nameOf(seat) === which)
      const next =
        which === undefined
          ? (at + 1) % seats.length
          : exact === -1
            ? seats.findIndex((seat) => nameOf(seat).includes(which))
            : exact
      if (next === -1 || next === at) return
      shown().dispatch({ _tag: "Seen", shown: false })
      at = next
      shown().dispatch({ _tag: "Seen", shown: true })
      if (channel !== undefined) shown().dispatch({ _tag: "Enter", channel })
      window.title()
    },
    leave: () => {
      const left = others().filter((seat) => summaryOf(seat.model()).unsent > 0)
      if (left.length === 0 || warned) return void Deferred.doneUnsafe(quit, Exit.void)
      warned = true
      const where = left.map(nameOf).join(", ")
      shown().dispatch({ _tag: "Refused", why: `Not all is sent yet at ${where}. Once more to leave all the same.` })
    },
  }
  for (const server of options.servers) seats.push(yield* sit(server, options, window, seats.length > 0))

  const everywhere = (action: Action) => {
    for (const seat of seats) seat.dispatch(action)
  }
  const resized = (size: Size) => {
    everywhere({ _tag: "Resized", size })
    display.show(shown().model())
  }
  const { capabilities, mouse } = options
  const display = yield* Display.open({
    capabilities,
    dispatch: (action) => shown().dispatch(action),
    model: shown().model(),
    mouse,
    resized,
  })
  window.title()
  if (options.settingsTrouble.length > 0) {
    shown().dispatch({ _tag: "Refused", why: ["In your settings:", ...options.settingsTrouble].join("\n") })
  }

  /** Tells the server that is shown what waits at the others. */
  const lookElsewhere = () => {
    if (seats.length === 1) return
    const chooses = shown().model().picker?.what === "switch"
    const servers = others().map((seat) => summaryOf(seat.model(), chooses))
    if (!areSame(servers, shown().model().elsewhere)) shown().dispatch({ _tag: "Elsewhere", servers })
  }

  const drawing = changed.await.pipe(
    Effect.andThen(
      Effect.sync(() => {
        lookElsewhere()
        changed.closeUnsafe()
        display.show(shown().model())
      }),
    ),
    // Changes within this time are drawn together.
    Effect.andThen(Effect.sleep(frame)),
    Effect.forever,
  )

  const ticking = Effect.sleep("1 second").pipe(
    Effect.andThen(time),
    Effect.tap((time) => Effect.sync(() => everywhere({ _tag: "Tick", ...time }))),
    Effect.forever,
  )

  /** Of several servers one that is lost takes no other along: its line says why. The last one ends it all. */
  let there = seats.length
  const talking = seats.map(({ dispatch, talking }) =>
    Effect.catch(talking, (error) => {
      if (--there === 0) return Effect.fail(error)
      dispatch({ _tag: "Refused", why: `${error.message}. The other servers are still there.` })
      return Effect.never
    }),
  )

  yield* Effect.raceAllFirst([Deferred.await(quit), ...talking, ticking, drawing, display.failed])
}, Effect.scoped)
