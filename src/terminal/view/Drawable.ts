/**
 * The last check before the terminal. `Plain` has made what others wrote safe to read; here nothing passes that a
 * terminal could take for an escape sequence, whatever `Plain` may have missed.
 */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu

/** Replaces each control character by one that is visible, and takes one column. */
export const drawable = (text: string): string => text.replace(control, "\ufffd")
