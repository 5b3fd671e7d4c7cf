/**
 * Runners print an error's message, then its fields: `explanation`, which says what the message says, is no longer among
 * these. It can be read as before.
 */
export function shownOnce<Shown extends { readonly explanation: object }>(error: Shown): Shown {
  return Object.defineProperty(error, "explanation", { enumerable: false });
}
