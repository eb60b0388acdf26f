/**
 * Kubernetes sets variables for each service of a namespace, by its name, and so does Docker for a container that is
 * linked. Where the name is `natter`, or begins so, they look like settings, and nobody has written them.
 */
const isAddress = (value: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$|^(?=.*:.*:)[0-9a-f:.]+$/i.test(value)

/** A variable's name, and what is put there. */
const made: ReadonlyArray<readonly [name: RegExp, value: (value: string) => boolean]> = [
  [/_SERVICE_HOST$/, isAddress],
  [/_SERVICE_PORT(_[A-Z0-9_]+)?$/, (value) => /^\d{1,5}$/.test(value)],
  [/_PORT(_\d{1,5}_(TCP|UDP|SCTP))?$/, (value) => /^(tcp|udp|sctp):\/\/\S+:\d{1,5}$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, (value) => /^(tcp|udp|sctp)$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, (value) => /^\d{1,5}$/.test(value)],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, isAddress],
  // Docker's alone: what both containers are called, and the variables of the other one.
  [/_NAME$/, (value) => /^(\/[^/\s]+){2}$/.test(value)],
  [/^NATTER_(\w+_)?ENV_./, () => true],
]

/** Whether a variable that begins with `NATTER_` is from one of the two: by its name and by what it says. */
export const isForeign = (variable: string, value: string): boolean =>
  made.some(([name, isMade]) => name.test(variable) && isMade(value))
