// No certificate runs out unnoticed: the rules as pure functions, and the monitor that does what is due.

export type { StopSignal } from '../base/timers.js'
export { noticeSeverities, type NoticeSeverity } from './digest-text.js'
export {
  dueNotice,
  type ExpiryLevel,
  type ExpiryPolicy,
  type ExpiryState,
  expiryState,
  nextCheck,
  nextNotice,
  type ValidityTimes,
} from './expiry.js'
export { logNotifier, type LogNotifierOptions, type LogRecord, type LogSummary } from './log-notifier.js'
export type { ConnectionDrop, LongLivedConnection } from './connections.js'
export type { DeliveryFailure } from './delivery.js'
export type { CheckedStatus } from './due-data.js'
export { defaultMonitorLimits, type MonitorLimits } from './limits.js'
export { type CertificateMonitor, createCertificateMonitor, type MonitorOptions } from './monitor.js'
export type { CertificateMetrics, MonitorHealth, MonitorMetrics, NotifierMetrics, ResponderMetrics } from './metrics.js'
export type { ExpiryNotice, MonitorNotice, NoticeDigest, NoticeSubject, Notifier, RevocationNotice } from './notice.js'
export type { ExpiryNoticeData, NoticeData, NoticeSubjectData, RevocationNoticeData } from './notice-data.js'
export { prometheusContentType, prometheusText } from './prometheus.js'
export type { MonitorOcspOptions } from './revocation-checker.js'
export type { MonitorReport } from './report.js'
export type { RunOptions } from './run.js'
export {
  connectionCheckInterval,
  defaultMonitorSettings,
  type Interval,
  type MonitorOverride,
  type MonitorSettings,
  splitAddresses,
} from './settings.js'
export { checkSettings, settingsFaults } from './settings-faults.js'
export { readMonitorSettings, writeMonitorSettings } from './stored-settings.js'
export type { RevokeEffect } from './task.js'
export {
  WebhookError,
  type WebhookErrorCode,
  type WebhookLimits,
  type WebhookMessage,
  webhookNotifier,
  type WebhookNotifierOptions,
  type WebhookNoticeWords,
} from './webhook-notifier.js'
export {
  type ReceivedWebhook,
  verifyWebhookSignature,
  type WebhookHeaders,
  type WebhookSecret,
  type WebhookVerdict,
} from './webhook-signature.js'
