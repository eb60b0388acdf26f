/** One machine's process on virtual time: its fibers, its clock, its dice. It can be killed, and then nothing of it runs. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Scheduler from "effect/Scheduler"
import { Dice } from "../Dice.ts"
import type { VirtualTime } from "./VirtualTime.ts"
import { WallClock } from "./WallClock.ts"

const bits53 = (dice: Dice): number => dice.bits() * 2 ** 21 + (dice.bits() >>> 11)

const nanosPerMilli = 1_000_000n

export class Process {
  readonly name: string
  readonly time: VirtualTime
  readonly dice: Dice
  /** What every fiber of the process has: everything that would otherwise come from the machine. */
  readonly context: Context.Context<never>
  /** Fibers that have not ended. */
  fibers = 0
  private readonly wall: WallClock
  private alive = true

  constructor(
    time: VirtualTime,
    name: string,
    seed: number,
    wall: WallClock = new WallClock(),
    log: (line: string) => void = () => {},
  ) {
    this.time = time
    this.wall = wall
    this.name = name
    this.dice = new Dice(seed)
    const { dice } = this
    const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) =>
      log(`${logLevel} ${String(message)} ${cause.reasons.map(String).join(" ")}`),
    )
    this.context = Context.empty().pipe(
      Context.add(Clock.Clock, this.clock()),
      Context.add(Scheduler.Scheduler, this.scheduler()),
      Context.add(Random.Random, {
        nextIntUnsafe: () => bits53(dice) - 2 ** 52,
        nextDoubleUnsafe: () => bits53(dice) / 2 ** 53,
      }),
      Context.add(Logger.CurrentLoggers, new Set([logger])),
      Context.add(References.MinimumLogLevel, "Warn"),
      Context.add(Metric.FiberRuntimeMetrics, {
        recordFiberStart: () => void this.fibers++,
        recordFiberEnd: () => void this.fibers--,
      }),
    )
  }

  get isAlive(): boolean {
    return this.alive
  }

  /** Starts it; `onExit` hears what became of it, unless the process is killed before. */
  run<A, E>(effect: Effect.Effect<A, E>, onExit?: (exit: Exit.Exit<A, E>) => void): void {
    if (!this.alive) return
    const fiber = Effect.runForkWith(this.context)(effect)
    if (onExit !== undefined) fiber.addObserver(onExit)
  }

  /** As `kill -9` does it: no finalizer runs. What others hold of it has to be taken from them. */
  kill(): void {
    this.alive = false
  }

  /** Calls back as long as the process lives. */
  guard<A extends ReadonlyArray<unknown>>(f: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (this.alive) f(...args)
    }
  }

  private scheduler(): Scheduler.Scheduler {
    return new Scheduler.MixedScheduler("async", (task) => {
      let wanted = true
      this.time.soon(() => {
        if (wanted && this.alive) task()
      })
      return () => {
        wanted = false
      }
    })
  }

  private clock(): Clock.Clock {
    const { time, wall } = this
    const whole = () => Math.floor(time.now)
    const passed = () => BigInt(whole()) * nanosPerMilli + BigInt(Math.round((time.now - whole()) * 1e6))
    const date = () => whole() + wall.aheadBy
    const dateNanos = () => passed() + BigInt(wall.aheadBy) * nanosPerMilli
    return {
      currentTimeMillisUnsafe: date,
      currentTimeMillis: Effect.sync(date),
      currentTimeNanosUnsafe: dateNanos,
      currentTimeNanos: Effect.sync(dateNanos),
      monotonicTimeNanosUnsafe: passed,
      monotonicTimeNanos: Effect.sync(passed),
      sleep: (duration) => this.sleep(Duration.toMillis(duration)),
    }
  }

  private sleep(millis: number): Effect.Effect<void> {
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback((resume) => {
      // Whole milliseconds, one at least, as the timers of Node have them.
      const timer = this.time.after(
        Math.max(1, Math.trunc(millis)),
        this.guard(() => resume(Effect.void)),
      )
      return Effect.sync(() => {
        timer.run = undefined
      })
    })
  }
}
