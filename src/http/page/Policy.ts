/** What the page may do in a browser: what it is made of, and nothing that somebody could bring in (CSP3, Trusted Types). */

/** Neither a quote nor a semicolon, whatever was sent as a host. */
const isPlain = (origin: string): boolean => /^https?:\/\/[\w.:[\]-]+$/.test(origin)

const join = (...sources: ReadonlyArray<string>): string => sources.join(" ")

/** For a page that is shown at these origins, with files of people that are kept at those. */
export const policy = (own: ReadonlySet<string>, files: ReadonlyArray<string>): string => {
  // Browsers of some years ago take 'self' for HTTP alone.
  const sockets = [...own].filter(isPlain).map((origin) => origin.replace(/^http/, "ws"))
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    join("connect-src 'self'", ...sockets),
    join("img-src 'self' blob: data:", ...files),
    join("media-src 'self' blob: data:", ...files),
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text becomes no markup and no script in it, by nobody: there is no exception to be found.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ")
}

/** What it has no use for is off, so that nothing could ever use it. */
const features = [
  "accelerometer",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "hid",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "serial",
  "usb",
]

/** The same for every view of it. */
export const always: Readonly<Record<string, string>> = {
  // The address of a view may have an invitation in it.
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": features.map((feature) => `${feature}=()`).join(", "),
}
