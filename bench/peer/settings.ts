/** What the peer is told, as a JSON file. */
export interface PeerSettings {
  readonly port: number;
  readonly databaseUrl: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly signers: readonly { readonly issuer: string; readonly serial: string; readonly certificate: string }[];
}
