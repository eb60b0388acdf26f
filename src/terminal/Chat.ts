/** The terminal client: keys, events and answers become actions, `update` handles them, the view draws the model. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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
import { initial, type Size } from "./Model.ts"
import { exportHistory } from "./internal/exporting.ts"
import { runIntent } from "./internal/runIntent.ts"
import { Transfers } from "./internal/transfers.ts"
import type { LocalFiles, LocalTrouble } from "./LocalFiles.ts"
import type { Change, Settings } from "./Settings.ts"
import { title, update } from "./Update.ts"
import type { Capabilities } from "./view/Capabilities.ts"
import * as Display from "./view/Display.ts"

/** Whom the user ignores at this server, and what keeps that. */
export interface Ignoring {
  readonly names: ReadonlyArray<string>
  readonly keep: (names: ReadonlyArray<string>) => Effect.Effect<void, { readonly message: string }>
}

export interface ChatOptions {
  /** How the server is reached, as people write it. */
  readonly address: string
  readonly capabilities: Capabilities
  /** The channels to join; the first is shown. */
  readonly channels: readonly [string, ...ReadonlyArray<string>]
  /** The client, once it has signed in. */
  readonly client: Effect.Effect<Client, ConnectionFailure>
  readonly files: LocalFiles
  readonly ignoring: Ignoring
  /** Whether the wheel of the mouse is reported. */
  readonly mouse: boolean
  /** Has the user write a draft in a program that takes the terminal. */
  readonly write: (draft: string) => Effect.Effect<string, LocalTrouble>
  readonly settings: Settings
  /** What is wrong with the file that they are in. */
  readonly settingsTrouble: ReadonlyArray<string>
  /** Changes that file, and nothing else in it. */
  readonly keepSetting: (change: Change) => Effect.Effect<void, LocalTrouble>
  /** Where the page of the service is; undefined where nobody could open it. */
  readonly page: string | undefined
  /** Called with what asks the user for the password, when the client needs it to sign in again. */
  readonly onAsk: (ask: Effect.Effect<Redacted.Redacted>) => void
  /** In which state it is until then. */
  readonly waiting: Stream.Stream<ClientState>
}

/** Between two frames, in milliseconds. */
const frame = 33

/** Intents that the client works on at once; any beyond that are refused. */
const maxPending = 512

/** Runs until the user quits; fails when the client ends. The terminal is restored before that. */
export const run = Effect.fnUntraced(function* (
  options: ChatOptions,
): Effect.fn.Return<void, ConnectionFailure, Scope.Scope> {
  const quit = Deferred.makeUnsafe<void>()
  const arrived = Deferred.makeUnsafe<Client>()
  const changed = Latch.makeUnsafe(false)
  const start = yield* FiberSet.makeRuntime<never>()
  let waiting = 0
  let password = Deferred.makeUnsafe<Redacted.Redacted>()
  const size = Display.sizeOf(process.stdout)
  const { address, capabilities, channels, files, keepSetting, mouse, page, settings, write } = options
  const time = Effect.all({ now: Clock.currentTimeMillis, ticks: Monotonic.now })
  let model = initial({
    address,
    channels,
    ids: yield* fresh,
    ...(yield* time),
    size,
    formats: capabilities.formats,
    page,
    settings,
    ignored: options.ignoring.names,
  })

  const dispatch = (action: Action): void => {
    const [next, intents] = update(model, action)
    if (next !== model) {
      model = next
      changed.openUnsafe()
    }
    for (const intent of intents) handleIntent(intent)
  }

  const transfers = new Transfers({ client: Deferred.await(arrived), files, dispatch, start })

  const handleIntent = (intent: Intent): void => {
    switch (intent._tag) {
      case "SignIn":
        return void Deferred.doneUnsafe(password, Exit.succeed(intent.password))
      case "Quit":
        return void Deferred.doneUnsafe(quit, Exit.void)
      case "Title":
        return display.title(intent.text)
      case "OpenEditor":
        return void start(
          Effect.match(Effect.scoped(Effect.andThen(display.lent, write(intent.text))), {
            onSuccess: (text) => dispatch({ _tag: "Written", text }),
            onFailure: ({ message }) => dispatch({ _tag: "Refused", why: `The draft is as it was: ${message}` }),
          }),
        )
      case "ShowBare":
        return void start(display.showBare(intent.lines))
      case "Export":
        return void start(
          Effect.flatMap(Deferred.await(arrived), (client) => exportHistory(client, files, intent, dispatch)),
        )
      case "KeepSetting":
        return void start(
          Effect.catch(keepSetting(intent.change), ({ message }) =>
            Effect.sync(() =>
              dispatch({ _tag: "Refused", why: `It holds until you leave, and is not kept: ${message}` }),
            ),
          ),
        )
      case "Copy":
        return display.copy(intent.text)
      case "Notify":
        return display.notify(intent.title, intent.text)
      case "SendFile":
      case "GetFile":
      case "CancelTransfer":
        return transfers.handle(intent)
      case "KeepIgnored": {
        const why = ({ message }: { readonly message: string }) => `this holds until you leave only: ${message}`
        const keeping = Effect.catch(options.ignoring.keep(intent.names), (error) =>
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

  const resized = (size: Size) => {
    dispatch({ _tag: "Resized", size })
    display.show(model)
  }
  const display = yield* Display.open({ capabilities, dispatch, model, mouse, resized })

  options.onAsk(
    Effect.suspend(() => {
      password = Deferred.makeUnsafe()
      dispatch({ _tag: "PasswordNeeded" })
      return Deferred.await(password)
    }),
  )
  display.title(title(model))
  if (options.settingsTrouble.length > 0) {
    dispatch({ _tag: "Refused", why: ["In your settings:", ...options.settingsTrouble].join("\n") })
  }

  const drawing = changed.await.pipe(
    Effect.andThen(
      Effect.sync(() => {
        changed.closeUnsafe()
        display.show(model)
      }),
    ),
    // Changes within this time are drawn together.
    Effect.andThen(Effect.sleep(frame)),
    Effect.forever,
  )

  const ticking = Effect.sleep("1 second").pipe(
    Effect.andThen(time),
    Effect.tap((time) => Effect.sync(() => dispatch({ _tag: "Tick", ...time }))),
    Effect.forever,
  )

  const talking = Effect.gen(function* () {
    const waiting = Stream.runForEach(options.waiting, (state) =>
      Effect.sync(() => dispatch({ _tag: "Connection", state })),
    )
    const client = yield* Effect.raceFirst(options.client, Effect.andThen(waiting, Effect.never))
    const events = yield* client.subscribe
    Deferred.doneUnsafe(arrived, Exit.succeed(client))
    const watching = Stream.runForEach(client.states, (state) =>
      Effect.sync(() => dispatch({ _tag: "Connection", state })),
    )
    const receiving = Stream.runForEach(events, (event) => Effect.sync(() => dispatch({ _tag: "Event", event })))
    for (const channel of channels) handleIntent({ _tag: "Join", channel })
    handleIntent({ _tag: "ListUnread" })
    // The events fail with the reason when the client ends.
    return yield* Effect.raceFirst(receiving, Effect.andThen(watching, Effect.never))
  }).pipe(Effect.andThen(Effect.never))

  yield* Effect.raceAllFirst([Deferred.await(quit), talking, ticking, drawing, display.failed])
}, Effect.scoped)
