/** What a code means, wherever it is answered. Codes are stable: they are never renamed and never given a new sense. */
export interface ErrorEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** What is wrong, for people, in one short sentence that is the same for every occurrence. */
  readonly title: string;
  /** What the reader of the answer can do about it. */
  readonly action: string;
}

/**
 * Every error code of the platform, the one way to fail. A code is `<room>.<what>`; the codes of reading a DUIS
 * message (`duis.*`) belong to the package duis, whose errors the gateway answers.
 */
export const errorCodes = {
  'internal.unexpected': {
    status: 500,
    title: 'The platform failed in a way that it does not know.',
    action: 'Try again later. If it persists, give the Operator the time and the address of the call.',
  },
  'request.invalid': {
    status: 400,
    title: 'The request is not in the form that this address takes.',
    action: 'Correct what the detail names; /api/openapi.json has the form.',
  },
  'request.not-found': {
    status: 404,
    title: 'There is nothing at this address.',
    action: 'Check the address; /api/openapi.json lists all of them.',
  },
  'request.too-large': {
    status: 413,
    title: 'The request is larger than is accepted here.',
    action: 'Send it in smaller parts, or ask the Operator what the limit is.',
  },
  'request.headers-too-large': {
    status: 431,
    title: 'The headers of the request are larger than is accepted.',
    action: 'Send fewer and shorter headers; 16 kB are accepted.',
  },
  'request.timeout': {
    status: 408,
    title: 'The request did not arrive in time.',
    action: 'Send it again, faster; nothing of it was recorded.',
  },
  'request.unsupported-media-type': {
    status: 415,
    title: 'The content type is not one that this address takes.',
    action: 'Send the content type that /api/openapi.json names.',
  },
  'access.unauthenticated': {
    status: 401,
    title: 'It is not known who is asking.',
    action: 'Use a registered client certificate, or sign in.',
  },
  'access.denied': {
    status: 403,
    title: 'The one who is asking may not do this.',
    action: 'Ask with the identity that the right belongs to.',
  },
  'access.second-factor-needed': {
    status: 403,
    title: 'The second factor of this sign-in is missing.',
    action: 'Set up an authenticator app and enter its code; then everything that is yours opens.',
  },
  'access.other-person': {
    status: 401,
    title: 'Somebody else has signed in with this browser.',
    action: 'Sign in again as who opened the page, or reload it.',
  },
  'access.choice-needed': {
    status: 409,
    title: 'It is not said for whom the call is made.',
    action: 'Name one of `choices` in the header penstock-acting: its User ID, or operator.',
  },
  'access.reason-needed': {
    status: 403,
    title:
      "The record of a User is read only with a reason, which is recorded and which the User's administrator sees.",
    action: 'Say why in the header penstock-reason, in 10 to 500 characters, percent-encoded.',
  },
  'access.wrong-origin': {
    status: 403,
    title: 'The call does not come from a page of this platform.',
    action: 'Open the address of the platform that the detail names, and try it there.',
  },
  'certificates.more-than-own': {
    status: 403,
    title: 'Nobody gives a machine of the Operator more than one may oneself.',
    action: 'Ask somebody who has the rights of this role, or import the certificate on the machine itself.',
  },
  'people.own-rights': {
    status: 403,
    title: 'Nobody changes the own rights.',
    action: 'Ask another administrator.',
  },
  'people.last-administrator': {
    status: 409,
    title: 'This is the last administrator.',
    action: 'Make somebody else an administrator first.',
  },
  'people.acts-for-others': {
    status: 403,
    title: 'The person also acts for others, and you do not administer all of them.',
    action: 'Take away the role that is yours to take, or ask the Operator.',
  },
  'people.ended-by-operator': {
    status: 403,
    title: 'The Operator ended the access of this person, and only the Operator changes that.',
    action: 'Ask the Operator.',
  },
  'people.weak-password': {
    status: 422,
    title: 'The password is too easy to guess.',
    action: 'Take 14 characters or more, best several words that have nothing to do with each other.',
  },
  'people.sign-in-first': {
    status: 401,
    title: 'The one who is invited has an account here.',
    action: 'Sign in with it, and open the link again.',
  },
  'people.link-unknown': {
    status: 404,
    title: 'There is no such link.',
    action: 'Open the whole link as you got it, or ask your administrator for another.',
  },
  'people.link-over': {
    status: 410,
    title: 'The link is not good any more.',
    action: 'Sign in when you used it before; else ask your administrator for another.',
  },
  'people.own-approval': {
    status: 403,
    title: 'Nobody approves what they asked for, or what is about themselves.',
    action: 'Ask another administrator; with no other, the Operator.',
  },
  'people.approval-awaited': {
    status: 409,
    title: 'The link is not good yet: another administrator has to approve it.',
    action: 'Ask who gave it to you, and open it again when it is approved.',
  },
  'people.too-many-invitations': {
    status: 409,
    title: 'Too many invitations are open.',
    action: 'Withdraw those that nobody will take; the others end by themselves after 72 hours.',
  },
  'people.administrator-exists': {
    status: 409,
    title: 'There is an administrator already.',
    action: 'Sign in as an administrator, and invite others there.',
  },
  'service.not-ready': {
    status: 503,
    title: 'The platform is not ready to take this now.',
    action: 'Try again after the time that Retry-After gives; nothing of it was recorded.',
  },
  'portal.not-built': {
    status: 503,
    title: 'The pages of the portal have not been built here.',
    action: 'Run `npm run prepare` in the folder of the platform and start it again; the API works without.',
  },
  'events.too-many': {
    status: 429,
    title: 'There are as many live connections as are kept.',
    action: 'Close Penstock in another browser; the pages work without, when they are loaded again.',
  },
  'questions.no-title': {
    status: 404,
    title: 'This is no title that was shown to you for this device.',
    action: 'Ask for the titles of the device again, and give the reference of one of them.',
  },
  'questions.own': {
    status: 409,
    title: 'This message is your own.',
    action: 'Find it in your own record, with all that is known of it.',
  },
  'questions.asked': {
    status: 409,
    title: 'You asked about this title already, and the question is open.',
    action: 'Wait for the answer, or withdraw that question first.',
  },
  'questions.too-many': {
    status: 429,
    title: 'You have asked as many questions as one User ID may.',
    action: 'Withdraw questions that need no answer any more, or ask tomorrow.',
  },
  'questions.closed': {
    status: 409,
    title: 'This cannot be done with the question as it stands now.',
    action: 'Look at it again: it may be answered, closed or expired, or both sides are named already.',
  },
  'import.refused': {
    status: 422,
    title: 'The rows cannot be applied as they are, and none of them was.',
    action: 'Correct every line that `faults` names, and send all of it again.',
  },
  'record.too-wide': {
    status: 422,
    title: 'Too many messages would have to be read to answer this.',
    action: 'Narrow the time, or name the device or the RequestID; of what a threshold counted, ask again in a minute.',
  },
  'export.too-many': {
    status: 409,
    title: 'As many exports of this User ID are kept as may be.',
    action: 'Cancel one that is not needed any more, or wait until one expires.',
  },
  'export.too-large': {
    status: 409,
    title: 'The exports that are kept of this User ID would be larger than they may be.',
    action: 'Cancel others, or ask for less: a shorter time, one device, one kind.',
  },
  'view.too-many': {
    status: 409,
    title: 'As many views are saved as may be.',
    action: 'Delete one that is not needed any more.',
  },
  'export.not-ready': {
    status: 409,
    title: 'There is no file of this export.',
    action: 'Ask how far it is; one that failed or was cancelled has none, and can be asked for anew.',
  },
  'export.sight-changed': {
    status: 409,
    title: 'What may be seen of the device has changed since its titles were asked for.',
    action: 'Ask for them anew: the file then has what may be seen now.',
  },
  'export.failed': {
    status: 409,
    title: 'The export could not be made, several times one after another.',
    action: 'Ask for it anew, over a shorter time; if that fails too, tell the Operator.',
  },
  'request.range': {
    status: 416,
    title: 'The file has no such bytes.',
    action: 'Ask for bytes below its length, which the header Content-Range of this answer says.',
  },
  'request.method-not-allowed': {
    status: 405,
    title: 'This address does not take this method.',
    action: 'Use the method that the documentation of this address names.',
  },
  'gateway.not-a-request': {
    status: 400,
    title: 'The message is not a DUIS Request.',
    action: 'Send Service Requests and Signed Pre-Commands here; Responses come from the network.',
  },
  'gateway.not-a-response': {
    status: 400,
    title: 'The message is not a DUIS Response that the network delivers.',
    action: 'Deliver responses, pre-commands and alerts.',
  },
  'gateway.schema': {
    status: 422,
    title: 'The message is not valid by the DUIS schema.',
    action: 'Correct what the detail names.',
  },
  'gateway.signer-unknown': {
    status: 403,
    title: 'The signer of the message is not registered.',
    action: 'Have the signing certificate registered for the User ID, and name it by issuer and serial number.',
  },
  'gateway.signer-not-valid': {
    status: 403,
    title: 'The certificate of the signer is not valid now.',
    action: 'Sign with a certificate that is valid and not revoked, and have it registered.',
  },
  'gateway.signer-not-originator': {
    status: 403,
    title: 'The signer is not the originator of the message.',
    action: 'Sign with a certificate that is registered for the User ID in the RequestID.',
  },
  'gateway.signer-not-operator': {
    status: 403,
    title: 'The message is not signed by the Operator.',
    action: "Sign with a valid certificate that is registered for the Operator's User ID.",
  },
  'gateway.user-suspended': {
    status: 403,
    title: 'The User ID is not active.',
    action: 'Ask the Operator why.',
  },
  'gateway.no-role': {
    status: 403,
    title: 'The User ID has no User Role now.',
    action: 'Ask the Operator to register the User Role.',
  },
  'gateway.role-not-eligible': {
    status: 403,
    title: 'No User Role of the User may send this Service Request.',
    action: 'Send only what the roles of the User ID allow; the catalogue lists them.',
  },
  'gateway.device-unknown': {
    status: 422,
    title: 'The target device is not in the inventory.',
    action: 'Check the EUI-64; a new device is pre-notified first (12.2).',
  },
  'gateway.device-not-responsible': {
    status: 403,
    title: 'The User is not responsible for the target device now.',
    action: 'Check the registration of the metering point with the Registration Data Provider.',
  },
  'gateway.device-status': {
    status: 422,
    title: 'The target device does not take this Service Request in its status.',
    action: 'Check the status of the device (8.2).',
  },
  'gateway.request-id-reused': {
    status: 409,
    title: 'The RequestID was used before for another message.',
    action: 'Use a new counter; repeat a message only with the same bytes.',
  },
  'gateway.replayed': {
    status: 409,
    title: 'The counter of the RequestID is not above those already used.',
    action: 'Use counters that rise for each device.',
  },
  'gateway.recipient': {
    status: 422,
    title: 'The message is not for the User that it is delivered for.',
    action: 'Deliver it for the User ID that its header names.',
  },
  'delivery.not-pulled': {
    status: 409,
    title: 'The messages of this User are pushed to its receive service, so it cannot pull them.',
    action: "Take them at the receive service, or ask the Operator to change the User's mode of delivery.",
  },
  'delivery.too-many-calls': {
    status: 429,
    title: 'Too many calls of this User wait for messages already.',
    action: 'Pull with one call at a time: each gets the same messages until they are acknowledged.',
  },
  'delivery.held-by-other': {
    status: 409,
    title: 'Another taker holds this stream now.',
    action: 'Drop what was taken of it: the other taker is given the same messages.',
  },
  'delivery.position-unknown': {
    status: 422,
    title: 'The position is not one of a message of this stream.',
    action: 'Acknowledge with a position that came with a message.',
  },
  'submissions.parts': {
    status: 400,
    title: 'The delivery is not one file with one signature.',
    action: 'Send multipart/form-data with one part file and one part signature, each as a file.',
  },
  'submissions.incomplete': {
    status: 409,
    title: 'A file lay without what belongs to it for too long, and was not taken in.',
    action:
      'Put the file and its signature, which has the name of the file with .p7s behind it, into the folder again, within an hour of each other.',
  },
  'submissions.unfit': {
    status: 409,
    title: 'The bytes of a file are never those that the library says that it has.',
    action: 'Delete the file in the library and put it there again, or deliver it by another way.',
  },
  'submissions.no-trust': {
    status: 503,
    title: 'Signatures cannot be verified now.',
    action: 'Tell the Operator: the settings files.trust_anchors and files.revocation_lists name what cannot be read.',
  },
  'submissions.upload-under-way': {
    status: 429,
    title: 'Another file of this User ID is being taken in.',
    action: 'Send one file at a time; an upload that stands still for 100 seconds gives way.',
  },
  'submissions.too-many-uploads': {
    status: 429,
    title: 'Too many files of this Party are being taken in.',
    action: 'Send them one after the other.',
  },
  'submissions.too-slow': {
    status: 408,
    title: 'The file came too slowly, or stood still.',
    action: 'Send it again by a line that keeps 16 kB a second, or by SFTP, which resumes where it broke off.',
  },
  'submissions.broken-off': {
    status: 400,
    title: 'The delivery broke off before it was whole.',
    action: 'Send it again: nothing of it was kept.',
  },
  'submissions.too-many-bytes': {
    status: 429,
    title: 'The files that are kept for this User ID have reached the limit.',
    action: 'Ask the Operator to raise files.max_user_bytes.',
  },
  'submissions.too-many-unsigned': {
    status: 429,
    title: 'Too many files of this User ID had no valid signature within a day.',
    action: 'Find out why the signatures are refused, then deliver again: each day begins anew.',
  },
  'submissions.too-many-signatures': {
    status: 409,
    title: 'Too many signatures were received for this file.',
    action: 'Find out why those before were refused; then change the file, so that it is another one, and sign that.',
  },
  'submissions.faults': {
    status: 422,
    title: 'Lines of the file are wrong, and nothing of it was applied.',
    action: 'Correct every line that `faults` names, and have the corrected file signed.',
  },
  'submissions.bytes-gone': {
    status: 409,
    title: 'The bytes of this file are not kept any more, because no officer signed it.',
    action: 'Deliver the file again, with a signature of an officer of the User ID.',
  },
  'submissions.settled': {
    status: 409,
    title: 'The file can no longer be withdrawn.',
    action: 'Deliver another file: what is in force, or decided, is changed by a signed file alone.',
  },
  'submissions.needs-operator': {
    status: 503,
    title: 'The file could not be worked on, and waits for the Operator.',
    action: 'Send nothing again: the Operator was told, mends what hinders it, and tries it again.',
  },
  'submissions.not-stopped': {
    status: 409,
    title: 'The file does not wait for the Operator.',
    action: 'Look at its state: it goes on by itself, or has come to rest.',
  },
  'submissions.superseded': {
    status: 409,
    title: 'A file of the same kind that was received later is in force.',
    action: 'To set this one after all, have it signed anew by every officer that it needs.',
  },
  'submissions.withdrawn': {
    status: 409,
    title: 'The file was withdrawn after it was signed.',
    action: 'Have the file signed anew by every officer that it needs.',
  },
  'submissions.other-user': {
    status: 422,
    title: 'The file names another User ID than the one that it was delivered for.',
    action: 'Deliver the file for the User ID that it names, with a certificate of that User ID.',
  },
  'submissions.expired': {
    status: 422,
    title: 'The file was not signed by a second officer in time, or its signatures are too old to count.',
    action: 'Have the file signed anew by every officer that it needs, within the days of files.signature_days.',
  },
  'submissions.not-an-officer': {
    status: 403,
    title: 'The one who signed the file is no officer of this User ID.',
    action: 'Have the file signed by an officer who is registered for this User ID, or have the officer registered.',
  },
  'thresholds.too-many': {
    status: 422,
    title: 'One owner may not have these thresholds: too much would be counted for each message.',
    action: 'Keep within the bounds that docs/files.md gives for an ADT File.',
  },
  'thresholds.count-too-long': {
    status: 422,
    title: 'What the new thresholds count could not be counted from the log in time.',
    action: 'Deliver the file again with other bytes when the platform is quieter, or set shorter periods.',
  },
  'quarantine.report-under-way': {
    status: 429,
    title: 'A report of this User is made or fetched already.',
    action: 'Wait until it has been fetched, or end that call; then ask again.',
  },
  'quarantine.state': {
    status: 409,
    title: 'The event cannot go into this state now.',
    action: 'Do first what the detail names.',
  },
  'quarantine.release-done': {
    status: 409,
    title: 'The release is done and cannot be switched any more.',
    action: 'Nothing is left to do: GET /api/v1/releases tells what was sent.',
  },
  'quarantine.release-paused': {
    status: 403,
    title: 'The Operator paused the release, and only the Operator lets it go on.',
    action: 'Ask the Operator; what it holds stays held meanwhile.',
  },
  'quarantine.bytes-changed': {
    status: 500,
    title: 'The bytes of a held message are not those that were verified.',
    action: 'Find out who changed the database; the message is not released, and its User sends it again.',
  },
  'quarantine.expired': {
    status: 409,
    title: 'The message was held for longer than a held message may be released.',
    action: 'Decide to delete it, and send it again if it is still wanted.',
  },
  'ways.closed': {
    status: 409,
    title: 'Files are not taken in by this way now.',
    action: 'Deliver the same file, with the same signature, by a way that the detail names.',
  },
  'ways.not-usable': {
    status: 422,
    title: 'Ways cannot be used like that.',
    action: 'Correct what the detail names: one way is preferred, and it is one that the settings have.',
  },
  'ways.shared-dependency': {
    status: 409,
    title: 'A fallback depends on what the preferred way depends on.',
    action: 'Choose another fallback, or say that it is known by acceptsShared.',
  },
  'ways.in-force': {
    status: 409,
    title: 'What has come into force is not changed any more.',
    action: 'Set another version.',
  },
  'ways.outage-declared': {
    status: 409,
    title: 'An outage of this way is declared already.',
    action: 'Change or end the one that there is.',
  },
  'ways.outage-ended': {
    status: 409,
    title: 'This outage is ended.',
    action: 'Declare another one where the way fails again.',
  },
  'ways.report-open': {
    status: 409,
    title: 'An outage of this way is reported for this User ID already.',
    action: 'Wait for the answer of the Operator; GET /api/v1/ways/reports has it.',
  },
  'ways.report-answered': {
    status: 409,
    title: 'This report is answered already.',
    action: 'Nothing is to be done.',
  },
  'email.mail': {
    status: 400,
    title: 'The mail is not one with a signed file.',
    action: 'Send exactly a file and its signature, encrypted to the published certificate; docs/ways.md tells how.',
  },
  'email.busy': {
    status: 503,
    title: 'Too many mails are coming in.',
    action: 'Send the mail again later.',
  },
  'changes.window': {
    status: 422,
    title: 'A window of the change comes to no time that can be meant.',
    action: 'Correct the window that `where` names; times are those of London.',
  },
  'changes.content': {
    status: 422,
    title: 'The change says something that there is not, or that is not its owner’s to say.',
    action: 'Correct what `where` names.',
  },
  'changes.state': {
    status: 409,
    title: 'This cannot be done with the change as it stands now.',
    action: 'Do first what the detail names, or look at the change again.',
  },
  'webhooks.address': {
    status: 422,
    title: 'Webhooks do not go to this address.',
    action: 'Give an https address that can be reached from everywhere, or ask the Operator to allow its network.',
  },
  'webhooks.off': {
    status: 409,
    title: 'This webhook is turned off.',
    action: 'Turn it on first.',
  },
  'webhooks.too-many': {
    status: 409,
    title: 'There are as many webhooks as may be.',
    action: 'Remove one that is not used any more.',
  },
  'feeds.gone': {
    status: 410,
    title: 'This calendar is not given any more.',
    action: 'Make a new link in the portal, and take the old one out of your calendar.',
  },
  'feeds.too-often': {
    status: 429,
    title: 'This calendar was fetched too often.',
    action: 'Let your calendar look once an hour, and give each calendar a link of its own.',
  },
  'feeds.too-many': {
    status: 409,
    title: 'There are as many calendar links as may be.',
    action: 'Revoke one that is not used any more.',
  },
  'changes.version-conflict': {
    status: 409,
    title: 'Somebody else saved the change while you edited it.',
    action: 'Load it again, look at what differs, and save your edit on that version.',
  },
  'changes.too-many': {
    status: 409,
    title: 'There are as many as are kept.',
    action: 'End or cancel what is not needed any more; the detail names the bound.',
  },
  'changes.attachment': {
    status: 422,
    title: 'The file is not one that is attached to a change.',
    action: 'Attach a PDF, PNG, JPEG, text or CSV in UTF-8, docx or xlsx, whole, under a name that says what it is.',
  },
  'changes.upload-under-way': {
    status: 429,
    title: 'Another file is being attached.',
    action: 'Attach one file at a time; try it again when the other is there.',
  },
  'incidents.content': {
    status: 422,
    title: 'The incident says something that there is not, or that is not its author’s to say.',
    action: 'Correct what `where` names.',
  },
  'incidents.state': {
    status: 409,
    title: 'This cannot be done with the incident as it stands now.',
    action: 'Do first what the detail names, or look at the incident again.',
  },
  'incidents.version-conflict': {
    status: 409,
    title: 'Somebody else changed the incident meanwhile.',
    action: 'Load it again, look at what was done, and do it on that version.',
  },
  'incidents.too-many': {
    status: 409,
    title: 'There are as many as are kept.',
    action: 'Close what is over; the detail names the bound.',
  },
  'config.invalid': {
    status: 500,
    title: 'The configuration is wrong.',
    action: 'Correct the settings that the detail names; docs/configuration.md describes all of them.',
  },
  'demo.simulator-ended': {
    status: 500,
    title: 'The simulated network of the demonstration has ended.',
    action: 'Read what it said before; when a port was taken, name another by --receive-port.',
  },
  'demo.not-running': {
    status: 500,
    title: 'No demonstration runs on this data folder.',
    action: 'Start it by npm start, and give this command the same PENSTOCK_DATA_FOLDER.',
  },
  'demo.rehearsal': {
    status: 500,
    title: 'The rehearsal did not come to its end.',
    action: 'Run it again, with fewer --messages where the machine is slow.',
  },
  'demo.refused': {
    status: 500,
    title: 'The demonstration does not take this command.',
    action: 'Name an incident and a User that it has.',
  },
  'database.unavailable': {
    status: 503,
    title: 'The database cannot be reached.',
    action: 'Try again after the time that Retry-After gives; nothing of it was recorded.',
  },
  'database.history-changed': {
    status: 500,
    title: 'The migrations of this database are not those of this version.',
    action: 'Run the version that made the database, or a later one whose migrations are unchanged.',
  },
  'database.unsupported': {
    status: 500,
    title: 'The database server is not one that the platform can use.',
    action: 'Use PostgreSQL 15 or later, with a role that owns its database, may create roles and is no superuser.',
  },
  'database.not-started': {
    status: 500,
    title: 'The embedded database did not start.',
    action: "Read the end of the server's log, which the detail names, and remove what stops it.",
  },
  'database.partition-missing': {
    status: 503,
    title: 'A day partition that is needed was not made.',
    action: 'Find out in the log why making it failed; until then messages of that day cannot be recorded.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCodes;
