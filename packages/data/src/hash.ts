/**
 * A pure 32-bit hash of a row, apart from the run's random streams: a validation split outlives any change of those.
 * The mixing function is the 32-bit finaliser of MurmurHash3 (A. Appleby, public domain): a bijection of the 32-bit
 * numbers in which each input bit flips each output bit with a probability near one half.
 */

/** The finaliser: x ^= x >> 16, x *= 85ebca6b, x ^= x >> 13, x *= c2b2ae35, x ^= x >> 16, modulo 2³². */
export function mix32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * mix32(identity ^ key), where key = mix32(low ^ mix32(high + 9e3779b9)) and low, high are the halves of the seed.
 * For one seed two identities never share a hash, so a share of the hashes is a share of the rows.
 * @param seed whole, from 0 to 2⁵³ - 1
 * @param identity int32
 * @returns a whole number from 0 to 2³² - 1
 */
export function hashRow(seed: number, identity: number): number {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  const key = mix32(low ^ mix32((high + 0x9e3779b9) >>> 0));
  return mix32(identity ^ key);
}
