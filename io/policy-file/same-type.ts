/** Compile-time equality of a schema's type with the model's, so that the two cannot drift apart. */

/** Without `readonly`: schemas produce mutable data. */
export type Loose<T> = T extends object ? { -readonly [Key in keyof T]: Loose<T[Key]> } : T

/** Each assignable to the other. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Does not compile unless the two are the same. */
export type MustBeTrue<T extends true> = T
