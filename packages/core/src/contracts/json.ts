/** Plain JSON, as it stands in a plan, a result or a record. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
