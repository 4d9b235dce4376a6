/**
 * What names say, where nothing is declared: verbs of tool names and nouns of argument names. English, general, and shown
 * on the policy as `by: name`, so that a person can overrule it in `ambit.yaml`.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

export const READ_VERBS = words(`
  analyze ask browse calc calculate check classify compare compute convert count crawl current describe detect diff
  display download echo estimate evaluate examine exists explain export extract fetch filter find forecast geocode get
  glob grep has head hello help history info inspect is list load locate lookup match measure monitor navigate now
  open parse peek ping plan poll predict preview print query rank read recall reflect render resolve retrieve review
  scan scrape screenshot search see select show sort stat status summarize tail tell test think track transcribe
  translate traverse tree validate verify view wait walk watch whoami
`)

export const WRITE_VERBS = words(`
  accept activate add allocate append apply approve archive assign associate attach authorize backup ban block book
  buy change charge checkout clone close comment commit complete compose configure confirm connect copy create
  deactivate decline define deploy deposit disable dispatch draft drain edit email enable enroll enter escalate
  exchange exec execute file fill finish follow fork forward generate grant import increment ingest insert install
  invite invoke issue join kick label launch leave link lock log login logout make mark merge message mint modify
  mount move mute notify order overwrite patch pause pay pin place post press promote provision publish purchase push
  put raise react record redeem redirect refund register reimburse reject release remember rename reopen replace reply
  report request reschedule reserve reset resize respond restart restore resume return rollback rotate run save scale
  schedule send set share ship sign start stop store submit subscribe suspend swap switch sync tag text toggle topup
  trade transfer trigger type unban unblock unfollow unlink unlock unmount unpause unsubscribe update upgrade upload
  upsert use wire withdraw write
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
