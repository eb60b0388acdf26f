/** What `natter chat` does where it is not on a terminal: a line of standard input is a message. */
import * as Option from "effect/Option"
import type { Given as Line } from "./lineFlags.ts"
import * as Tail from "./lineTail.ts"

interface Given extends Line {
  readonly address: Option.Option<string>
}

/** Until all lines of standard input are acknowledged, or one of them is `/quit`. */
export const run = (given: Given) => Tail.run({ ...given, json: false, count: Option.none(), reconnect: true })
