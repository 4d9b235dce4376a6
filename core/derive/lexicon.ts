/**
 * What names say, where nothing is declared: verbs of tool names and nouns of argument names. English, general, and shown
 * on the policy as `by: name`, so that a person can overrule it in `ambit.yaml`.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

export const READ_VERBS = words(`
  analyze ask browse calc calculate check compare compute convert count current describe detect diff display download echo
  estimate evaluate examine exists explain export extract fetch filter find get glob grep has head hello help inspect is list
  load locate lookup match measure monitor now open parse peek ping plan poll preview print query rank read recall reflect
  render resolve retrieve review scan search see select show sort stat status summarize tail tell test think track translate
  traverse tree validate verify view wait walk watch whoami
`)

export const WRITE_VERBS = words(`
  accept activate add allocate append apply approve archive assign associate attach authorize backup block book buy change
  charge checkout clone close comment commit complete compose configure confirm connect copy create deactivate decline define
  deploy deposit disable dispatch edit email enable enroll enter execute file fill finish follow forward generate grant
  import increment insert install invite invoke issue join kick label launch leave link lock log login logout make mark merge
  message modify mount move mute notify order overwrite patch pay pin place post press promote provision publish purchase push
  put raise react record redeem redirect refund register reject release remember rename reply report request reschedule
  reserve reset resize respond restart restore resume return rotate run save schedule send set share sign start stop store
  submit subscribe swap switch sync tag text toggle trade transfer trigger type unblock unfollow unlink unlock unmount
  unsubscribe update upload upsert use withdraw write
`)

export const DESTRUCTIVE_VERBS = words(`
  abort cancel clear delete destroy detach disassociate discard drop erase evict expire flush kill prune purge remove revoke
  rm shutdown terminate truncate unassign uninstall unregister void wipe
`)

/** Who receives, where to, under whose name, with which right: what a write must not be talked into. */
export const SINK_NOUNS = words(`
  account acl address addresses assignee assignees attendee attendees audience bcc beneficiary branch bucket callback cc channel
  channels collaborator collaborators contact cwd dest destination destinations dir directory domain email emails endpoint
  endpoints folder group guest guests handle host hostname iban invitee invitees ip link links mail member members
     owner owners participant participants path paths payee permission permissions phone policy
  principal privilege privileges receiver receivers recipient recipients remote repo repository role roles scope scopes
  server target targets team to uri url urls user username users visibility wallet webhook website
`)

export const AMOUNT_NOUNS = words(`
  amount amounts balance budget cost credit debit deposit fee payment price qty quantity rate salary shares sum total units value
`)

export const CONTENT_NOUNS = words(`
  answer body caption code comment comments content contents data description details draft expression html input instructions
  markdown message messages note notes observations prompt query question reason report snippet subject summary text thought
  thoughts title
`)

export const SELECTOR_NOUNS = words(
  `id ids identifier index key keys name names number ref reference sha slug uuid version`,
)
