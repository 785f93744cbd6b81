// The entry as an application has it that has not installed nodemailer.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, it } from 'vitest'
import { digestOf, expiryNotice } from '../../support/notices.js'
import { temporaryDirectory } from '../../support/openssl.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const program = `
  import { emailNotifier } from './src/adapters/email/index.js'
  const options = { from: 'pki@example.com', to: 'a@example.com' }
  console.log('imported')
  emailNotifier({ ...options, transport: { sendMail: async () => console.log('sent') } })
    .send(${JSON.stringify(digestOf(expiryNotice()))})
    .then(() => emailNotifier({ ...options, smtp: { host: '127.0.0.1' } }).send(${JSON.stringify(digestOf(expiryNotice()))}))
    .catch(({ name, code, message }) => console.log(name, code, message))
`

it.each(['esm', 'cjs'] as const)(
  'MON-4 without nodemailer the entry imports as %s and sends by other transports; by SMTP it says what to install',
  (format) => {
    const bundle = buildSync({
      stdin: { contents: program, resolveDir: root, loader: 'js' },
      bundle: true,
      format,
      platform: 'node',
      external: ['nodemailer'],
      alias: { '#crypto': join(root, 'src/crypto/node.ts') },
      write: false,
    })
    const directory = temporaryDirectory()
    try {
      const file = join(directory.path, format === 'esm' ? 'program.mjs' : 'program.cjs')
      writeFileSync(file, bundle.outputFiles[0]?.contents ?? '')
      const output = execFileSync(process.execPath, [file], { cwd: directory.path, encoding: 'utf8' })
      expect(output.split('\n')).toEqual([
        'imported',
        'sent',
        'EmailError nodemailer-missing certward/email sends through nodemailer, which is not installed; npm install nodemailer',
        '',
      ])
    } finally {
      directory.remove()
    }
  },
)
