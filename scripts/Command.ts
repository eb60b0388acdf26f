import * as Context from "effect/Context"

/** `natter` as it starts from the sources. */
export const sources = "src/cli/main.ts"

/**
 * What Node starts as `natter`: the sources, as `npm start` has them. Tests that start it often have it in one piece, which
 * is there sooner.
 */
export const Command = Context.Reference<string>("natter/scripts/Command", { defaultValue: () => sources })
