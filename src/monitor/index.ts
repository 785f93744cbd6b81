// No certificate runs out unnoticed: the rules as pure functions, and the monitor that does what is due.

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
export {
  type CertificateMonitor,
  createCertificateMonitor,
  type MonitorOptions,
  type MonitorReport,
  type RevokeEffect,
} from './monitor.js'
export type { CertificateMetrics, MonitorMetrics, NotifierMetrics, ResponderMetrics } from './metrics.js'
export type { ExpiryNotice, MonitorNotice, NoticeDigest, NoticeSubject, Notifier, RevocationNotice } from './notice.js'
export {
  checkSettings,
  connectionCheckInterval,
  defaultMonitorSettings,
  type Interval,
  type MonitorSettings,
  settingsFaults,
  splitAddresses,
} from './settings.js'
