/** A world whose service is started for the run, on this machine, with an empty data folder. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import { format } from "../domain/Address.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { NotPossible, World } from "../scenario/World.ts"
import { freePort } from "./FreePort.ts"
import * as ServiceProcess from "./internal/serviceProcess.ts"
import { LoadError } from "./LoadError.ts"

const host = "127.0.0.1"

/** Members are guests without rate limits. The settings of the scenario come later, and may say otherwise. */
const flags = ["--accounts", "guest", "--rate-limits", "off"]

export const layer = ({
  settings,
}: Pick<Scenario, "settings">): Layer.Layer<World, LoadError, ChildProcessSpawner | FileSystem.FileSystem> =>
  Layer.effect(
    World,
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const data = yield* Effect.mapError(
        files.makeTempDirectoryScoped({ prefix: "natter-load-" }),
        ({ message }) => new LoadError({ target: "a folder for the service", reason: message }),
      )
      const port = yield* freePort(host)
      const service = yield* ServiceProcess.make({ host, port, data, settings, flags })
      yield* service.start
      const again = (end: Effect.Effect<void>, what: string) => (down: number) =>
        end.pipe(
          Effect.andThen(Effect.sleep(down)),
          Effect.andThen(service.start),
          Effect.mapError(({ message }) => new NotPossible({ what, why: message })),
        )
      return {
        kind: "local" as const,
        target: format({ host, port }),
        dialer: { socket: NodeSocket.makeNet({ host, port, noDelay: true }), address: format({ host, port }) },
        username: (member) => `member-${member}`,
        credentials: (member) => ({ username: `member-${member}`, password: Redacted.make("") }),
        kill: again(service.kill, "Killing the service"),
        restart: again(service.stop, "Restarting the service"),
        sample: service.sample,
      }
    }),
  )
