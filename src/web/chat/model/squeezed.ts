/** Without marks, and in any case: `cacilie` is as good as `Cäcilie`. */
export const squeezed = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
