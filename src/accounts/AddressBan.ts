import * as Schema from "effect/Schema"
import { AddressRange, isWithin, type Prefix, prefixOf } from "../domain/AddressRange.ts"
import { parse } from "../domain/IpAddress.ts"
import { Person } from "../domain/User.ts"

/** Ranges of addresses that are kept out of the service, at most. */
export const maxBans = 1000

/** From these addresses nobody is let in. Times are in milliseconds since 1970; `until` is null where it has no end. */
export const AddressBan = Schema.Struct({
  address: AddressRange,
  by: Person,
  createdAt: Schema.Int,
  until: Schema.NullOr(Schema.Int),
  reason: Schema.NullOr(Schema.String),
})
export interface AddressBan extends Schema.Schema.Type<typeof AddressBan> {}

/** Those that there are, read once for whoever asks often. */
export class AddressBans {
  private readonly ranges: ReadonlyArray<{ readonly prefix: Prefix; readonly until: number | null }>

  constructor(bans: ReadonlyArray<AddressBan>) {
    this.ranges = bans.flatMap(({ address, until }) => {
      const prefix = prefixOf(address)
      return prefix === undefined ? [] : { prefix, until }
    })
  }

  /** Nearly always nobody is. */
  get none(): boolean {
    return this.ranges.length === 0
  }

  has(address: string, now: number): boolean {
    if (this.none) return false
    const ip = parse(address)
    if (ip === undefined) return false
    return this.ranges.some(({ prefix, until }) => (until === null || until > now) && isWithin(ip, prefix))
  }
}
