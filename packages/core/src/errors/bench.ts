import { failure, refusal } from "./error.js";

export const peerUnavailable = refusal("KDF_PEER_UNAVAILABLE", (d: { peer: string; problem: string; expected: string; fix: string }) => ({
  happened: `There is no ${d.peer} to compare with: ${d.problem}.`,
  expected: d.expected,
  fix: d.fix,
}));

export const peerFailed = failure("KDF_PEER_FAILED", (d: { peer: string; doing: string; problem: string }) => ({
  happened: `${d.peer} failed while it was to ${d.doing}: ${d.problem}.`,
  expected: "a peer that takes the same step",
  fix: "leave out --against to measure kdf alone; report an operation that is missing",
}));
