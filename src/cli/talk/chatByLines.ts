/** What `natter chat` does without a terminal: each line of standard input is a message. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { userError } from "../userError.ts"
import type { ConnectionFlags } from "../connectionFlags.ts"
import * as Identity from "../identity.ts"
import { tlsOptions } from "../tls.ts"
import { localFiles } from "./localFiles.ts"
import * as Screen from "./screen.ts"
import { talk } from "./talk.ts"

interface Flags extends ConnectionFlags {
  readonly address: Option.Option<string>
  readonly reconnect: boolean
  readonly downloads: string
}

/** Runs until all lines of standard input are acknowledged, or one of them is `/quit`. Fails where one was refused. */
export const run = Effect.fnUntraced(function* (given: Flags) {
  const address = yield* Identity.addressOf(given.address)
  const tls = yield* tlsOptions(given, address)
  const credentials = yield* Identity.credentials(given, address)
  const screen = yield* Screen.open({ typing: "lines" })
  const { refused } = yield* talk({
    address,
    channel: given.channel,
    count: Number.POSITIVE_INFINITY,
    credentials,
    files: localFiles(given.downloads),
    tls,
    json: false,
    patience: undefined,
    reconnect: true,
    screen,
    waits: given.reconnect,
  })
  if (refused > 0) return yield* userError(refused === 1 ? "a line was not sent" : `${refused} lines were not sent`)
}, Effect.scoped)
