import { describe } from "@effect/vitest"
import { channels } from "./transportChannels.ts"
import { direct } from "./transportDirect.ts"
import { ends } from "./transportEnds.ts"
import { files1 } from "./transportFiles1.ts"
import { past } from "./transportHistory.ts"
import { negotiation } from "./transportNegotiation.ts"
import { returns } from "./transportReturns.ts"
import { rights } from "./transportRights.ts"
import { searching } from "./transportSearch.ts"
import { signIn } from "./transportSignIn.ts"
import { strangers } from "./transportStrangers.ts"
import { version1 } from "./transportVersion1.ts"
import type { World } from "./transportWorld.ts"

/** What every transport keeps to: the whole service as its clients see it. */
export const transport = (world: World) =>
  describe(`over ${world.name}`, () => {
    describe("version 1", () => version1(world))
    describe("files in version 1", () => files1(world))
    describe("the negotiation", () => negotiation(world))
    describe("channels", () => channels(world))
    describe("coming back", () => returns(world))
    describe("history", () => past(world))
    describe("search", () => searching(world))
    describe("direct conversations", () => direct(world))
    describe("rights", () => rights(world))
    describe("strangers", () => strangers(world))
    describe("signing in", () => signIn(world))
    describe("the end", () => ends(world))
  })
