/** What is shown once somebody does something, and all else that the page can begin without: one part, which is loaded behind it. */
export const loadLater = () => import("../over/Later.tsx")
