import { describe } from "@effect/vitest"
import { version1 } from "./transportVersion1.ts"
import type { World } from "./transportWorld.ts"

/** What every transport keeps to: the whole service as its clients see it. */
export const transport = (world: World) =>
  describe(`over ${world.name}`, () => {
    describe("version 1", () => version1(world))
  })
