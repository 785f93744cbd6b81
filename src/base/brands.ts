// Byte kinds told apart by the type system. A brand costs nothing at run time: it is a Uint8Array with a label.

declare const derOf: unique symbol

/** DER-encoded bytes of one structure: `Der<'Certificate'>`, `Der<'CertificateList'>` … */
export type Der<Structure extends string> = Uint8Array & { readonly [derOf]: Structure }
