import * as Schema from "effect/Schema"

const expected = "an address or a range of them: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32"

/** IP addresses that begin alike, in CIDR notation; one address alone is a range of one. Whether it is one, `BlockList` decides. */
export const AddressRange = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F:.]{2,45}(?:\/\d{1,3})?$/, {
    title: "AddressRange",
    description: expected,
    message: expected,
  }),
).pipe(Schema.brand("AddressRange"))
export type AddressRange = typeof AddressRange.Type
