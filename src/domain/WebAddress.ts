/** Scripts that have no spaces between words: an address may follow one at once. */
export const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`

/** How a web address begins, as a pattern with the flags `iu`. */
export const addressStart = String.raw`(?<!(?![${unspaced}])[\p{L}\p{N}])https?:\/\/(?=[\p{L}\p{N}[])`
