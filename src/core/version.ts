/** The version of this package: the scope of its spans carries it. */
export const VERSION = '0.1.0';
