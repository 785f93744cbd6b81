// Which keys and signature algorithms a profile accepts.

import { readOr } from '../base/errors.js'
import { formatPublicKey, type PublicKey, type SignatureAlgorithm, type SubjectPublicKeyInfo } from '../x509/index.js'
import type { PathProfile } from './profile.js'

/** The least RSA modulus `legacyAlgorithms` lets through, in bits: shorter ones are factored at home. */
const LEAST_LEGACY_MODULUS = 1024
/** FIPS 186-5 appendix A.1.1: an odd exponent below 2^256. A larger one only makes verification slow. */
const EXPONENT_LIMIT = 1n << 256n

/** Why the profile refuses the key, as a clause; undefined where it accepts it. */
export function keyFault(key: PublicKey, { keys, legacyAlgorithms }: PathProfile): string | undefined {
  switch (key.type) {
    case 'rsa':
    case 'rsa-pss': {
      if (key.type === 'rsa-pss' && !keys.others.includes(key.type)) return 'its RSA key is bound to RSA-PSS'
      const { least, most, multipleOf } = keys.rsa
      const { modulusLength, publicExponent } = key
      if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent >= EXPONENT_LIMIT) {
        return `its RSA exponent is ${publicExponent < 1_000_000n ? String(publicExponent) : 'too large'}`
      }
      const from = legacyAlgorithms === 'accept' ? Math.min(least, LEAST_LEGACY_MODULUS) : least
      if (modulusLength < from || modulusLength > most) {
        return `its RSA key has ${modulusLength} bits, and ${from} to ${most} are accepted`
      }
      const isMultiple = modulusLength % multipleOf === 0
      return isMultiple ? undefined : `its RSA key has ${modulusLength} bits, which ${multipleOf} does not divide`
    }
    case 'ec':
      return key.curve !== undefined && keys.curves.includes(key.curve)
        ? undefined
        : `its key is ${formatPublicKey(key)}, and ${keys.curves.join(', ')} are accepted`
    case 'ec-explicit':
      return 'its curve is spelled out in parameters instead of being named (RFC 5480 §2.1.1)'
    case 'dsa':
      return legacyAlgorithms === 'accept' ? undefined : 'its key is a DSA key'
    case 'unknown':
      return `its key is of the unknown algorithm ${key.oid}`
    default:
      return keys.others.includes(key.type) ? undefined : `its key is ${formatPublicKey(key)}, which is not accepted`
  }
}

/** The same of a key that may be malformed. */
export const publicKeyFault = (publicKey: SubjectPublicKeyInfo, profile: PathProfile): string | undefined =>
  readOr(
    () => keyFault(publicKey.key, profile),
    ({ message }) => message,
  )

/** Schemes and hashes `legacyAlgorithms` adds. */
const LEGACY_SCHEMES: readonly string[] = ['rsa-pkcs1', 'rsa-pss', 'ecdsa', 'dsa']

/** Why the profile refuses the signature algorithm, as a clause; undefined where it accepts it. */
export function algorithmFault(
  { scheme, hash, pss, name, oid }: SignatureAlgorithm,
  { algorithms, legacyAlgorithms }: PathProfile,
): string | undefined {
  if (scheme === undefined) return `its signature algorithm ${name ?? oid} is unknown`
  const key = hash === undefined ? scheme : (`${scheme} ${hash}` as const)
  const isLegacy = legacyAlgorithms === 'accept' && LEGACY_SCHEMES.includes(scheme) && hash !== 'md5'
  if (!isLegacy && !algorithms.includes(key)) return `its signature algorithm ${name ?? oid} (${key}) is not accepted`
  // RFC 8017 §8.1: a mask with a weaker hash than the message would be the weaker link.
  const isMixed = pss !== undefined && pss.hash !== pss.maskHash
  return isMixed ? `its RSA-PSS signature uses ${pss.hash} for the message and ${pss.maskHash} for the mask` : undefined
}
