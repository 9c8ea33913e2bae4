"""Sentences for people, Dutch and English, and how moments are written in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from samenspraak.cli._words import WORDS, Pair
from samenspraak.domain.local_time import local

SENTENCES: Mapping[str, Pair] = {
    # Headings of columns.
    "act": ("WAT", "WHAT"),
    "agreement": ("AFSPRAAK", "AGREEMENT"),
    "answers": ("ANTWOORDEN", "ANSWERS"),
    "as": ("ALS", "AS"),
    "backup": ("VERVANGING", "BACKUP"),
    "category": ("WAT", "WHAT"),
    "client": ("CLIËNT", "CLIENT"),
    "connection": ("KOPPELING", "CONNECTION"),
    "fetched": ("LAATST OPGEHAALD", "LAST FETCHED"),
    "heard": ("LAATST GEHOORD", "LAST HEARD"),
    "id": ("ID", "ID"),
    "kind": ("SOORT", "KIND"),
    "newly": ("VOOR HET EERST TE ZIEN", "NEW TO SEE"),
    "maybe": ("MISSCHIEN", "MAYBE"),
    "what_now": ("WAT NU", "WHAT NOW"),
    "name": ("NAAM", "NAME"),
    "owner": ("VOOR", "FOR"),
    "party": ("WIE", "WHO"),
    "questions": ("VRAGEN", "QUESTIONS"),
    "readers": ("LEZERS", "READERS"),
    "recipient": ("WIE MAG HET ZIEN", "WHO MAY SEE IT"),
    "record": ("GEGEVEN", "RECORD"),
    "revision": ("VERSIE", "REVISION"),
    "since": ("SINDS", "SINCE"),
    "number": ("NUMMER", "NUMBER"),
    "setting": ("INSTELLING", "SETTING"),
    "standing": ("STAND", "STANDING"),
    "subject": ("OVER", "ABOUT"),
    "systems": ("SYSTEMEN", "SYSTEMS"),
    "title": ("TITEL", "TITLE"),
    "unit": ("ONDERDEEL", "UNIT"),
    "units": ("ONDERDELEN", "PARTS"),
    "version": ("VERSIE", "VERSION"),
    "what": ("WAT", "WHAT"),
    "why": ("WAAROM", "WHY"),
    "program": ("PROGRAMMA", "PROGRAM"),
    "role": ("ROL", "ROLE"),
    "scopes": ("MAG", "MAY"),
    "used": ("LAATST GEBRUIKT", "LAST USED"),
    "until": ("TOT", "UNTIL"),
    "app": ("APP", "APP"),
    "issuer": ("INLOGGEN BIJ", "SIGNS IN AT"),
    "began": ("BEGON", "BEGAN"),
    "ended": ("KLAAR", "ENDED"),
    "took": ("DUURDE", "TOOK"),
    "times": ("KEER", "TIMES"),
    "asked": ("GEVRAAGD", "ASKED FOR"),
    "seen": ("GEZIEN", "SEEN"),
    "new": ("NIEUW", "NEW"),
    "changed": ("VERANDERD", "CHANGED"),
    "apart": ("APART GEZET", "SET APART"),
    "outcome": ("UITKOMST", "OUTCOME"),
    # init
    "init.done": ("Organisatie {organisation} is gemaakt.", "Organisation {organisation} was made."),
    "init.key": (
        "Nieuwe sleutel: {path}. Bewaar een kopie, apart van de reservekopie van de gegevens.",
        "New key: {path}. Keep a copy, apart from the backups of the database.",
    ),
    "init.open": (
        "Anderen op deze computer kunnen in {path} kijken. Maak de map dicht: chmod 700 {path}",
        "Others on this machine can look into {path}. Close the folder: chmod 700 {path}",
    ),
    "init.next": (
        "Volgende stap: samenspraak connector add",
        "Next: samenspraak connector add",
    ),
    # connector
    "connector.none": ("Er zijn nog geen koppelingen.", "There are no connections yet."),
    "connector.broken": ("Niet te gebruiken: {failure}", "Cannot be used: {failure}"),
    "connector.problem": ("{id}: {problem}", "{id}: {problem}"),
    "connector.passed": ("goed", "ok"),
    "connector.failed": ("fout", "failed"),
    "connector.not_saved": (
        "De koppeling is niet bewaard. Los dit eerst op.",
        "The connection was not saved. Solve this first.",
    ),
    "connector.tried": (
        "De koppeling werkt. Er is niets bewaard.",
        "The connection works. Nothing was saved.",
    ),
    "connector.no_keys": (
        "Koppeling {id} heeft geen sleutels: dat systeem controleert ons anders.",
        "Connection {id} has no keys: that system checks us in another way.",
    ),
    "connector.works": ("De koppeling werkt.", "The connection works."),
    "connector.added": (
        "Koppeling {id} is bewaard en leest mee. Er wordt nog niets geschreven.",
        "Connection {id} was saved and reads along. Nothing is written yet.",
    ),
    "connector.release": (
        "Klopt alles? Dan: samenspraak connector resume {id}",
        "All well? Then: samenspraak connector resume {id}",
    ),
    "connector.running": ("Koppeling {id} werkt.", "Connection {id} is running."),
    "connector.paused": (
        "Koppeling {id} is gepauzeerd. Er gaat niets verloren.",
        "Connection {id} is paused. Nothing is lost.",
    ),
    "connector.resumed": (
        "Koppeling {id} doet weer mee. Afspraken die we nalopen: {copies}.",
        "Connection {id} takes part. Agreements to look at: {copies}.",
    ),
    "connector.resume?": (
        "Koppeling {id} gaat schrijven. Afspraken die we nalopen: {copies}.",
        "Connection {id} will write. Agreements to look at: {copies}.",
    ),
    "connector.never_heard": (
        "Dit systeem is nog niet gehoord.",
        "This system was not heard yet.",
    ),
    "connector.required": ("verplicht", "required"),
    "connector.secret": ("geheim, alleen als verwijzing", "secret, by reference only"),
    "connector.default": ("anders: {default}", "default: {default}"),
    "connector.led": (
        "Verschilt {unit} tussen {id} en andere systemen, dan geldt wat in {leader} staat.",
        "Where {unit} differs between {id} and other systems, the value of {leader} holds.",
    ),
    "connector.changed": (
        "{id} heeft nieuwe instellingen. We lezen daar alles opnieuw en bekijken {copies} afspraken.",
        "{id} has new settings. Everything there is read again, and {copies} copies are looked at.",
    ),
    "connector.goes_both": (
        "{unit} gaat heen en weer tussen Samenspraak en {id}.",
        "{unit} goes both ways between Samenspraak and {id}.",
    ),
    "connector.goes_in": (
        "{unit} komt van {id} hierheen, en gaat niet meer terug.",
        "{unit} comes here from {id}, and goes there no more.",
    ),
    "connector.goes_out": (
        "{unit} gaat naar {id}. Wat iemand daar verandert, is een voorstel.",
        "{unit} goes to {id}. What somebody changes there is a proposal.",
    ),
    "connector.goes_none": (
        "{unit} staat niet meer in {id}: wat wij schreven halen we weg, wat anderen schreven blijft staan.",
        "{unit} is kept in {id} no more: what we wrote is taken out, what people wrote there stays theirs.",
    ),
    "connector.asked": (
        "Verschilt {unit} tussen {id} en andere systemen, dan vragen we het.",
        "Where {unit} differs between {id} and other systems, people are asked.",
    ),
    # sync
    "sync.heard": (
        "{id}: {seen} gezien, {new} nieuw, {changed} veranderd, {apart} apart gezet",
        "{id}: {seen} seen, {new} new, {changed} changed, {apart} set apart",
    ),
    "sync.failed": ("{id}: niet gelukt ({error}). {message}", "{id}: failed ({error}). {message}"),
    "sync.skipped": ("{id}: overgeslagen, {state}", "{id}: skipped, {state}"),
    # sync plan, apply, drift
    "plan.changes": (
        "Uit {id}: {new} nieuwe afspraken, {other} veranderingen",
        "From {id}: {new} new agreements, {other} changes",
    ),
    "plan.hub": ("Samenspraak", "Samenspraak"),
    "plan.question": (
        "Vraag over afspraak {agreement}: {kind}",
        "Question about agreement {agreement}: {kind}",
    ),
    "plan.doubt": (
        "Let op: afspraak {agreement} uit {id} lijkt op afspraak {like} van dezelfde cliënt. Dat vragen we.",
        "Mind: agreement {agreement} from {id} resembles agreement {like} of the same client; we ask.",
    ),
    "plan.met": (
        "In {id}: {linked} afspraken die we al kennen, {new} nieuwe, {doubtful} twijfelgevallen. "
        "Gegevens die wachten tot de cliënt gekoppeld is: {waiting}.",
        "In {id}: {linked} agreements we know, {new} new ones, {doubtful} doubtful ones. "
        "Records that wait until their client is matched: {waiting}.",
    ),
    "plan.unheard": (
        "{id} was niet te lezen ({error}); wat daar veranderd is, weten we niet.",
        "{id} could not be read ({error}); what changed there is not known.",
    ),
    "plan.nothing": ("Er is niets te doen.", "There is nothing to do."),
    "plan.unwritten": ("Er is niets geschreven.", "Nothing was written."),
    "plan.made": ("Geschreven zoals gepland: {count}.", "Written as planned: {count}."),
    "preview.known": ("is hier de afspraak {agreement}", "is the agreement {agreement} here"),
    "preview.leaves": ("valt dan buiten de keuze", "would be outside the selection"),
    "preview.new": ("zou hier een afspraak worden", "would become an agreement here"),
    "preview.nothing": (
        "{id} toont nu geen gegevens die een afspraak kunnen zijn.",
        "{id} shows no records that can be an agreement now.",
    ),
    "preview.otherwise": ("{unit}: nu '{was}', dan '{now}'", "{unit}: now '{was}', then '{now}'"),
    "preview.outside": ("valt buiten de keuze", "outside the selection"),
    "preview.record": ("{id}: {standing}", "{id}: {standing}"),
    "preview.unread": ("kan geen afspraak zijn, door {field}", "cannot be an agreement, because of {field}"),
    "plan.refused": (
        "Niet geschreven, want dit stond niet in het plan: {count}. Maak een nieuw plan.",
        "Not written, because it was not in the plan: {count}. Make a new plan.",
    ),
    "plan.missing": (
        "Nog niet gedaan, dit volgt of is niet meer nodig: {count}.",
        "Not done yet, this follows or is not needed any more: {count}.",
    ),
    "plan.drift": (
        "{id}: {differing} afspraken zijn niet zoals ze moeten zijn, van {copies}",
        "{id}: {differing} agreements are not as they should be, of {copies}",
    ),
    # kit
    "kit.begun": (
        "Gemaakt: {folder}. Installeer het met pip, en probeer het uit: samenspraak kit run {name}",
        "Made: {folder}. Install it with pip, and try it: samenspraak kit run {name}",
    ),
    "kit.outcome": (
        "{kind}: {tier}. Geslaagd {passed}, mislukt {failed}, niet van toepassing {left}.",
        "{kind}: {tier}. Passed {passed}, failed {failed}, not applicable {left}.",
    ),
    # feed
    "feed.none": ("Er zijn nog geen adressen.", "There are no addresses yet."),
    "feed.added": ("Adres {id} voor {party} is gemaakt.", "Address {id} for {party} was made."),
    "feed.address": (
        "Achter het adres van Samenspraak: {path}",
        "Behind the address of Samenspraak: {path}",
    ),
    "feed.once": (
        "U ziet dit adres maar één keer. Wie het heeft, leest mee: geef het alleen aan deze persoon.",
        "You see this address only once. Whoever has it reads along: give it to this person alone.",
    ),
    "feed.saved": ("Bewaard: {file}. Alleen u kunt het lezen.", "Saved: {file}. Only you can read it."),
    "feed.imported": (
        "Overgenomen: {units} wijzigingen in {agreements} afspraken, en {said} meldingen.",
        "Taken in: {units} changes in {agreements} agreements, and {said} reports.",
    ),
    "feed.proposed": ("Nieuw, als voorstel: {count}.", "New, as a proposal: {count}."),
    "feed.unchanged": ("Niets veranderd in {count} rijen.", "Nothing changed in {count} rows."),
    "feed.revoke?": (
        "Adres {id} werkt daarna nooit meer.",
        "After this, address {id} never works again.",
    ),
    "feed.revoked": ("Adres {id} werkt niet meer.", "Address {id} does not work any more."),
    "feed.revoked_at": ("ingetrokken {at}", "revoked {at}"),
    # access
    "access.none": ("Er zijn nog geen programma's.", "There are no programs yet."),
    "access.added": (
        "Programma {id} is gemaakt. Het noemt zich {client}.",
        "Program {id} was made. It calls itself {client}.",
    ),
    "access.needs_key": (
        "Geef het een sleutel: samenspraak access key add {id}",
        "Give it a key: samenspraak access key add {id}",
    ),
    "access.revoke?": (
        "Programma {id} mag dan niets meer vragen, met geen enkele sleutel.",
        "Program {id} may ask nothing any more then, with whatever key.",
    ),
    "access.revoked": ("Programma {id} mag niets meer vragen.", "Program {id} may ask nothing any more."),
    "access.revoked_at": ("ingetrokken {at}", "revoked {at}"),
    "access.no_keys": ("Er zijn nog geen sleutels.", "There are no keys yet."),
    "access.key_added": (
        "Sleutel {id} van {program} werkt tot {until}.",
        "Key {id} of {program} works until {until}.",
    ),
    "access.key": ("De sleutel: {secret}", "The key: {secret}"),
    "access.once": (
        "U ziet de sleutel alleen nu. Geef hem veilig door aan wie het programma beheert.",
        "You see the key only now. Hand it over safely to who looks after the program.",
    ),
    "access.works": ("werkt", "works"),
    "access.expired": ("verlopen", "expired"),
    "access.program_gone": ("programma ingetrokken", "program revoked"),
    "access.revoke_key?": ("Sleutel {id} werkt dan niet meer.", "Key {id} does not work any more then."),
    "access.key_revoked": ("Sleutel {id} werkt niet meer.", "Key {id} does not work any more."),
    "access.keys_changed": (
        "Programma {id} ondertekent vanaf nu met deze sleutels.",
        "Program {id} signs with these keys from now on.",
    ),
    "access.no_providers": ("Er is nog nergens om in te loggen.", "There is nowhere to sign in yet."),
    "access.provider_added": (
        "Wie bij {id} inlogt en is uitgenodigd, heeft toegang.",
        "Who signs in at {id} and was invited has access.",
    ),
    "access.audience": (
        "Laat de app toegang vragen voor: {audience}",
        "Let the app ask for access to: {audience}",
    ),
    "access.remove_provider?": (
        "Wie bij {id} inlogt, heeft dan geen toegang meer.",
        "Who signs in at {id} has no access any more then.",
    ),
    "access.provider_removed": (
        "Wie bij {id} inlogt, heeft geen toegang meer.",
        "Who signs in at {id} has no access any more.",
    ),
    "access.invited": ("De uitnodiging geldt tot {until}.", "The invitation counts until {until}."),
    "access.code": ("De code: {code}", "The code: {code}"),
    "access.code_once": (
        "U ziet de code alleen nu. Geef hem zelf aan deze persoon, en aan niemand anders.",
        "You see the code only now. Give it to this person yourself, and to nobody else.",
    ),
    "access.no_invitations": ("Er is niemand uitgenodigd.", "Nobody is invited."),
    "access.withdraw?": (
        "De code van uitnodiging {id} werkt dan niet meer.",
        "The code of invitation {id} does not work any more then.",
    ),
    "access.withdrawn": (
        "Uitnodiging {id} is ingetrokken.",
        "Invitation {id} was withdrawn.",
    ),
    "access.no_accounts": ("Er heeft nog niemand toegang.", "Nobody has access yet."),
    "access.remove_account?": (
        "Deze persoon heeft dan geen toegang meer.",
        "This person has no access any more then.",
    ),
    "access.account_removed": (
        "Toegang {id} is ingetrokken.",
        "Access {id} was taken back.",
    ),
    # event
    "event.again": ("Wordt opnieuw verstuurd: {count}.", "Told again: {count}."),
    "event.health": ("{id}: {health}. Laatst aangenomen: {taken}.", "{id}: {health}. Last taken: {taken}."),
    "event.failing": (
        "Er lukt niets sinds {since}. Mislukt op rij: {count}.",
        "Nothing works since {since}. Failed in a row: {count}.",
    ),
    "event.until": (
        "Gaat dit zo door, dan zetten we de app uit: {until}.",
        "If it goes on like this, the app is disabled: {until}.",
    ),
    "event.counts": (
        "Laatste nummer: {last}. Wachten: {waiting}. Niet aangenomen: {given_up}.",
        "Last number: {last}. Waiting: {waiting}. Not taken: {given_up}.",
    ),
    "event.key": ("Sleutel om mee te controleren: {public}", "Key to verify with: {public}"),
    "event.secret": ("Nieuw geheim, nu één keer te zien: {secret}", "New secret, shown this once: {secret}"),
    "event.earlier": (
        "We ondertekenen ook met het vorige geheim tot {until}.",
        "We also sign with the earlier secret until {until}.",
    ),
    # failure
    "failure.none": ("Er is niets mislukt.", "Nothing failed."),
    "failure.records": ("Gegevens die we niet kunnen lezen:", "Records that cannot be read:"),
    "failure.notices": ("Berichten die een app niet aannam:", "Notices that an app did not take:"),
    "failure.tried": ("Opnieuw geprobeerd: {count}.", "Tried again: {count}."),
    "failure.head": (
        "Mislukt {id}: afspraak {agreement} in {connection}",
        "Failure {id}: agreement {agreement} in {connection}",
    ),
    "failure.now": ("Nu: {reason} ({detail})", "Now: {reason} ({detail})"),
    # status
    "status.equal": ("Alles is bijgewerkt.", "Everything is up to date."),
    "status.due": ("We zijn nog bezig.", "Work is still going on."),
    "status.questions": ("Open vragen: {count} ({kinds}).", "Open questions: {count} ({kinds})."),
    "status.told": (
        "{id} {health} sinds {since}.",
        "{id} {health} since {since}.",
    ),
    "status.overdue": (
        "Vragen waarvan de tijd om is: {count}.",
        "Questions past their time: {count}.",
    ),
    "status.people": (
        "Mensen die u nog kunt koppelen: {count}.",
        "People who can be matched: {count}.",
    ),
    "status.records": (
        "Gegevens die wachten tot de cliënt gekoppeld is: {count}.",
        "Records that wait until their client is matched: {count}.",
    ),
    "status.attention": ("Dit vraagt aandacht van u.", "This needs your attention."),
    # agreement
    "agreement.none": ("Er zijn nog geen afspraken.", "There are no agreements yet."),
    "agreement.head": (
        "Afspraak {id}, versie {version}, {state}",
        "Agreement {id}, version {version}, {state}",
    ),
    "agreement.client": ("Cliënt: {client}", "Client: {client}"),
    "agreement.same": ("Dit is dezelfde afspraak als {id}.", "This is the same agreement as {id}."),
    "agreement.said": ("Wie zei wat?", "Who said what?"),
    "agreement.said_line": ("{at}  {by}: {kind} {rest}", "{at}  {by}: {kind} {rest}"),
    "agreement.stands": ("(over de afspraak van nu)", "(about the present terms)"),
    "agreement.earlier": ("(over eerdere woorden)", "(about earlier terms)"),
    "explain.where": ("Waar staat deze afspraak?", "Where is this agreement?"),
    "explain.units": ("Wie veranderde wat?", "Who changed what?"),
    "explain.change": (
        "versie {version}, {at}, {actor} via {through}: {why}",
        "version {version}, {at}, {actor} through {through}: {why}",
    ),
    "explain.hub": ("Samenspraak", "Samenspraak"),
    "explain.questions": ("Open vragen", "Open questions"),
    "explain.decision": ("vraag {id}: {answer}", "question {id}: {answer}"),
    "explain.reached": (
        "{who}: heeft versie {delivered}, las versie {read}",
        "{who}: has version {delivered}, read version {read}",
    ),
    "explain.taken_back": ("{who}: teruggehaald, {how}", "{who}: taken back, {how}"),
    "explain.told": (
        "{system}, {who}: staat er sinds {at}, gelezen: {read}",
        "{system}, {who}: there since {at}, read: {read}",
    ),
    "explain.not_yet": ("nog geen", "none yet"),
    "explain.unknown": ("onbekend", "unknown"),
    "explain.nobody_there": (
        "niet van toepassing: van hen is daar niemand bekend",
        "not applicable: none of them is known there",
    ),
    "explain.missing": ("Staat daar niet: {units}.", "Not there: {units}."),
    "explain.next": ("Volgende poging: {at}.", "Next try: {at}."),
    "history.head": (
        "Versies van afspraak {id}; nu is het versie {version}.",
        "Versions of agreement {id}; now it is version {version}.",
    ),
    "history.first": ("de eerste versie", "the first version"),
    "history.nothing": ("aan de afspraak zelf veranderde niets", "nothing of the agreement itself changed"),
    "restore.restore?": ("Afspraak zo terugzetten?", "Put the agreement back like this?"),
    "restore.done": (
        "Afspraak {id} is teruggezet; het is nu versie {version}.",
        "Agreement {id} was put back; it is version {version} now.",
    ),
    "restore.waits": (
        "Dit geldt pas als zij akkoord zijn: {who}.",
        "This only holds once they agree: {who}.",
    ),
    "when": ("WANNEER", "WHEN"),
    "reported": ("GEMELD", "REPORTED"),
    "today.heading": ("{party}, {day}. Stand van {at}.", "{party}, {day}. As of {at}."),
    "today.members": (
        "Wie telt mee: {people}. Geen systeem vertelt wie er werkt. Daarom telt iedereen in de groep.",
        "Who acts for it: {people}. No system tells who is at work, so everybody in the group counts.",
    ),
    "today.nobody": ("Er staat niemand in deze groep.", "Nobody is in this group."),
    "today.sometime": ("op deze dag", "some time"),
    "today.standing": ("Zonder vaste tijd", "Without a fixed time"),
    "today.conditions": ("Waar u op let", "What to mind"),
    "today.instruct": ("Laat het eerst voordoen.", "Be shown how first."),
    "today.unheard": ("({system} laatst gehoord: {at})", "({system} last heard: {at})"),
    "today.unreadable": ("({system}: niet te lezen)", "({system}: cannot be read)"),
    "moment.none": ("In deze dagen staat er niets.", "There is nothing in these days."),
    "moment.unheard": ("(niets gehoord van: {systems})", "(not heard from: {systems})"),
    "question.about": ("Het gaat om {about}.", "It is about {about}."),
    "due": ("UITERLIJK", "DUE"),
    "late": ("DAGEN TE LAAT", "DAYS LATE"),
    "review.none": ("Er hoeft nu niets besproken te worden.", "No talk is due now."),
    "review.held": (
        "Evaluatie van {id}: {outcome}; het is nu versie {version}.",
        "Review of {id}: {outcome}; it is version {version} now.",
    ),
    "review.next": ("De volgende keer: {day}.", "The next one: {day}."),
    "review.waits": (
        "Dit geldt pas als iedereen akkoord is: {units}.",
        "This only holds once everybody agrees: {units}.",
    ),
    "pause.line": ("{id}  {what}, {client}: {state}", "{id}  {what}, {client}: {state}"),
    "pause.called_off": ("afgezegd, {count} keer: {days}", "called off, {count} times: {days}"),
    "pause.uncovered": (
        "we vragen de verantwoordelijke wie dit overneemt",
        "the responsible person is asked who takes over",
    ),
    "pause.start?": ("Deze afspraken laten rusten?", "Let these agreements rest?"),
    "pause.started": (
        "Vastgelegd dat {who} er niet is. Afspraken: {count}.",
        "Recorded that {who} is away. Agreements: {count}.",
    ),
    "pause.lift?": ("Deze afspraken weer laten doorgaan?", "Let these agreements go on?"),
    "pause.lifted": (
        "Vastgelegd dat {who} er weer is. Afspraken: {count}.",
        "Recorded that {who} is back. Agreements: {count}.",
    ),
    "pause.stop?": ("Al deze afspraken stoppen?", "Stop all these agreements?"),
    "pause.stopped": (
        "Alles van {who} is gestopt. Afspraken: {count}.",
        "Everything of {who} was stopped. Agreements: {count}.",
    ),
    # agreement join, separate
    "join.joined": (
        "{same} is dezelfde afspraak als {id}; die blijft.",
        "{same} is the same agreement as {id}; that one stays.",
    ),
    "join.taken": ("Overgenomen van de andere: {units}.", "Taken over from the other: {units}."),
    "join.asked": (
        "Verschilt, dus dat vragen we: {units}.",
        "Different, so that somebody is asked: {units}.",
    ),
    "join.doubled": (
        "Hier staat de afspraak nu twee keer, en we vragen welke weg kan: {systems}.",
        "Here the agreement stands twice now, and somebody is asked which one can go: {systems}.",
    ),
    "join.separated": (
        "Wat daar staat is nu een eigen afspraak, {own}, los van {id}.",
        "What stands there is an agreement of its own now, {own}, apart from {id}.",
    ),
    "join.join?": ("Deze twee samenvoegen?", "Join these two?"),
    "join.separate?": ("Deze afspraak losmaken?", "Separate this agreement?"),
    # match
    "match.none": ("Er wacht niemand om gekoppeld te worden.", "Nobody waits to be matched."),
    "match.known_none": ("Er is nog niemand bekend.", "Nobody is known yet."),
    "match.known_more": ("Er zijn er meer: --after {party}", "There are more: --after {party}"),
    "match.records": (
        "Deze gegevens wachten tot hun cliënt gekoppeld is:",
        "These records wait until their client is matched:",
    ),
    "match.accepted": (
        "Vanaf nu is {external} in {id} dezelfde als {party}.",
        "From now on {external} in {id} is {party}.",
    ),
    "match.refused": ("Dit zijn zij niet: {parties}.", "They are not: {parties}."),
    "match.undone": (
        "Niet meer gekoppeld: {records}. Wat we daardoor deelden, halen we terug.",
        "No longer matched: {records}. What was shared because of it is taken back.",
    ),
    "match.joined": (
        "{other} is dezelfde persoon als {party}; die blijft.",
        "{other} is the same person as {party}, who stays.",
    ),
    "match.joined_records": (
        "Zo heten zij in de systemen: {records}.",
        "Known in the systems as: {records}.",
    ),
    "match.joined_agreements": (
        "Afspraken die dat nu zo zeggen: {count}.",
        "Agreements that say so now: {count}.",
    ),
    "match.contradicts": (
        "Ingetrokken, want er stond ook een bezwaar tegenover: {consents}. We vragen het na.",
        "Withdrawn, because there is an objection against it as well: {consents}. Somebody is asked.",
    ),
    "match.refused_none": ("Er was niemand voorgesteld.", "Nobody was suggested."),
    # question
    "question.none": ("Er zijn geen open vragen.", "There are no open questions."),
    "question.head": ("Vraag {id}, versie {revision}: {kind}", "Question {id}, revision {revision}: {kind}"),
    "question.says": ("{system} zegt:", "{system} says:"),
    "question.answers": ("Antwoorden: {answers}", "Answers: {answers}"),
    "question.deadline": ("Antwoord graag voor {at}.", "Please answer before {at}."),
    "question.answered": ("Het antwoord is verwerkt.", "The answer was carried out."),
    # consent
    "consent.none": ("Er is geen toestemming vastgelegd.", "No consent was recorded."),
    "consent.recorded": ("Toestemming {id} is vastgelegd.", "Consent {id} was recorded."),
    "consent.objected": ("Bezwaar {id} is vastgelegd.", "Objection {id} was recorded."),
    "consent.withdrawn": (
        "Toestemming {id} is ingetrokken. Wat gedeeld was, halen we terug.",
        "Consent {id} was withdrawn. What was shared is taken back.",
    ),
    "consent.withdraw?": (
        "Afspraken die we terughalen bij anderen: {copies}.",
        "Agreements that are taken back from others: {copies}.",
    ),
    "consent.allows": ("ja", "yes"),
    "consent.objects": ("nee", "no"),
    "consent.everything": ("alles", "everything"),
    "consent.retractions": ("Teruggehaald", "Taken back"),
    "consent.confirmed": ("zeker weg", "certainly gone"),
    "consent.requested": ("gevraagd, nog niet zeker", "asked, not certain yet"),
    "yes": ("Voeg --yes toe om dit te doen.", "Add --yes to do this."),
    "never": ("nog nooit", "never"),
    "nobody": ("team", "staff"),
}

_DAYS: Mapping[str, str] = {"nl": "ma di wo do vr za zo", "en": "Mon Tue Wed Thu Fri Sat Sun"}
_MONTHS: Mapping[str, str] = {
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}


@dataclass(frozen=True)
class Texts:
    """Everything the command line says, in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """A sentence or heading, with its placeholders filled in."""
        return self._of(SENTENCES[key]).format(**values)

    def word(self, kind: str, code: str) -> str:
        """The word for a code; a code without a word, such as one of a connector, stands for itself.

        A code may be numbered (``proposed/2``), and so is its word.
        """
        name, _, number = code.partition("/")
        pair = WORDS[kind].get(name)
        if pair is None:
            return code
        return f"{self._of(pair)} ({number})" if number else self._of(pair)

    def words(self, kind: str, codes: str) -> str:
        """The words for codes with commas between them."""
        return ", ".join(self.word(kind, one) for one in codes.split(", ") if one)

    def moment(self, at: datetime | None) -> str:
        """A day and time as people in the Netherlands read it."""
        if at is None:
            return self("never")
        here = local(at)
        day = self.weekday(here.weekday())
        month = _MONTHS[self.language].split()[here.month - 1]
        return f"{day} {here.day} {month} {here.year}, {here:%H:%M}"

    def weekday(self, number: int) -> str:
        """A day of the week; Monday is 0."""
        return _DAYS[self.language].split()[number]

    def _of(self, pair: Pair) -> str:
        return pair[0] if self.language == "nl" else pair[1]
