// No certificate runs out unnoticed: the rules as pure functions, and the monitor that does what is due.

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
export {
  type CertificateMonitor,
  createCertificateMonitor,
  type MonitorOptions,
  type MonitorReport,
  type RevokeEffect,
} from './monitor.js'
export type { CertificateMetrics, MonitorMetrics, NotifierMetrics, ResponderMetrics } from './metrics.js'
export type { ExpiryNotice, MonitorNotice, NoticeDigest, NoticeSubject, Notifier, RevocationNotice } from './notice.js'
export type { ExpiryNoticeData, NoticeData, NoticeSubjectData, RevocationNoticeData } from './notice-data.js'
export { prometheusContentType, type PrometheusOptions, prometheusText } from './prometheus.js'
export {
  checkSettings,
  connectionCheckInterval,
  defaultMonitorSettings,
  type Interval,
  type MonitorSettings,
  settingsFaults,
  splitAddresses,
} from './settings.js'
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
