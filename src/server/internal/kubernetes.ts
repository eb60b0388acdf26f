/**
 * Kubernetes sets variables for each service of a namespace, by its name. Where that is `natter`, or begins so, they look
 * like settings, and nobody has written them.
 */
const isAddress = (value: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$|^(?=.*:.*:)[0-9a-f:.]+$/i.test(value)

/** A variable's name, and what Kubernetes puts there. */
const made: ReadonlyArray<readonly [name: RegExp, value: (value: string) => boolean]> = [
  [/_SERVICE_HOST$/, isAddress],
  [/_SERVICE_PORT(_[A-Z0-9_]+)?$/, (value) => /^\d{1,5}$/.test(value)],
  [/_PORT(_\d{1,5}_(TCP|UDP|SCTP))?$/, (value) => /^(tcp|udp|sctp):\/\/\S+:\d{1,5}$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, (value) => /^(tcp|udp|sctp)$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, (value) => /^\d{1,5}$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, isAddress],
]

/** Whether a variable that begins with `NATTER_` is from there: by its name and by what it says. */
export const isFromKubernetes = (variable: string, value: string): boolean =>
  made.some(([name, isMade]) => name.test(variable) && isMade(value))
