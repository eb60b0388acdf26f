/** A world whose service is started for the run, on this machine, with an empty data folder. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import { format } from "../domain/Address.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { NotPossible, World } from "../scenario/World.ts"
import { freePort } from "./FreePort.ts"
import { reach } from "./internal/reach/reach.ts"
import * as ServiceProcess from "./internal/serviceProcess.ts"
import { LoadError } from "./LoadError.ts"
import * as ScenarioSettings from "./ScenarioSettings.ts"

const host = "127.0.0.1"

export const layer = (
  scenario: Pick<Scenario, "settings">,
): Layer.Layer<World, LoadError, ChildProcessSpawner | FileSystem.FileSystem> =>
  Layer.effect(
    World,
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const settings = yield* ScenarioSettings.configFile(scenario)
      const config = (folder: string) => `${folder}/settings.json`
      const folder = yield* files.makeTempDirectoryScoped({ prefix: "natter-load-" }).pipe(
        Effect.tap((folder) => files.writeFileString(config(folder), settings)),
        Effect.mapError(({ message }) => new LoadError({ target: "a folder for the service", reason: message })),
      )
      const port = yield* freePort(host)
      const service = yield* ServiceProcess.make({ host, port, folder, config: config(folder) })
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
        ...(yield* reach({ host, port })),
        username: (member) => `member-${member}`,
        credentials: (member) => ({ username: `member-${member}`, password: ScenarioSettings.password }),
        kill: again(service.kill, "Killing the service"),
        restart: again(service.stop, "Restarting the service"),
        sample: service.sample,
      }
    }),
  )
