/** Those who have their own way with SIGHUP: as long as there are any, it ends nothing. Known before all else is loaded. */
export const survivors = new Set<() => void>()

/** Until it is loaded, the service has nothing to say about it. */
export const surviveLoading = (): void => {
  const nothing = () => {}
  survivors.add(nothing)
  process.on("SIGHUP", nothing)
}
