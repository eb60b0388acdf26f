import { useEffect, useMemo } from "preact/hooks"
import { Listing, type Page } from "../model/Listing.ts"

/** A list that is read when the view opens, and anew where it depends on something that has changed. */
export const useListing = <Item>(
  read: (after: string | number | undefined) => Promise<Page<Item>>,
  depends: ReadonlyArray<unknown>,
): Listing<Item> => {
  const listing = useMemo(() => new Listing(read), depends)
  useEffect(() => void listing.reload(), [listing])
  return listing
}

/** Runs it again and again, as long as the view is open and somebody looks. */
export const useEvery = (millis: number, run: () => void, depends: ReadonlyArray<unknown>): void =>
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && run(), millis)
    return () => clearInterval(timer)
  }, depends)

/** The part of an address behind its `?`, with those that are said. */
export const query = (parts: Readonly<Record<string, string | number | undefined>>): string => {
  const said = Object.entries(parts).flatMap(([name, value]): ReadonlyArray<[string, string]> =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  )
  return said.length === 0 ? "" : `?${new URLSearchParams(said)}`
}
