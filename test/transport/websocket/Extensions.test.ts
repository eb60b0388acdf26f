import { assert, describe, it } from "@effect/vitest"
import { agree, parseOffers } from "../../../src/transport/websocket/Extensions.ts"

/** The answer, or whether there is none at all. */
const negotiate = (header: string) => {
  const offers = parseOffers(header)
  return offers === undefined ? "malformed" : agree(offers)
}

const agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
const withWindow = `${agreed}; server_max_window_bits=15`

describe("what a client offers of compression", () => {
  it.each([
    ["permessage-deflate", agreed],
    // Chromium's, Firefox's and that of `ws`.
    ["permessage-deflate; client_max_window_bits", agreed],
    ["permessage-deflate; server_no_context_takeover; client_no_context_takeover", agreed],
    ["permessage-deflate; client_max_window_bits=15", agreed],
    ["permessage-deflate; client_max_window_bits=8", agreed],
    ['permessage-deflate; client_max_window_bits="10"', agreed],
    ['permessage-deflate; client_max_window_bits="1\\0"', agreed],
    ["permessage-deflate;client_max_window_bits = 10 ", agreed],
    ["permessage-deflate; server_max_window_bits=15", withWindow],
    ['permessage-deflate; client_max_window_bits; server_max_window_bits="15"', withWindow],
    ["x-webkit-deflate-frame, permessage-deflate", agreed],
    ["x-shout; loud=yes, permessage-deflate; client_max_window_bits", agreed],
    // The first that can be served.
    ["permessage-deflate; server_max_window_bits=10, permessage-deflate", agreed],
    ["permessage-deflate; server_max_window_bits=15, permessage-deflate", withWindow],
    ["permessage-deflate; unknown, permessage-deflate; client_max_window_bits=9", agreed],
  ])("%s", (header, answer) => {
    assert.strictEqual(negotiate(header), answer)
  })

  it.each([
    "x-webkit-deflate-frame",
    "permessage-bzip2",
    // A window that is smaller than the one with which everything is compressed for all.
    "permessage-deflate; server_max_window_bits=14",
    "permessage-deflate; server_max_window_bits=8",
    // What RFC 7692 does not know declines an offer.
    "permessage-deflate; unknown",
    "permessage-deflate; unknown=1",
    "permessage-deflate; toString",
    "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover=true",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=015",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_max_window_bits=08",
    "permessage-deflate; client_max_window_bits=80",
    "permessage-deflate; client_max_window_bits=x",
  ])("%s is declined", (header) => {
    assert.isUndefined(negotiate(header))
  })

  it.each([
    "",
    ",",
    "permessage-deflate;",
    "permessage-deflate; =1",
    "permessage-deflate; client_max_window_bits=",
    'permessage-deflate; client_max_window_bits=""',
    'permessage-deflate; client_max_window_bits="10',
    'permessage-deflate; client_max_window_bits="10"0',
    "permessage-deflate; client max window bits",
    "permessage-deflate, ",
    "permessage deflate",
    "perméssage-deflate",
    'permessage-deflate; client_max_window_bits="1,0"',
  ])("%j is against the grammar", (header) => {
    assert.strictEqual(negotiate(header), "malformed")
  })
})
