/**
 * The codes and the kinds of DCC Alerts of DUIS 5.4.
 *
 * Which code goes with which kind is not public (AD1 is probably a power outage), so nothing here says so: read the
 * kind from the element in the alert, and write the code that the Operator configured.
 */

/** The 66 codes: AD1, N1 to N65 without N32, N999. */
export const dccAlertCodes: ReadonlySet<string> = new Set([
  'AD1',
  ...Array.from({ length: 65 }, (_, index) => `N${index + 1}`).filter((code) => code !== 'N32'),
  'N999',
]);

/** The 24 elements that a DCCAlert may hold, in the order of the schema. */
export const dccAlertKinds = [
  'PowerOutageEvent',
  'DeviceStatusChangeEvent',
  'DSPScheduleRemoval',
  'CommandFailure',
  'FirmwareDistributionFailure',
  'UpdateHANDeviceLogResult',
  'ChangeOfSupplier',
  'DeviceLogRestored',
  'PPMIDAlert',
  'SecurityCredentialsUpdated',
  'PPMIDRemoval',
  'QuarantinedRequest',
  'FirmwareVersionMismatch',
  'DualBandCHAlert',
  'S1SPAlertDSP',
  'SMETS1CHFirmwareNotification',
  'ALCSHCALCSConfigurationChange',
  'FirmwareUpgradeRequested',
  'CSPFirmwareDeliveryStatus',
  'CommsHubAlert',
  'ECoSAlert',
  'CommsHubFirmwareActivation',
  'CoSCertificateAlert',
  'DUISVersionMismatch',
] as const;

export type DccAlertKind = (typeof dccAlertKinds)[number];
