/** Wraps any dialer, and cuts the connection behind a given byte. */
import * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Socket from "effect/socket/Socket"
import type { Dialer } from "../../src/client/Dialer.ts"

export type Direction = "toServer" | "toClient"

/**
 * What the client sees of a cut: a broken connection, one that seems to have been closed properly, or nothing at all,
 * as behind a cable that was pulled out.
 */
export type Way = "broken" | "closed" | "silent"

export interface CuttingDialer {
  readonly dialer: Dialer["Service"]
  /** Lets so many more bytes pass in this direction, then cuts that socket. Once. */
  readonly cutAfter: (bytes: number, direction: Direction, way: Way) => void
  /** Whether the cut has happened. */
  readonly isCut: () => boolean
  /** Sockets that were opened and are not closed. */
  readonly open: () => number
}

const closeError = (code: number) => new Socket.SocketError({ reason: new Socket.SocketCloseError({ code }) })

export const make = (dialer: Dialer["Service"]): CuttingDialer => {
  let cut: { readonly direction: Direction; readonly way: Way; left: number } | undefined
  let isCut = false
  let open = 0

  const cutting = Effect.map(dialer.socket, (inner) => {
    /** Cuts this socket. */
    const over = Deferred.makeUnsafe<never, Socket.SocketError>()
    let way: Way | undefined

    /** The part of these bytes that gets through. */
    const through = (bytes: Uint8Array, direction: Direction): Uint8Array => {
      if (way !== undefined) return bytes.subarray(0, 0)
      if (cut?.direction !== direction) return bytes
      const passed = bytes.subarray(0, cut.left)
      cut.left -= passed.byteLength
      if (cut.left > 0) return passed
      way = cut.way
      isCut = true
      cut = undefined
      // The bytes that have passed are read first.
      if (direction === "toServer") end()
      return passed
    }
    const end = () => {
      if (way !== "silent") Deferred.doneUnsafe(over, Effect.fail(closeError(way === "closed" ? 1000 : 1006)))
    }

    const reader = Effect.gen(function* () {
      const { pull, upgrade } = yield* Socket.readerBytes(inner).pipe(
        Effect.map((pull) => ({ pull, upgrade: Socket.SocketUpgradeError.unsupported })),
      )
      open++
      yield* Effect.addFinalizer(() => Effect.sync(() => void open--))
      const next: typeof pull = Effect.suspend(() => {
        if (way !== undefined) return Deferred.await(over)
        return Effect.flatMap(Effect.raceFirst(Deferred.await(over), pull), (chunks) => {
          const passed = chunks.map((chunk) => through(chunk, "toClient")).filter((chunk) => chunk.byteLength > 0)
          if (way !== undefined) end()
          return Arr.isReadonlyArrayNonEmpty(passed) ? Effect.succeed(passed) : next
        })
      })
      return { pull: next, upgrade }
    })
    const writer = Effect.map(inner.writer, ({ write }) => {
      const pass = (chunk: Uint8Array | string | Socket.CloseEvent) =>
        Effect.suspend(() => {
          if (!(chunk instanceof Uint8Array)) return write(chunk)
          const passed = through(chunk, "toServer")
          return passed.byteLength === 0 ? Effect.void : write(passed)
        })
      return {
        write: pass,
        writeAll: (chunks: ReadonlyArray<Uint8Array | string>) => Effect.forEach(chunks, pass, { discard: true }),
      }
    })
    return Socket.make({ reader, writer })
  })

  return {
    dialer: { ...dialer, socket: cutting },
    cutAfter: (left, direction, way) => {
      cut = { direction, way, left }
      isCut = false
    },
    isCut: () => isCut,
    open: () => open,
  }
}
