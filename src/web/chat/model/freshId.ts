/** An id that nobody else has. What the browser makes itself is only there where the page came over TLS. */
export const freshId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
