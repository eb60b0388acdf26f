/** What a request may hold beyond what its types say: numbers that are none, texts without end. The same through every door. */
import * as Effect from "effect/Effect"
import { type AddressRange, isRange } from "../../domain/AddressRange.ts"
import { maxInteger, maxReasonLength } from "../../domain/Limits.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { isStorable } from "../../domain/Text.ts"
import { isBlank } from "./blank.ts"

/** In a frame's terms: this field is not what it should be. */
export const invalid = (field: string, detail: string): RequestError =>
  new RequestError({ reason: "InvalidFrame", field, detail: `${field}: ${detail}` })

/** What is wrong with a number that should be whole and between these; undefined where nothing is. */
export const whole = (
  field: string,
  value: number | undefined,
  { from = 0, to = maxInteger }: { readonly from?: number; readonly to?: number } = {},
): RequestError | undefined =>
  value === undefined || (Number.isSafeInteger(value) && value >= from && value <= to)
    ? undefined
    : invalid(field, `an integer from ${from} to ${to}`)

/** What is wrong with a text that goes to a store. */
export const storable = (field: string, value: string | undefined): RequestError | undefined =>
  value === undefined || isStorable(value) ? undefined : invalid(field, "text without NUL and lone surrogates")

/** What is wrong with a line that is shown beside other text, where there is one: some signs are nothing by themselves. */
export const showing = (field: string, value: string | undefined): RequestError | undefined =>
  value === undefined || value === "" || !isBlank(value) ? undefined : invalid(field, "text that shows nothing")

/** What is wrong with a text that should have at most so many characters. */
export const short = (field: string, value: string | undefined, atMost: number): RequestError | undefined =>
  value === undefined || value.length <= atMost ? undefined : invalid(field, `at most ${atMost} characters`)

/** What is wrong with a range of addresses: what looks like one may have a number that is too large. */
export const noRange = (address: AddressRange): RequestError | undefined =>
  isRange(address) ? undefined : invalid("address", "an IP address, or a range of them")

/** What is wrong with how long something lasts, or why it is done. */
export const sanction = ({
  duration,
  reason,
}: {
  readonly duration?: number | undefined
  readonly reason?: string | undefined
}): RequestError | undefined =>
  whole("duration", duration) ?? short("reason", reason, maxReasonLength) ?? storable("reason", reason)

/** Goes on only where nothing is wrong. */
export const unless = <A>(
  error: RequestError | undefined,
  run: () => Effect.Effect<A, RequestError>,
): Effect.Effect<A, RequestError> => (error === undefined ? run() : Effect.fail(error))
