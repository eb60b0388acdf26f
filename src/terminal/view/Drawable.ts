/**
 * The last door before the terminal. The core has made what others say safe to read; here nothing
 * passes that a terminal could take for an order, whatever the core may have missed.
 */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu

/** As many columns as before, where a control character is thought of as one. */
export const drawable = (text: string): string => text.replace(control, "\ufffd")
