/** Tells the service manager how the service is (sd_notify), where there is one that listens. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Datagrams from "./Datagrams.ts"

type Environment = Record<string, string | undefined>

/** How what is said gets to a socket of this name, by programs on this path; undefined where it cannot. */
type Channel = (socket: string, path?: string) => Effect.Effect<Datagrams.Datagrams | undefined, never, Scope.Scope>

/** How many sessions the service has; it answers only if the service works. */
type Sessions = Effect.Effect<number, unknown>

export interface Notifier {
  /**
   * The service takes connections. From then on it says how many sessions there are, and gives the signs of life that it is
   * asked for: only while it answers, since what hangs is to be started again.
   */
  readonly ready: (sessions: Sessions) => Effect.Effect<void, never, Scope.Scope>
  /** Around what reads settings again: the service manager waits until it is done, however that ends. */
  readonly reloading: <A, E, R>(reload: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The service ends its sessions, and takes no longer than this. */
  readonly stopping: (sessions: Sessions, within: Duration.Input) => Effect.Effect<void>
}

/** Nobody listens. */
const silent: Notifier = {
  ready: () => Effect.void,
  reloading: (reload) => reload,
  stopping: () => Effect.void,
}

/** How often it is said how the service is, where no sign of life is waited for. */
const usualPause = Duration.seconds(10)

/**
 * What the environment says of the service manager, which is then forgotten, so that no program that is started from here
 * speaks for the service.
 */
export const make = Effect.fnUntraced(function* (
  environment: Environment,
  pid: number,
  channel: Channel = Datagrams.make,
): Effect.fn.Return<Notifier, never, Scope.Scope> {
  const { NOTIFY_SOCKET, WATCHDOG_PID, WATCHDOG_USEC } = environment
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete environment[name]
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === "") return silent
  if (!/^[/@]./.test(NOTIFY_SOCKET)) {
    yield* Effect.logWarning(`NOTIFY_SOCKET is ${NOTIFY_SOCKET}, which is no UNIX socket: systemd is told nothing`)
    return silent
  }
  const datagrams = yield* channel(NOTIFY_SOCKET, environment["PATH"])
  if (datagrams === undefined) {
    yield* Effect.logWarning(
      "systemd is told nothing: there is none of perl, python3 and systemd-notify, which could; use Type=exec, without WatchdogSec=",
    )
    return silent
  }
  const { send } = datagrams
  const scope = yield* Effect.scope
  const watchdog = yield* watchdogOf(WATCHDOG_USEC, WATCHDOG_PID, pid)
  const pause = watchdog === undefined ? usualPause : Duration.divideUnsafe(watchdog, 2)
  let said = ""
  /** The lines to send, with how the service is if that is news. */
  const saying = (status: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (status === said) return lines
    said = status
    return [...lines, `STATUS=${status}`]
  }
  const tell = (lines: ReadonlyArray<string>): void => {
    if (lines.length > 0) send(lines)
  }
  /** So that a late answer comes before the sign of life is missed. */
  const asked = (sessions: Sessions) => Effect.option(Effect.timeout(sessions, Duration.divideUnsafe(pause, 2)))

  const look = Effect.fnUntraced(function* (sessions: Sessions) {
    const count = yield* asked(sessions)
    if (Option.isSome(count)) return tell(saying(open(count.value), watchdog === undefined ? [] : ["WATCHDOG=1"]))
    tell(saying(hung, []))
    yield* Effect.logError(watchdog === undefined ? hung : `${hung}, so systemd gets no sign of life`)
  })

  return {
    ready: Effect.fnUntraced(function* (sessions) {
      const count = Option.getOrElse(yield* asked(sessions), () => 0)
      send(saying(open(count), ["READY=1", `MAINPID=${pid}`]))
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(pause), look(sessions))))
    }),
    reloading: (reload) =>
      Effect.suspend(() => {
        // Of the clock that systemd goes by, and no other.
        send(["RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`])
        return Effect.ensuring(
          reload,
          Effect.sync(() => send(["READY=1"])),
        )
      }),
    stopping: Effect.fnUntraced(function* (sessions, within) {
      const count = Option.getOrElse(yield* asked(sessions), () => 0)
      // Where systemd would wait for less, it waits for this.
      const extended = `EXTEND_TIMEOUT_USEC=${Math.ceil(Duration.toMillis(within)) * 1000}`
      send(saying(`ending ${open(count)}`, ["STOPPING=1", extended]))
      // From here on the time limit is what ends a service that hangs.
      if (watchdog === undefined) return
      const alive = Effect.sync(() => send(["WATCHDOG=1"]))
      yield* Effect.forkIn(Effect.forever(Effect.andThen(alive, Effect.sleep(pause))), scope)
    }),
  }
})

const open = (sessions: number): string => `${sessions} session${sessions === 1 ? "" : "s"}`
const hung = "the hub does not answer"

const watchdogOf = Effect.fnUntraced(function* (usec: string | undefined, pidText: string | undefined, pid: number) {
  if (usec === undefined || (pidText !== undefined && pidText !== `${pid}`)) return undefined
  const time = /^\d{1,18}$/.test(usec) ? Number(usec) : 0
  if (time > 0) return Duration.micros(BigInt(time))
  yield* Effect.logWarning(`WATCHDOG_USEC is ${JSON.stringify(usec)}, which is no time: no sign of life is given`)
  return undefined
})
