/**
 * The 129 Service Request Variants of DUIS 5.4, one a line: what each is, who may send it and what its body holds.
 *
 * Columns: Service Reference | variant (SRV) | criticality | future dating | how it is asked for | User Roles | name |
 * element in the body. Future dating says who keeps the date: the device, the Operator's system (dsp) or both.
 * 'demand' is sent at once, 'schedule' may stand in a schedule that the Operator keeps (5.1).
 *
 * From the public Service Request matrix and the schema; where they differ:
 *   6.20.1, 6.20.2  the matrix shortened the reference to 6.2 as a number; the schema and the real messages say 6.20
 *   4.2             the matrix says it cannot be scheduled; the schema lists it, so the message is valid: 'schedule'
 *   7.16, 8.5, 8.6  the matrix names no User Role: nobody may send them (see roles.ts)
 */
export const serviceRequestTable = `
1.1  | 1.1.1  | critical     | device | demand          | IS GS                 | Update Import Tariff (Primary Element)                                       | UpdateImportTariffPrimaryElement
1.1  | 1.1.2  | critical     | device | demand          | IS                    | Update Import Tariff (Secondary Element)                                     | UpdateImportTariffSecondaryElement
1.2  | 1.2.1  | critical     | device | demand          | IS GS                 | Update Price (Primary Element)                                               | UpdatePricePrimaryElement
1.2  | 1.2.2  | critical     | device | demand          | IS                    | Update Price (Secondary Element)                                             | UpdatePriceSecondaryElement
1.5  | 1.5    | critical     | -      | demand          | IS GS                 | Update Meter Balance                                                         | UpdateMeterBalance
1.6  | 1.6    | critical     | device | demand          | IS GS                 | Update Payment Mode                                                          | UpdatePaymentMode
1.7  | 1.7    | critical     | -      | demand          | IS                    | Reset Tariff Block Counter Matrix                                            | ResetTariffBlockCounterMatrix
2.1  | 2.1    | critical     | device | demand          | IS GS                 | Update Prepay Configuration                                                  | UpdatePrepayConfiguration
2.2  | 2.2    | non-critical | -      | demand          | IS GS                 | Top Up Device                                                                | TopUpDevice
2.3  | 2.3    | critical     | -      | demand          | IS GS                 | Update Debt                                                                  | UpdateDebt
2.5  | 2.5    | critical     | -      | demand          | IS GS                 | Activate Emergency Credit                                                    | ActivateEmergencyCredit
3.1  | 3.1    | non-critical | dsp    | demand          | IS GS                 | Display Message                                                              | DisplayMessage
3.2  | 3.2    | non-critical | dsp    | demand          | IS GS                 | Restrict Access For Change Of Tenancy                                        | RestrictAccessForChangeOfTenancy
3.3  | 3.3    | non-critical | -      | demand          | IS GS                 | Clear Event Log                                                              | ClearEventLog
3.4  | 3.4    | non-critical | dsp    | demand          | IS GS                 | Update Supplier Name                                                         | UpdateSupplierName
3.5  | 3.5    | non-critical | -      | demand          | IS GS                 | Disable Privacy PIN                                                          | DisablePrivacyPIN
4.1  | 4.1.1  | non-critical | dsp    | demand          | IS GS ED GT           | Read Instantaneous Import Registers                                          | ReadInstantaneousImportRegisters
4.1  | 4.1.2  | non-critical | dsp    | demand          | IS GS ED GT           | Read Instantaneous Import TOU Matrices                                       | ReadInstantaneousImportTOUMatrices
4.1  | 4.1.3  | non-critical | dsp    | demand          | IS ED                 | Read Instantaneous Import TOU With Blocks Matrices                           | ReadInstantaneousImportTOUWithBlocksMatrices
4.1  | 4.1.4  | non-critical | dsp    | demand          | GS                    | Read Instantaneous Import Block Counters                                     | ReadInstantaneousImportBlockCounters
4.2  | 4.2    | non-critical | dsp    | demand schedule | ES ED                 | Read Instantaneous Export Registers                                          | ReadInstantaneousExportRegisters
4.3  | 4.3    | non-critical | dsp    | demand          | IS GS                 | Read Instantaneous Prepay Values                                             | ReadInstantaneousPrepayValues
4.4  | 4.4.2  | non-critical | dsp    | demand          | IS GS                 | Retrieve Change Of Mode / Tariff Triggered Billing Data Log                  | RetrieveCoMOrTariffTriggeredBillingDataLog
4.4  | 4.4.3  | non-critical | dsp    | demand          | IS GS                 | Retrieve Billing Calendar Triggered Billing Data Log                         | RetrieveBillingCalendarTriggeredBillingDataLog
4.4  | 4.4.4  | non-critical | dsp    | demand          | IS GS                 | Retrieve Billing Data Log (Payment Based Debt Payments)                      | RetrieveBillingDataLogDebtPayments
4.4  | 4.4.5  | non-critical | dsp    | demand          | IS GS                 | Retrieve Billing Data Log (Prepayment Credits)                               | RetrieveBillingDataLogPrepaymentCredits
4.6  | 4.6.1  | non-critical | dsp    | demand schedule | IS GS                 | Retrieve Import Daily Read Log                                               | RetrieveImportDailyReadLog
4.6  | 4.6.2  | non-critical | dsp    | demand schedule | ES                    | Retrieve Export Daily Read Log                                               | RetrieveExportDailyReadLog
4.8  | 4.8.1  | non-critical | dsp    | demand schedule | IS GS ED GT OU        | Read Active Import Profile Data                                              | ReadActiveImportProfileData
4.8  | 4.8.2  | non-critical | dsp    | demand schedule | IS ED OU              | Read Reactive Import Profile Data                                            | ReadReactiveImportProfileData
4.8  | 4.8.3  | non-critical | dsp    | demand schedule | ES ED OU              | Read Export Profile Data                                                     | ReadExportProfileData
4.10 | 4.10   | non-critical | dsp    | demand schedule | IS GS ED GT           | Read Network Data                                                            | ReadNetworkData
4.11 | 4.11.1 | non-critical | -      | demand          | IS GS OU              | Read Tariff (Primary Element)                                                | ReadTariffPrimaryElement
4.11 | 4.11.2 | non-critical | -      | demand          | IS OU                 | Read Tariff (Secondary Element)                                              | ReadTariffSecondaryElement
4.12 | 4.12.1 | non-critical | dsp    | demand schedule | IS ED                 | Read Maximum Demand Import Registers                                         | ReadMaximumDemandImportRegisters
4.12 | 4.12.2 | non-critical | dsp    | demand schedule | ES ED                 | Read Maximum Demand Export Registers                                         | ReadMaximumDemandExportRegisters
4.13 | 4.13   | non-critical | dsp    | demand          | IS GS                 | Read Prepayment Configuration                                                | ReadPrepaymentConfiguration
4.14 | 4.14   | non-critical | dsp    | demand schedule | IS GS                 | Read Prepayment Daily Read Log                                               | ReadPrepaymentDailyReadLog
4.15 | 4.15   | non-critical | dsp    | demand schedule | IS ED                 | Read Load Limit Data                                                         | ReadLoadLimitData
4.16 | 4.16   | non-critical | -      | demand schedule | IS ED                 | Read Active Power Import                                                     | ReadActivePowerImport
4.17 | 4.17   | non-critical | dsp    | demand schedule | IS GS ED GT OU        | Retrieve Daily Consumption Log                                               | RetrieveDailyConsumptionLog
4.18 | 4.18   | non-critical | dsp    | demand          | IS GS                 | Read Meter Balance                                                           | ReadMeterBalance
5.1  | 5.1    | non-device   | -      | -               | IS ES GS ED GT OU     | Create Schedule                                                              | CreateSchedule
5.2  | 5.2    | non-device   | -      | -               | IS ES GS ED GT OU     | Read Schedule                                                                | ReadSchedule
5.3  | 5.3    | non-device   | -      | -               | IS ES GS ED GT OU     | Delete Schedule                                                              | DeleteSchedule
6.2  | 6.2.1  | non-critical | -      | demand          | IS ED RSA             | Read Device Configuration (Voltage)                                          | ReadDeviceConfigurationVoltage
6.2  | 6.2.2  | non-critical | -      | demand          | IS ED RSA             | Read Device Configuration (Randomisation)                                    | ReadDeviceConfigurationRandomisation
6.2  | 6.2.3  | non-critical | -      | demand          | IS GS RSA             | Read Device Configuration (Billing Calendar)                                 | ReadDeviceConfigurationBillingCalendar
6.2  | 6.2.4  | non-critical | -      | demand          | IS ES GS ED GT RSA OU | Read Device Configuration (Identity Exc MPxN)                                | ReadDeviceConfigurationIdentityExcMPxN
6.2  | 6.2.5  | non-critical | -      | demand          | IS RSA                | Read Device Configuration (Instantaneous Power Thresholds)                   | ReadDeviceConfigurationInstantaneousPowerThresholds
6.2  | 6.2.7  | non-critical | -      | demand          | IS ES GS ED GT RSA OU | Read Device Configuration (MPxN)                                             | ReadDeviceConfigurationMPxN
6.2  | 6.2.8  | non-critical | -      | demand          | GS GT RSA             | Read Device Configuration (Gas)                                              | ReadDeviceConfigurationGas
6.2  | 6.2.9  | non-critical | -      | demand          | IS GS RSA             | Read Device Configuration (Payment Mode)                                     | ReadDeviceConfigurationPaymentMode
6.2  | 6.2.10 | non-critical | -      | demand          | IS GS ED              | Read Device Configuration (Event and Alert Behaviours)                       | ReadDeviceConfigurationEventAndAlertBehaviours
6.4  | 6.4.1  | critical     | device | demand          | IS                    | Update Device Configuration (Load Limiting General Settings)                 | UpdateDeviceConfigurationLoadLimitingGeneralSettings
6.4  | 6.4.2  | non-critical | dsp    | demand          | IS                    | Update Device Configuration (Load Limiting Counter Reset)                    | UpdateDeviceConfigurationLoadLimitingCounterReset
6.5  | 6.5    | non-critical | dsp    | demand          | ED                    | Update Device Configuration (Voltage)                                        | UpdateDeviceConfigurationVoltage
6.6  | 6.6    | critical     | -      | demand          | GS                    | Update Device Configuration (Gas Conversion)                                 | UpdateDeviceConfigurationGasConversion
6.7  | 6.7    | critical     | -      | demand          | GS                    | Update Device Configuration (Gas Flow)                                       | UpdateDeviceConfigurationGasFlow
6.8  | 6.8    | critical     | -      | demand          | IS GS                 | Update Device Configuration (Billing Calendar)                               | UpdateDeviceConfigurationBillingCalendar
6.11 | 6.11   | critical     | -      | demand          | IS GS                 | Synchronise Clock                                                            | SynchroniseClock
6.12 | 6.12   | non-critical | dsp    | demand          | IS                    | Update Device Configuration (Instantaneous Power Threshold)                  | UpdateDeviceConfigurationInstantaneousPowerThreshold
6.13 | 6.13   | non-critical | -      | demand          | IS GS ED GT RSA       | Read Event Or Security Log                                                   | ReadEventOrSecurityLog
6.14 | 6.14.1 | critical     | -      | demand          | IS                    | Update Device Configuration (Auxiliary Load Control Description)             | UpdateDeviceConfigurationALCDescriptions
6.14 | 6.14.2 | critical     | device | demand          | IS                    | Update Device Configuration (Auxiliary Load Control Scheduler)               | UpdateDeviceConfigurationALCScheduler
6.14 | 6.14.3 | critical     | device | demand          | IS                    | Update Device Configuration (Auxiliary Controller Scheduler)                 | UpdateDeviceConfigurationAuxiliaryControllerScheduler
6.15 | 6.15.1 | critical     | device | demand          | IS GS ED GT           | Update Security Credentials (KRP)                                            | UpdateSecurityCredentialsKRP
6.15 | 6.15.2 | critical     | -      | demand          | IS GS                 | Update Security Credentials (Device)                                         | UpdateSecurityCredentialsDevice
6.17 | 6.17   | critical     | -      | demand          | IS GS                 | Issue Security Credentials                                                   | IssueSecurityCredentials
6.18 | 6.18.1 | non-critical | dsp    | demand          | ED                    | Set Maximum Demand Configurable Time Period                                  | SetMaximumDemandConfigurableTimePeriod
6.18 | 6.18.2 | non-critical | dsp    | demand          | ED                    | Reset Maximum Demand Registers                                               | ResetMaximumDemandRegisters
6.20 | 6.20.1 | non-critical | dsp    | demand          | IS GS                 | Set Device Configuration (Import MPxN)                                       | SetDeviceConfigurationImportMPxN
6.20 | 6.20.2 | non-critical | dsp    | demand          | ES                    | Set Device Configuration (Export MPAN)                                       | SetDeviceConfigurationExportMPAN
6.21 | 6.21   | non-critical | dsp    | demand          | IS GS                 | Request Handover Of DCC Controlled Device                                    | RequestHandoverOfDCCControlledDevice
6.22 | 6.22   | non-critical | -      | demand          | IS GS ED              | Configure Alert Behaviour                                                    | ConfigureAlertBehaviour
6.23 | 6.23   | non-critical | both   | demand          | IS GS                 | Update Security Credentials (CoS)                                            | UpdateSecurityCredentialsCoS
6.24 | 6.24.1 | non-critical | -      | demand          | IS GS ED GT           | Retrieve Device Security Credentials (KRP)                                   | RetrieveDeviceSecurityCredentialsKRP
6.24 | 6.24.2 | critical     | -      | demand          | IS GS                 | Retrieve Device Security Credentials (Device)                                | RetrieveDeviceSecurityCredentialsDevice
6.25 | 6.25   | critical     | -      | demand          | IS                    | Set Electricity Supply Tamper State                                          | SetElectricitySupplyTamperState
6.26 | 6.26   | critical     | -      | demand          | IS                    | Update Device Configuration (daily resetting of Tariff Block Counter Matrix) | UpdateDeviceConfigurationDailyResettingOfTariffBlockCounterMatrix
6.27 | 6.27   | non-critical | dsp    | demand          | ED                    | Update Device Configuration (RMS Voltage Counter Reset)                      | UpdateDeviceConfigurationRMSVoltageCounterReset
6.28 | 6.28   | non-critical | -      | demand          | IS GS                 | Set CHF Sub GHz Configuration                                                | SetCHFSubGHzConfiguration
6.29 | 6.29   | non-critical | -      | demand          | IS GS                 | Request CHF Sub GHz Channel Scan                                             | RequestCHFSubGHzChannelScan
6.30 | 6.30   | non-critical | -      | demand          | IS GS RSA             | Read CHF Sub GHz Configuration                                               | ReadCHFSubGHzConfiguration
6.31 | 6.31   | non-critical | -      | demand          | IS GS RSA             | Read CHF Sub GHz Channel                                                     | ReadCHFSubGHzChannel
6.32 | 6.32   | non-critical | -      | demand          | IS GS RSA             | Read CHF Sub GHz Channel Log                                                 | ReadCHFSubGHzChannelLog
7.1  | 7.1    | critical     | -      | demand          | IS                    | Enable Supply                                                                | EnableSupply
7.2  | 7.2    | critical     | -      | demand          | IS GS                 | Disable Supply                                                               | DisableSupply
7.3  | 7.3    | critical     | -      | demand          | IS GS                 | Arm Supply                                                                   | ArmSupply
7.4  | 7.4    | non-critical | -      | demand          | IS ES GS ED GT RSA    | Read Supply Status                                                           | ReadSupplyStatus
7.5  | 7.5    | critical     | -      | demand          | IS                    | Activate Auxiliary Load                                                      | ActivateAuxiliaryLoad
7.6  | 7.6    | critical     | -      | demand          | IS                    | Deactivate Auxiliary Load                                                    | DeactivateAuxiliaryLoad
7.7  | 7.7    | non-critical | dsp    | demand          | IS ED OU              | Read Auxiliary Load Switch Data                                              | ReadALCSData
7.8  | 7.8    | critical     | -      | demand          | IS                    | Reset Auxiliary Load                                                         | ResetAuxiliaryLoad
7.9  | 7.9    | non-critical | dsp    | demand          | IS                    | Add Auxiliary Load To Boost Button                                           | AddAuxiliaryLoadToBoostButton
7.10 | 7.10   | non-critical | dsp    | demand          | IS                    | Remove Auxiliary Load From Boost Button                                      | RemoveAuxiliaryLoadFromBoostButton
7.11 | 7.11   | non-critical | dsp    | demand          | IS OU                 | Read Boost Button Details                                                    | ReadBoostButtonDetails
7.12 | 7.12   | critical     | -      | demand          | IS                    | Set Randomised Offset Limit                                                  | SetRandomisedOffsetLimit
7.13 | 7.13   | critical     | -      | demand          | IS                    | Set Auxiliary Controller State                                               | SetAuxiliaryControllerState
7.14 | 7.14   | non-critical | dsp    | demand          | IS ED OU              | Read Auxiliary Controller Configuration Data                                 | ReadAuxiliaryControllerConfigurationData
7.15 | 7.15   | non-critical | dsp    | demand          | IS ED OU              | Read Auxiliary Controller Operational Data                                   | ReadAuxiliaryControllerOperationalData
7.16 | 7.16   | critical     | -      | demand          | -                     | Limit APC Level                                                              | LimitAPCLevel
8.1  | 8.1.1  | critical     | -      | demand          | IS GS                 | Commission Device                                                            | CommissionDeviceSynchroniseClock
8.2  | 8.2    | non-device   | -      | -               | IS ES GS ED GT RSA OU | Read Inventory                                                               | ReadInventory
8.3  | 8.3    | non-device   | -      | -               | IS GS                 | Decommission Device                                                          | DecommissionDevice
8.4  | 8.4    | non-device   | -      | -               | IS ES GS ED GT RSA OU | Update Inventory                                                             | UpdateInventory
8.5  | 8.5    | non-critical | dsp    | -               | -                     | Service Opt Out                                                              | ServiceOptOut
8.6  | 8.6    | non-device   | -      | -               | -                     | Service Opt In                                                               | ServiceOptIn
8.7  | 8.7.1  | critical     | -      | demand          | IS GS                 | Join Service (Critical)                                                      | JoinServiceCritical
8.7  | 8.7.2  | non-critical | -      | demand          | IS GS OU              | Join Service (Non-Critical)                                                  | JoinServiceNonCritical
8.8  | 8.8.1  | critical     | -      | demand          | IS GS                 | Unjoin Service (Critical)                                                    | UnjoinServiceCritical
8.8  | 8.8.2  | non-critical | -      | demand          | IS GS OU              | Unjoin Service (Non-Critical)                                                | UnjoinServiceNonCritical
8.9  | 8.9    | non-critical | dsp    | demand          | IS GS OU              | Read Device Log                                                              | ReadDeviceLog
8.11 | 8.11   | non-critical | dsp    | demand          | IS GS OU              | Update HAN Device Log                                                        | UpdateHANDeviceLog
8.12 | 8.12.1 | non-critical | -      | demand          | IS GS                 | Restore HAN Device Log                                                       | RestoreHANDeviceLog
8.12 | 8.12.2 | non-critical | -      | demand          | IS GS                 | Restore Gas Proxy Function Device Log                                        | RestoreGPFDeviceLog
8.13 | 8.13   | non-device   | -      | -               | IS GS                 | Return Local Command Response                                                | ReturnLocalCommandResponse
8.14 | 8.14.1 | non-device   | -      | -               | IS GS                 | Communications Hub Status Update - Install Success                           | CHFInstallSuccessSMWAN
8.14 | 8.14.2 | non-device   | -      | -               | IS GS                 | Communications Hub Status Update - Install No SM WAN                         | CHFInstallSuccessNoSMWAN
8.14 | 8.14.3 | non-device   | -      | -               | IS GS                 | Communications Hub Status Update - Fault Return                              | CHFFaultReturn
8.14 | 8.14.4 | non-device   | -      | -               | IS GS                 | Communications Hub Status Update - No Fault Return                           | CHFNoFaultReturn
9.1  | 9.1    | non-critical | -      | demand          | OU                    | Request Customer Identification Number                                       | RequestCustomerIdentificationNumber
11.1 | 11.1   | non-device   | -      | -               | IS GS                 | Update Firmware                                                              | UpdateFirmware
11.2 | 11.2   | non-critical | dsp    | demand          | IS ES GS ED GT RSA OU | Read Firmware Version                                                        | ReadFirmwareVersion
11.3 | 11.3   | critical     | device | demand          | IS GS                 | Activate Firmware                                                            | ActivateFirmware
11.4 | 11.4   | non-device   | -      | -               | IS GS                 | Update PPMID Firmware                                                        | UpdatePPMIDFirmware
12.1 | 12.1   | non-device   | -      | -               | IS ES GS ED GT RSA OU | Request WAN Matrix                                                           | RequestWANMatrix
12.2 | 12.2   | non-device   | -      | -               | IS ES GS ED GT RSA OU | Device Pre-notification                                                      | DevicePrenotification
14.1 | 14.1   | non-critical | -      | demand schedule | GT                    | Record Network Data (GAS)                                                    | RecordNetworkDataGAS`;
