// What the rows share whose load is `sessions/main.ts`.
import * as Effect from "effect/Effect"
import type { Column, Contestant, Settings } from "../Row.ts"
import type { ServerCommand } from "../ServerProcess.ts"
import { bareVersion2, natterWithAccounts } from "../Servers.ts"
import type { Work } from "../sessions/Plan.ts"
import * as SessionRound from "../SessionRound.ts"
import { large, percent } from "../Table.ts"
import type { Tokens } from "../Tokens.ts"

export const perCpuSecond: Column = { figure: "perCpuSecond", title: "per server CPU-s", show: large }
export const perSecond: Column = { figure: "perSecond", title: "per second", show: large }
export const utilisations: ReadonlyArray<Column> = [
  { figure: "serverUtilisation", title: "server CPU", show: percent },
  { figure: "loadUtilisation", title: "load CPU", show: percent },
]

export const contestant = (name: string, server: ServerCommand, work: (settings: Settings) => Work): Contestant => ({
  name,
  measure: (settings) => SessionRound.run(server, work(settings), settings),
})

export const withTokens = (
  name: string,
  server: (tokens: Tokens) => ServerCommand,
  work: (settings: Settings) => Work,
): Contestant => ({
  name,
  measure: (settings) =>
    Effect.flatMap(settings.tokens, (tokens) =>
      SessionRound.run(server(tokens), work(settings), settings, tokens.file),
    ),
})

/** Ours with those accounts, and bare Node that knows their tokens. */
export const service = ({ folder }: Tokens) => natterWithAccounts(folder)
export const bare = ({ file }: Tokens) => bareVersion2("--tokens", file)
