/** A group in which a file may be the wrong one: each is to be loaded by itself, which says what is wrong. */
export class GroupRefused extends Error {}
