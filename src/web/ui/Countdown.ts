/** Seconds until a moment, told anew each second. */
import { useEffect, useState } from "preact/hooks"

export const useSeconds = (until: number, now: () => number): number => {
  const left = () => Math.max(0, Math.ceil((until - now()) / 1000))
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    setSeconds(left)
    const timer = setInterval(() => setSeconds(left), 250)
    return () => clearInterval(timer)
  }, [until])
  return seconds
}
