/** The version of this program, as it calls itself to others: that of `package.json`. */
export const VERSION = '0.1.0'
