/** The operating system keeps the path of a socket in so many bytes, the zero at its end included. */
export const pathBytes = process.platform === "linux" ? 108 : 104
