/** Signs in a text that show nothing: which of them do no harm, and which belong to what is seen. */

/**
 * Places where a word may be broken, or may not, and marks of direction: programs put them in, and people copy them.
 * Without them a text reads the same. What turns a text around (U+202A to U+202E, U+2066 to U+2069) is not among them.
 */
const harmless = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/gu

const ordinary = /^[\n\x20-\x7e]*$/

/** A text as it is seen: what shows nothing and does no harm is not in it. */
export const withoutInvisible = (text: string): string => (ordinary.test(text) ? text : text.replace(harmless, ""))

/** The flag of a part of a country, as of Scotland: a black flag, then its code in signs that show nothing by themselves. */
export const regionalFlag = String.raw`\u{1f3f4}[\u{e0061}-\u{e007a}]{2}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,3}\u{e007f}`
