import { percent } from "./elements.js";

/** A probability in words: what is hardly more than 0 is not said to be 0. */
export const likelihood = (share) => (share > 0 && share < 0.00005 ? "< 0.01 %" : percent(share));

/** Seconds as "38 ms" or "1.4 s". */
export const duration = (seconds) => (seconds < 1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`);
