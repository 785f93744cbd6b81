// When certificates run out, and what to say about it: the rules of monitoring as pure functions.

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
  checkSettings,
  connectionCheckInterval,
  defaultMonitorSettings,
  type Interval,
  type MonitorSettings,
  settingsFaults,
  splitAddresses,
} from './settings.js'
