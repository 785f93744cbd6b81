// Notices by e-mail, through nodemailer, which the application installs.

export { emailNotifier, type EmailNotifierOptions } from './email-notifier.js'
export { EmailError, type EmailErrorCode, type EmailFailure } from './errors.js'
export type { MailAddress, MailMessage, MailTransport } from './message.js'
export type { SmtpOptions } from './smtp.js'
