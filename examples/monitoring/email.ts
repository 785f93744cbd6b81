// A digest by e-mail. SMTP_HOST, SMTP_USER and SMTP_PASSWORD name a server; without them the mail is printed.
//   npx tsx examples/monitoring/email.ts DIRECTORY ADDRESSES

import { emailNotifier, type EmailNotifierOptions } from '../../src/adapters/email/index.js'
import { createCertificateMonitor, defaultMonitorSettings, unifiedCommunications } from '../../src/index.js'
import { openSample } from './sample.js'

const [directory = 'certward-store', emailAddresses = 'pki@example.com; noc@example.com'] = process.argv.slice(2)
const { SMTP_HOST: host, SMTP_USER: user, SMTP_PASSWORD: password } = process.env

const common = { from: 'certificates@example.com', catalogue: unifiedCommunications }
const options: EmailNotifierOptions =
  host !== undefined && user !== undefined && password !== undefined
    ? { ...common, smtp: { host, credentials: { user, password: () => password } } }
    : {
        ...common,
        transport: {
          sendMail: async ({ to, subject, text }) => {
            console.log(`To: ${JSON.stringify(to)}\nSubject: ${subject}\n\n${text}`)
            return Promise.resolve({})
          },
        },
      }

const store = await openSample(directory)
const monitor = createCertificateMonitor({
  catalogue: unifiedCommunications,
  storage: store.storage,
  notifiers: [emailNotifier(options)],
  settings: { ...defaultMonitorSettings, email: 'enabled', emailAddresses },
})
const { notices, failures } = await monitor.tick()
console.log(`${notices.length} notices, ${failures.length} failures`)
await store.close()
