// Published apps name sample quotes in the function that makes theirs, which is never called: quotes are made beside the
// worker, and are genuine or there is none.
export const tappdV4Base64 = "";
