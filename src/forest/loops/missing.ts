/** Code of a missing value in any column of a binned matrix. */
export const MISSING = 255;
