// See samples.js.
export const tappdV4Base64: string;
