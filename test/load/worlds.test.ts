/** The worlds in which a scenario is played, and the settings of their services. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import type { LoadError } from "../../src/load/LoadError.ts"
import * as LocalWorld from "../../src/load/LocalWorld.ts"
import * as Processes from "../../src/load/Processes.ts"
import * as RemoteWorld from "../../src/load/RemoteWorld.ts"
import * as ScenarioSettings from "../../src/load/ScenarioSettings.ts"
import { Crowd, Scenario, World } from "../../src/scenario/index.ts"

const scenario = (settings: Readonly<Record<string, string>> = {}) =>
  Scenario.make({ name: "s", about: "a", lasts: 1, settings, crowds: [Crowd.of("c", 1)], holds: [] })

describe("settings of a scenario", () => {
  it.effect("are those of the service, with guests and without limits where nothing else is said", () =>
    Effect.gen(function* () {
      const config = (settings: Readonly<Record<string, string>>) =>
        Effect.map(ScenarioSettings.configFile({ settings }), (text) => JSON.parse(text) as unknown)
      assert.deepStrictEqual(yield* config({}), { accounts: "guest", "rate-limits": "off" })
      assert.deepStrictEqual(yield* config({ accounts: "open", "messages.burst": "5" }), {
        accounts: "open",
        "rate-limits": "off",
        "messages.burst": "5",
      })
      const { accounts } = yield* ScenarioSettings.simulated({ settings: {} })
      assert.strictEqual(accounts.mode, "guest")
      assert.strictEqual((yield* ScenarioSettings.simulated({ settings: { accounts: "open" } })).accounts.mode, "open")
      assert.strictEqual(Redacted.value(ScenarioSettings.password), "natter-load")
    }),
  )

  it.effect("are refused, each with its name, where the load or the simulation decides", () =>
    Effect.gen(function* () {
      const refused = (where: "simulated" | "configFile", settings: Readonly<Record<string, string>>) =>
        Effect.match(Effect.asVoid<unknown, LoadError, never>(ScenarioSettings[where]({ settings })), {
          onFailure: ({ message }) => message,
          onSuccess: () => "",
        })
      const asked = (name: string, value: string) =>
        Effect.all([refused("configFile", { [name]: value }), refused("simulated", { [name]: value })] as const)
      const says = (name: string, because: string) => `the scenario is refused: its settings: ${name}: ${because}`
      const chosen = "the load chooses it itself"
      for (const [name, value] of [
        ["host", "localhost"],
        ["port", "7777"],
        ["data", "/tmp/x"],
        ["log.format", "json"],
        ["listen", "tcp://127.0.0.1:7778"],
        ["websocket.path", "/chat"],
        ["sse.path", "/events"],
      ])
        assert.deepStrictEqual(yield* asked(name!, value!), [says(name!, chosen), says(name!, chosen)])
      const unreal = "a simulation has no such thing"
      for (const [name, value] of [
        ["storage", "memory"],
        ["compression", "off"],
        ["log.level", "error"],
        ["tcp.backlog", "5"],
        ["tls.watch", "off"],
        ["websocket.compression", "on"],
        ["sse.resume", "5 seconds"],
        ["http.keep-alive", "5 seconds"],
        ["proxies.trusted", "10.0.0.0/8"],
        ["sqlite.synchronous", "normal"],
        ["postgres.max-connections", "5"],
      ]) {
        const [real, simulated] = yield* asked(name!, value!)
        if (!real.includes("no setting")) assert.strictEqual(real, "")
        if (!simulated.includes("no setting")) assert.strictEqual(simulated, says(name!, unreal))
      }
      assert.deepStrictEqual(yield* asked("messages.burst", "5"), ["", ""])
      // Both of them are said.
      const two = yield* refused("simulated", { "messages.burst": "many", "messages.per-second": "few" })
      assert.match(two, /messages\.burst.*; .*messages\.per-second/)
    }),
  )
})

describe("a service that somebody else runs", () => {
  it.effect("is reached by its address, with names and a password for everybody, and is not ours to end", () =>
    Effect.gen(function* () {
      const [password, invite] = [Redacted.make("secret"), Redacted.make("come")]
      const address = { host: "there", port: 7 }
      const of = (options: Partial<RemoteWorld.RemoteOptions> = {}) =>
        Effect.provide(
          Effect.map(World, (world) => world),
          RemoteWorld.layer({ address, password, ...options }),
        )
      const world = yield* of()
      assert.deepStrictEqual(
        [world.kind, world.target, world.dialer.address, world.username(5), world.credentials(5)],
        ["remote", "there:7", "there:7", "member-5", { username: "member-5", password, invite: undefined }],
      )
      assert.deepStrictEqual(yield* world.sample, {})
      const messages = yield* Effect.all([Effect.flip(world.kill(1)), Effect.flip(world.restart(1))])
      const why = "is not possible here: the service was not started by this load (leave out --address)"
      assert.deepStrictEqual(
        messages.map(({ message }) => message),
        [`Killing the service ${why}`, `Restarting the service ${why}`],
      )
      const other = yield* of({ prefix: "m", invite })
      assert.strictEqual(other.username(0), "m0")
      assert.deepStrictEqual(other.credentials(0), { username: "m0", password, invite })
    }),
  )

  it.effect("cannot be reached by several processes where it has no address", () =>
    Effect.gen(function* () {
      const [kind, token] = [RemoteWorld.layer({ address: { host: "h", port: 1 }, password: Redacted.make("p") }), "t"]
      const real = yield* Effect.provide(
        Effect.map(World, (world) => world),
        kind,
      )
      const failing = (change: Partial<World["Service"]>) =>
        Processes.generator(2)({ scenario: scenario(), seed: 1, run: "r" }).pipe(
          Effect.provideService(World, { ...real, ...change }),
          Effect.scoped,
          Effect.flip,
        )
      const { message } = yield* failing({ target: "a simulation" })
      assert.strictEqual(message, "a simulation cannot be reached by several processes")
      const credentials = () => ({ token: Redacted.make(token) }) as never
      assert.strictEqual((yield* failing({ credentials })).message, "h:1 cannot be reached by several processes")
    }),
  )
})

/** A system on which processes are started that do nothing but what the test says. */
const processes = () => {
  const started: Array<{
    readonly command: ChildProcess.StandardCommand
    readonly ended: Deferred.Deferred<number>
    readonly killed: Array<string>
    readonly says: (text: string) => void
  }> = []
  const spawner = ChildProcessSpawner.make((command) =>
    Effect.gen(function* () {
      const ended = Deferred.makeUnsafe<number>()
      const killed: Array<string> = []
      const said = Deferred.makeUnsafe<string>()
      started.push({
        command: command as ChildProcess.StandardCommand,
        ended,
        killed,
        says: (text) => Deferred.doneUnsafe(said, Effect.succeed(text)),
      })
      yield* Effect.addFinalizer(() => Effect.sync(() => void killed.push("closed")))
      return ChildProcessSpawner.makeHandle({
        pid: ChildProcessSpawner.ProcessId(process.pid),
        exitCode: Effect.map(Deferred.await(ended), ChildProcessSpawner.ExitCode),
        isRunning: Effect.succeed(true),
        kill: (options) =>
          Effect.sync(() => {
            killed.push(String(options?.killSignal))
            Deferred.doneUnsafe(ended, Effect.succeed(0))
          }),
        stdin: Sink.drain,
        stdout: Stream.empty,
        stderr: Stream.empty,
        all: Stream.fromEffect(Effect.map(Deferred.await(said), (text) => new TextEncoder().encode(text))),
        getInputFd: () => Sink.drain,
        getOutputFd: () => Stream.empty,
        unref: Effect.succeed(Effect.void),
      })
    }),
  )
  return { layer: Layer.succeed(ChildProcessSpawner.ChildProcessSpawner, spawner), started }
}

