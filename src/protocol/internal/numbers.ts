/** The numbers of frames, apart from `effect/Schema`. */
import { maxInteger } from "../../domain/Limits.ts"

/** Whether it is an integer that a u64 field takes. Rust and JSON tell -0 from 0, and refuse it. */
export const isUnsigned = (n: unknown): n is number =>
  Number.isSafeInteger(n) && (n as number) >= 0 && !Object.is(n, -0)

export interface NumberRule {
  /** In words, behind "expected". */
  readonly expected: string
  readonly maximum: number
  readonly holds: (n: number) => boolean
}

const upTo = (name: string, maximum: number): NumberRule => ({
  expected: `${name}, an integer from 0 to ${maximum}`,
  maximum,
  holds: (n) => isUnsigned(n) && n <= maximum,
})

export const u8 = upTo("u8", 255)
export const u32 = upTo("u32", 4_294_967_295)
export const u64 = upTo("u64 that JavaScript can hold", maxInteger)