const soon = Effect.gen(function* () {
  for (let n = 0; n < 50; n++) {
    yield* TestClock.adjust("1 millis")
    yield* Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
  }
})

describe("a service that is started for the run", () => {
  const starting = Effect.fnUntraced(function* (settings: Readonly<Record<string, string>> = {}) {
    const { layer, started } = processes()
    const scope = yield* Scope.make()
    const building = yield* Layer.buildWithScope(LocalWorld.layer(scenario(settings)), scope).pipe(
      Effect.provide(Layer.merge(NodeFileSystem.layer, layer)),
      Effect.forkChild,
    )
    while (started.length === 0 && building.pollUnsafe() === undefined) yield* soon
    return { building, scope, started }
  })

  it.effect("has a folder and a config file of its own, and is there when it says so", () =>
    Effect.gen(function* () {
      const { building, scope, started } = yield* starting({ "messages.burst": "5" })
      const [{ command, killed, says }] = started as [(typeof started)[number]]
      const args = command.args.map(String)
      const valueOf = (flag: string) => String(args[args.indexOf(flag) + 1])
      assert.strictEqual(command.command, process.execPath)
      assert.include(args, "serve")
      assert.strictEqual(valueOf("--host"), "127.0.0.1")
      assert.strictEqual(valueOf("--log-format"), "json")
      const folder = valueOf("--data").replace(/\/data$/, "")
      assert.match(folder, /natter-load-/)
      assert.strictEqual(valueOf("--config"), `${folder}/settings.json`)
      assert.deepStrictEqual(JSON.parse(fs.readFileSync(valueOf("--config"), "utf8")), {
        accounts: "guest",
        "rate-limits": "off",
        "messages.burst": "5",
      })
      const lifeline = decodeURIComponent(valueOf("--import"))
      assert.match(lifeline, /^data:text\/javascript,/)
      assert.include(lifeline, `rmSync(${JSON.stringify(folder)}, { recursive: true`)
      assert.include(lifeline, `process.stdin.on("close", end)`)
      assert.deepInclude(command.options, { stdin: "pipe", detached: true, killSignal: "SIGKILL", extendEnv: true })

      assert.isUndefined(building.pollUnsafe())
      says("Natter listens on 127.0.0.1")
      yield* soon
      const world = yield* Effect.map(
        Fiber.join(building),
        (context) => context.mapUnsafe.get(World.key) as World["Service"],
      )
      const target = `127.0.0.1:${valueOf("--port")}`
      assert.deepStrictEqual(
        [world.kind, world.target, world.dialer.address, world.username(3)],
        ["local", target, target, "member-3"],
      )
      assert.deepStrictEqual(world.credentials(3), { username: "member-3", password: ScenarioSettings.password })
      if (process.platform === "linux") {
        const { cpuSeconds, residentBytes } = yield* world.sample
        const { rss } = process.memoryUsage()
        assert.approximately(residentBytes!, rss, rss / 2)
        const { system, user } = process.cpuUsage()
        assert.approximately(cpuSeconds!, (system + user) / 1e6, 1)
      }

      assert.deepStrictEqual(killed, [])
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      assert.deepStrictEqual(killed, ["closed"])
      assert.isFalse(fs.existsSync(folder))
    }),
  )

  it.effect("is started again after it was killed, or stopped, and has been away for a while", () =>
    Effect.gen(function* () {
      const { building, started } = yield* starting()
      started[0]!.says("it listens on a port")
      yield* soon
      const world = yield* Effect.map(
        Fiber.join(building),
        (context) => context.mapUnsafe.get(World.key) as World["Service"],
      )
      for (const [nth, end, killed] of [
        [1, world.kill(5000), ["closed"]],
        [2, world.restart(5000), ["SIGTERM", "closed"]],
      ] as const) {
        const away = yield* Effect.forkChild(end)
        yield* TestClock.adjust("4900 millis")
        assert.deepStrictEqual(started[nth - 1]!.killed, [...killed])
        assert.deepStrictEqual(yield* world.sample, {})
        assert.lengthOf(started, nth)
        yield* TestClock.adjust("200 millis")
        assert.lengthOf(started, nth + 1)
        assert.deepStrictEqual(started[nth]!.command.args, started[0]!.command.args)
        assert.isUndefined(away.pollUnsafe())
        started[nth]!.says("it listens on a port")
        yield* soon
        yield* Fiber.join(away)
      }
      const again = yield* Effect.forkChild(Effect.flip(world.kill(0)))
      yield* soon
      yield* Deferred.succeed(started[3]!.ended, 1)
      yield* soon
      yield* TestClock.adjust("200 millis")
      assert.match(
        (yield* Fiber.join(again)).message,
        /^Killing the service is not possible here: the service: did not start/,
      )
    }),
  )

  it.effect("that ends or says nothing is none, and what it wrote is told", () =>
    Effect.gen(function* () {
      const { building, started } = yield* starting()
      started[0]!.says("no such flag\n")
      yield* soon
      yield* Deferred.succeed(started[0]!.ended, 2)
      yield* TestClock.adjust("200 millis")
      assert.strictEqual(
        (yield* Effect.flip(Fiber.join(building))).message,
        "the service: did not start:\nno such flag",
      )
      const silent = yield* starting()
      yield* TestClock.adjust("29 seconds")
      assert.isUndefined(silent.building.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(
        (yield* Effect.flip(Fiber.join(silent.building))).message,
        "the service: did not listen in time",
      )
    }),
  )

  it.effect("is not started with settings that cannot hold, or without a folder", () =>
    Effect.gen(function* () {
      const { building, started } = yield* starting({ port: "1" })
      assert.match((yield* Effect.flip(Fiber.join(building))).message, /port: the load chooses it itself/)
      assert.lengthOf(started, 0)
      const files = FileSystem.layerNoop({ makeTempDirectoryScoped: () => Effect.fail({ message: "full" } as never) })
      const { layer } = processes()
      const failed = yield* Layer.build(LocalWorld.layer(scenario())).pipe(
        Effect.provide(Layer.merge(layer, files)),
        Effect.scoped,
        Effect.flip,
      )
      assert.strictEqual(failed.message, "a folder for the service: full")
    }),
  )
})
