"""The help in Dutch, by the English that stands beside each command and option; a test misses none."""

from __future__ import annotations

from collections.abc import Mapping

WORDS_NL: Mapping[str, str] = {
    "Usage:": "Gebruik:",
    "Options": "Opties",
    "Commands": "Opdrachten",
    "[OPTIONS]": "[OPTIES]",
    "COMMAND": "OPDRACHT",
    "[ARGS]": "[ARGUMENTEN]",
    "required": "verplicht",
    "default:": "anders:",
}
"""What Click itself says."""

HELP_NL: Mapping[str, str] = {
    "Keep care agreements equal in every system that holds them.": (
        "Houdt afspraken over zorg gelijk in elk systeem waar ze staan."
    ),
    "The settings file; else the one that SAMENSPRAAK_CONFIG names.": (
        "Het bestand met instellingen; anders het bestand dat SAMENSPRAAK_CONFIG noemt."
    ),
    "The id of the organisation; not needed when there is only one.": (
        "Het id van de organisatie; niet nodig als er maar één is."
    ),
    "The language of texts for people; by the settings unless given.": (
        "De taal van teksten voor mensen; anders die van de instellingen."
    ),
    "Show the version and exit.": "Toont de versie en stopt.",
    "Show this message and exit.": "Toont deze tekst en stopt.",
    # Options that several commands have.
    "Answer with one JSON document.": "Antwoordt met één JSON-document.",
    "Who decides: kind:id, connector/id or admin.": "Wie beslist: soort:id, koppeling/id of admin.",
    "Who looks: kind:id, connector/id or admin.": "Wie kijkt: soort:id, koppeling/id of admin.",
    "Do it without asking.": "Doet het zonder te vragen.",
    # agreement
    "Look at agreements, put them back, join or separate them, or stop them.": (
        "Afspraken bekijken, terugzetten, samenvoegen, losmaken of stoppen."
    ),
    "Say that the agreements ID and OTHER are one: ID stays, and OTHER leads to it from now on.\n\n"
    "What only one of them says is taken; what both say differently is asked. First you see what would be\n"
    "written where, and who would see what for the first time.": (
        "Zegt dat de afspraken ID en OTHER dezelfde zijn: ID blijft, en OTHER verwijst er voortaan naar.\n\n"
        "Wat maar één van beide zegt, nemen we over; wat verschilt, vragen we. U ziet eerst wat we waar\n"
        "schrijven, en wie wat voor het eerst te zien krijgt."
    ),
    "Say that what CONNECTOR holds as the agreement ID is another one.\n\n"
    "It becomes an agreement of its own with what stands there, and the two are never taken for one again.": (
        "Zegt dat wat in CONNECTOR als afspraak ID staat een andere afspraak is.\n\n"
        "Het wordt een eigen afspraak met wat daar staat, en we houden ze nooit meer voor dezelfde."
    ),
    "Say that PARTY and OTHER are one person: PARTY stays, and OTHER leads to them from now on.\n\n"
    "Where consent for the one contradicts that for the other, the stricter holds and somebody is asked.\n"
    "First you see what would be written where, and who would see what for the first time.": (
        "Zegt dat PARTY en OTHER dezelfde persoon zijn: PARTY blijft, en OTHER verwijst er voortaan naar.\n\n"
        "Spreekt de toestemming voor de een die voor de ander tegen? Dan geldt de strengste, en vragen we\n"
        "het na. U ziet eerst wat we waar schrijven, en wie wat voor het eerst te zien krijgt."
    ),
    "Say that EXTERNAL_ID in CONNECTOR is not whom it is matched with; the match is undone.\n\n"
    "Whoever saw something through it does not see it any more, and the record waits to be matched again.": (
        "Zegt dat EXTERNAL_ID in CONNECTOR iemand anders is dan we dachten; de koppeling vervalt.\n\n"
        "Wie daardoor iets kon zien, ziet dat niet meer. Het gegeven wacht tot u zegt wie het wel is."
    ),
    "Only the copy with this record there.": "Alleen de kopie met dit gegeven daar.",
    "Only show what would happen.": "Laat alleen zien wat er zou gebeuren.",
    "List agreements, with how each system stands.": "Toont de afspraken, en hoe elk systeem ervoor staat.",
    "Only of this client.": "Alleen van deze cliënt.",
    "Show the agreement ID as it is now, and what was said about it.": (
        "Toont de afspraak ID zoals die nu is, en wat erover gezegd is."
    ),
    "Say who changed what in the agreement ID, why, and whom it reached; of UNIT the whole story.\n\n"
    "Without UNIT, such as what or assignment[a1], everything is told in short.": (
        "Zegt wie wat veranderde in de afspraak ID, waarom, en wie het bereikte; van UNIT alles.\n\n"
        "Zonder UNIT, zoals what of assignment[a1], staat alles er in het kort."
    ),
    "List the versions of the agreement ID, the newest first, with what each one changed.": (
        "Toont de versies van de afspraak ID, de nieuwste eerst, met wat elke versie veranderde."
    ),
    "Make what the agreement ID said in VERSION its next version; it goes to every system.\n\n"
    "What happened since stays known: what was called off, and who was shown how.": (
        "Maakt van wat de afspraak ID zei in VERSION de volgende versie; die gaat naar elk systeem.\n\n"
        "Wat er sindsdien gebeurde blijft bekend: wat is afgezegd, en aan wie het is voorgedaan."
    ),
    "Stop everything of CLIENT (death, leaving care): all agreements end, all questions close.\n\n"
    "Each system is told that it ended, and nothing else: no reason, no reminders.": (
        "Stopt alles van CLIENT (overlijden, uit zorg): alle afspraken eindigen, alle vragen vervallen.\n\n"
        "Elk systeem hoort dat het is beëindigd, en verder niets: geen reden, geen herinneringen."
    ),
    "From which day nothing is expected any more; today unless given.": (
        "Vanaf welke dag er niets meer verwacht wordt; anders vandaag."
    ),
    # connector
    "Connect systems, and see how they do.": "Systemen koppelen, en zien hoe het ermee gaat.",
    "Connect a system under the id ID: test it step by step, then save it.\n\n"
    "A secret is given as a reference, secret://env/NAME or secret://file/PATH. A new system only reads\n"
    "along; after a look at what it found, release it with: connector resume.": (
        "Koppelt een systeem onder het id ID: test de koppeling stap voor stap en bewaart die dan.\n\n"
        "Een geheim geeft u als verwijzing, secret://env/NAAM of secret://file/PAD. Een nieuw systeem leest "
        "eerst alleen mee; klopt wat het vond, geef het dan vrij met: connector resume."
    ),
    "The kind of system; see: connector list --installed.": (
        "Het soort systeem; zie: connector list --installed."
    ),
    "How people know it.": "Hoe mensen het noemen.",
    "One setting; a list as JSON, a file as NAME=@FILE.": (
        "Eén instelling; een lijst als JSON, een bestand als NAAM=@BESTAND."
    ),
    "A TOML file with settings.": "Een TOML-bestand met instellingen.",
    "A plain or loopback address it may use (demo and test).": (
        "Een adres zonder TLS of op deze machine dat het mag gebruiken (demo en test)."
    ),
    "Write at once, instead of only reading along first.": (
        "Schrijft meteen, in plaats van eerst alleen mee te lezen."
    ),
    "Test it and save nothing.": "Test de koppeling en bewaart niets.",
    "Save it without a test.": "Bewaart de koppeling zonder test.",
    "Show the public keys of ID as a JSON Web Key Set, to register with the vendor.\n\n"
    "Only for a system that checks us by them. Systems can also fetch them at /keys/ORGANISATION/ID.": (
        "Toont de openbare sleutels van ID als JSON Web Key Set, om bij de leverancier aan te melden.\n\n"
        "Alleen voor een systeem dat ons daarmee controleert. Systemen kunnen ze ook ophalen op "
        "/keys/ORGANISATIE/ID."
    ),
    "List the connected systems.": "Toont de gekoppelde systemen.",
    "What can be connected, and what each kind needs.": (
        "Wat u kunt koppelen, en wat elk soort daarvoor nodig heeft."
    ),
    "Leave the system ID alone until it is resumed; nothing is lost.": (
        "Laat het systeem ID met rust tot het weer meedoet; er gaat niets verloren."
    ),
    "For whoever meets the pause; no names.": "Voor wie de pauze tegenkomt; geen namen.",
    "Let the system ID take part: after matching, a pause, a renewed sign-in or a stop.": (
        "Laat het systeem ID meedoen: na het meelezen, een pauze, nieuwe inloggegevens of een stop."
    ),
    "Test the connection to ID step by step; writes nothing.": (
        "Test de koppeling met ID stap voor stap; schrijft niets."
    ),
    # consent
    "Record and withdraw what clients allow.": "Vastleggen en intrekken wat cliënten goedvinden.",
    "List what a client allows, and what was taken back from whom.": (
        "Toont wat een cliënt goedvindt, en wat bij wie is teruggehaald."
    ),
    "Whose consents.": "Van wie de toestemmingen zijn.",
    "Record that a client allows somebody to see agreements, or objects to it.": (
        "Legt vast dat iemand afspraken van een cliënt mag zien, of juist niet."
    ),
    "Whose agreements it is about.": "Om wiens afspraken het gaat.",
    "Who may see it: this person,": "Wie het mag zien: deze persoon,",
    "or everybody in this role,": "of iedereen in deze rol,",
    "or this group, or the organisation itself,": "of deze groep, of de organisatie zelf,",
    "or whoever reads in this connected system.": "of wie in dit gekoppelde systeem leest.",
    "An objection: they may not see it.": "Een bezwaar: zij mogen het niet zien.",
    "Only this; else all.": "Alleen dit; anders alles.",
    "Only this; else every one.": "Alleen dit; anders elk leefgebied.",
    "Only this agreement; else all.": "Alleen deze afspraak; anders alle.",
    "Who gave it; the client unless given.": "Wie de toestemming gaf; anders de cliënt.",
    "As what they gave it; self: about their own name only.": (
        "Als wat zij die gaven; self: alleen over de eigen naam."
    ),
    "What it is for.": "Waar het voor is.",
    "Where it was recorded, for instance a signed form.": (
        "Waar het is vastgelegd, bijvoorbeeld een formulier met handtekening."
    ),
    "The first day, as 2026-11-30.": "De eerste dag, zoals 2026-11-30.",
    "The last day.": "De laatste dag.",
    "Take the consent ID back; what was shared under it is retracted.": (
        "Trekt de toestemming ID in; wat daardoor gedeeld was, wordt teruggehaald."
    ),
    # demo
    "Play an invented care home: a hub and five systems, and what happens to the agreements in them.": (
        "Speelt een verzonnen zorghuis: een hub en vijf systemen, en wat er met de afspraken daarin gebeurt."
    ),
    "Exit 0 only when everything came out right.": "Eindigt alleen met 0 als alles goed uitkwam.",
    "Leave everything running until interrupted; print the addresses.": (
        "Laat alles draaien tot u het afbreekt; toont de adressen."
    ),
    "How fast the hub's clock runs.": "Hoe snel de klok van de hub loopt.",
    "A folder with FHIR files (JSON or XML) that are put into the dossier first.": (
        "Een map met FHIR-bestanden (JSON of XML) die eerst in het dossier komen."
    ),
    "Play only this situation; repeatable.": "Speelt alleen deze situatie; mag vaker.",
    "Of what is told; by the settings unless given.": (
        "De taal van wat er verteld wordt; anders die van de instellingen."
    ),
    # init
    "Make what a hub needs, and the organisation ORGANISATION in it.\n\n"
    "ORGANISATION is a short id of small letters, digits and hyphens. "
    "What is there already stays as it is.": (
        "Maakt wat een hub nodig heeft, en daarin de organisatie ORGANISATION.\n\n"
        "ORGANISATION is een kort id van kleine letters, cijfers en streepjes. "
        "Wat er al is, blijft zoals het is."
    ),
    "How people call the organisation.": "Hoe mensen de organisatie noemen.",
    # kit
    "Begin a connector, and see how far one is.": "Begin een koppeling, en zie hoe ver er een is.",
    "Begin a connector of your own, named NAME: a folder with one that works, to change step by step.": (
        "Begint een eigen koppeling met de naam NAME: een map met een die werkt, om stap voor stap te "
        "veranderen."
    ),
    "The folder in which it is made; here unless given.": "De map waarin het komt; anders deze.",
    "Try a kind of connector against its sandbox, and say which tier it reaches.\n\n"
    "CONNECTOR is the name of an installed connector, as `connector list --installed` shows it.": (
        "Probeert een soort koppeling uit tegen het nagebouwde systeem, en zegt welk niveau ze haalt.\n\n"
        "CONNECTOR is de naam van een geïnstalleerde koppeling, zoals `connector list --installed` die toont."
    ),
    # match
    "Say who is who in the connected systems.": "Zeggen wie wie is in de gekoppelde systemen.",
    "List who, and which records, wait until a person has said who is meant.": (
        "Toont wie, en welke gegevens, wachten tot iemand gezegd heeft wie bedoeld is."
    ),
    "Only in this system.": "Alleen in dit systeem.",
    "Instead: everybody the hub knows, and their ids.": (
        "In plaats daarvan: iedereen die de hub kent, met hun id's."
    ),
    "With --known: only these.": "Met --known: alleen deze.",
    "With --known: only who comes after this one.": "Met --known: alleen wie na deze komt.",
    "With --known: so many at most.": "Met --known: hooguit zoveel.",
    "Say that EXTERNAL_ID in CONNECTOR is this party; nothing overrules it.": (
        "Zegt dat EXTERNAL_ID in CONNECTOR deze partij is; niets gaat daarboven."
    ),
    "Who it is: kind:id, or connector/id of another system.": (
        "Wie het is: soort:id, of koppeling/id van een ander systeem."
    ),
    "Somebody the hub does not know yet.": "Iemand die de hub nog niet kent.",
    "Say that EXTERNAL_ID in CONNECTOR is not this party; it is not suggested again.\n\n"
    "Where it was matched with this party, the match is undone, with all that rested on it.": (
        "Zegt dat EXTERNAL_ID in CONNECTOR deze partij niet is; die wordt niet meer voorgesteld.\n\n"
        "Waren de twee gekoppeld, dan wordt dat ongedaan gemaakt, met alles wat daarop rustte."
    ),
    "Who it is not; without it: none of those suggested.": (
        "Wie het niet is; zonder deze optie: niemand van wie werd voorgesteld."
    ),
    # moment
    "See who does what when, and what became of it.": "Zien wie wat wanneer doet, en wat ervan kwam.",
    "List the moments of some days in their order: what is different this once, and what was reported.": (
        "Toont de momenten van een paar dagen op volgorde: wat deze keer anders is, en wat is gemeld."
    ),
    "How many days.": "Hoeveel dagen.",
    "Only what this party does, or a group they are in.": "Alleen wat deze partij doet, of een groep ervan.",
    # today
    "Of this group: all that is agreed with its clients.": (
        "Van deze groep: alles wat met de cliënten is afgesproken."
    ),
    "Of this person, in all they are that day.": "Van deze persoon, in elke rol van die dag.",
    "Which day; today unless given.": "Welke dag; anders vandaag.",
    "Show one day: who does what, what was done, what is asked, and when each system was last heard.": (
        "Toont één dag: wie wat doet, wat gedaan is, wat gevraagd is, en wanneer elk systeem gehoord is."
    ),
    # pause
    "Let agreements rest while somebody is away.": "Afspraken laten rusten als iemand er niet is.",
    "Let what is agreed rest while PARTY is away; it goes on by itself after the last day.\n\n"
    "Of a client all agreements rest. Of anybody else each of their moments is called off: whoever steps in\n"
    "hears of it, and the responsible person is asked where nobody does.": (
        "Laat rusten wat is afgesproken als PARTY er niet is; na de laatste dag gaat het vanzelf door.\n\n"
        "Van een cliënt rusten alle afspraken. Van iemand anders wordt elke keer afgezegd: de vervanging "
        "hoort dat, en waar die er niet is vragen we het aan de verantwoordelijke."
    ),
    "The first day; today unless given.": "De eerste dag; anders vandaag.",
    "The last day; of a client: until it is lifted unless given.": (
        "De laatste dag; van een cliënt anders tot u het opheft."
    ),
    "Why; it can be read wherever the agreement can.": "Waarom; overal te lezen waar de afspraak staat.",
    "Let what is agreed go on: PARTY is back sooner.\n\n"
    "Of whoever is no client, what was called off for the same reason takes place again.": (
        "Laat doorgaan wat is afgesproken: PARTY is er eerder weer.\n\n"
        "Van wie geen cliënt is, gaat weer door wat om dezelfde reden was afgezegd."
    ),
    "The first day they are back; today unless given.": "De eerste dag weer terug; anders vandaag.",
    # review
    "See which talks are due, and record what came of one.": (
        "Zien wat besproken moet worden, en vastleggen wat eruit kwam."
    ),
    "List the agreements whose talk is due, the longest overdue first.": (
        "Toont de afspraken die besproken moeten worden, de langst verlopen eerst."
    ),
    "Also those due in so many days.": "Ook wat over zoveel dagen aan de beurt is.",
    "Record the outcome of the talk about the agreement ID; everybody who may see it hears of it.": (
        "Legt vast wat uit het gesprek over de afspraak ID kwam; iedereen die het mag zien hoort het."
    ),
    "The day of the talk; today unless given.": "De dag van het gesprek; anders vandaag.",
    "The next talk; a quarter later unless given.": "Het volgende gesprek; anders een kwartaal later.",
    "What was said, in place of the notes there were.": (
        "Wat er gezegd is, in plaats van het verslag dat er was."
    ),
    "With changed: what a unit says from now on, as JSON.": (
        "Bij changed: wat een onderdeel voortaan zegt, als JSON."
    ),
    # question
    "See questions and answer them.": "Vragen bekijken en beantwoorden.",
    "List the open questions, the oldest first.": "Toont de open vragen, de oudste eerst.",
    "Only about this agreement.": "Alleen over deze afspraak.",
    "Only those in which this system has a say.": "Alleen vragen waarin dit systeem iets zegt.",
    "Answered ones too.": "Ook vragen die al beantwoord zijn.",
    "Show the question ID: who says what, and what can be answered.": (
        "Toont de vraag ID: wie wat zegt, en wat u kunt antwoorden."
    ),
    "Answer the question ID with ANSWER: one of the answers it lists.": (
        "Beantwoordt de vraag ID met ANSWER: een van de antwoorden die erbij staan."
    ),
    "The revision you saw; a later one is not answered.": (
        "De versie die u zag; een latere wordt niet beantwoord."
    ),
    "With the answer `other`: the value of the unit, as JSON.": (
        "Bij het antwoord `other`: de waarde van het onderdeel, als JSON."
    ),
    "The same from a file; - is standard input.": "Hetzelfde uit een bestand; - is de standaardinvoer.",
    # serve
    "Keep all systems equal, and take their notifications, until stopped.": (
        "Houdt alle systemen gelijk, en neemt hun meldingen aan, tot u het stopt."
    ),
    # status
    "Say per system what is equal and why the rest is not; exit code 3 when something waits for a person.": (
        "Zegt per systeem wat gelijk is en waarom de rest niet; eindigt met 3 als iets op een mens wacht."
    ),
    # sync
    "Exchange with the connected systems.": "Uitwisselen met de gekoppelde systemen.",
    "Hear every system once, then bring everything that is due up to date.\n\n"
    "Not while the hub itself is serving: it does this all the time.": (
        "Hoort elk systeem één keer en werkt dan alles bij wat aan de beurt is.\n\n"
        "Niet als de hub zelf draait: die doet dit de hele tijd."
    ),
    "Hear this system only.": "Hoort alleen dit systeem.",
    "Read everything there is, instead of what changed.": (
        "Leest alles wat er is, in plaats van wat er veranderde."
    ),
    "Hear only systems whose time has come; for a timer.": (
        "Hoort alleen systemen die aan de beurt zijn; voor een timer."
    ),
    "Show what sync run would do now, and who would see what for the first time. Writes nothing.": (
        "Laat zien wat sync run nu zou doen, en wie wat voor het eerst zou zien. Schrijft niets."
    ),
    "As if this system took part from now on.": "Alsof dit systeem vanaf nu meedoet.",
    "Keep the plan in this file, for sync apply.": "Bewaar het plan in dit bestand, voor sync apply.",
    "Do what a saved plan says: exactly that, or nothing when the world has moved since.\n\n"
    "Not while the hub itself is serving.": (
        "Doet wat in een bewaard plan staat: precies dat, of niets als er intussen iets veranderd is.\n\n"
        "Niet als de hub zelf draait."
    ),
    "Compare every copy in every system with what it should be, whether anything was told or not.\n\n"
    "With --repair not while the hub itself is serving.": (
        "Vergelijkt elke afspraak in elk systeem met hoe die moet zijn, ook als niemand iets meldde.\n\n"
        "Met --repair niet als de hub zelf draait."
    ),
    "Compare this system only.": "Vergelijkt alleen dit systeem.",
    "Bring what differs in step, as it was shown.": "Werkt bij wat anders is, zoals het getoond werd.",
    # access
    "Say who and what may ask something of the hub from outside.": (
        "Zegt wie en wat van buiten iets aan de hub mag vragen."
    ),
    "Let a program take part: the program behind an app, or one of your own.": (
        "Laat een programma meedoen: het programma achter een app, of een eigen programma."
    ),
    "Let program ID take part. It can ask nothing before it has a key, or signs who it is.": (
        "Laat programma ID meedoen. Het kan pas iets vragen met een sleutel, of als het zelf ondertekent."
    ),
    "What it may do at most.": "Wat het hoogstens mag.",
    "Whose program it is: role app.": "De koppeling waar het programma bij hoort: rol app.",
    "What people call it.": "Hoe mensen het noemen.",
    "Its public keys (JWKS), when it signs who it is.": (
        "De openbare sleutels (JWKS), als het zelf ondertekent wie het is."
    ),
    "List the programs that take part, and those that did.": (
        "Toont welke programma's meedoen, en welke dat deden."
    ),
    "Let program ID ask nothing any more, with whatever key or token. That cannot be undone.": (
        "Laat programma ID niets meer vragen, met geen enkele sleutel. Dat kan niet ongedaan worden gemaakt."
    ),
    "Give programs their keys, and take them back.": "Geeft programma's hun sleutels, en trekt ze weer in.",
    "Make a key for PROGRAM. It is shown once: hand it over now.\n\n"
    "Two keys of a program work at once, so that the new one can be brought in before the old one goes.": (
        "Maakt een sleutel voor PROGRAM. U ziet hem één keer: geef hem meteen door.\n\n"
        "Twee sleutels werken tegelijk. Zo kan de nieuwe in gebruik zijn voordat de oude weggaat."
    ),
    "Only this; may be given several times. All that its role may, unless given.": (
        "Alleen dit; mag vaker. Anders alles wat de rol mag."
    ),
    "For so many days, two years at most.": "Voor zoveel dagen, hoogstens twee jaar.",
    "Only from here; may be given several times.": "Alleen vanaf hier; mag vaker.",
    "List the keys and about when each was last used; never the keys themselves.": (
        "Toont welke sleutels er zijn en wanneer ze ongeveer gebruikt zijn; nooit de sleutels zelf."
    ),
    "Only of this program.": "Alleen van dit programma.",
    "Let the key never work again.": "Laat de sleutel nooit meer werken.",
    "Let program ID sign with the public keys in FILE (JWKS) from now on, and with no others.": (
        "Laat programma ID vanaf nu ondertekenen met de openbare sleutels in FILE (JWKS), en geen andere."
    ),
    "Say where the people of an app sign in.": "Zegt waar de mensen van een app inloggen.",
    "Its address, exactly as its tokens say.": "Het adres, precies zoals het in de tokens staat.",
    "What the app is called there.": "Hoe de app daar heet.",
    "The connection of the app.": "De koppeling van de app.",
    "Take what the people of an app get where they sign in, once they were invited.": (
        "Geeft de mensen van een app toegang als zij daar inloggen, en zijn uitgenodigd."
    ),
    "List where people sign in.": "Toont waar mensen inloggen.",
    "Let nobody ask anything any more who signs in there. Their accounts stay, for when it comes back.": (
        "Geeft wie daar inlogt geen toegang meer. De accounts blijven, voor als het terugkomt."
    ),
    "Staff with this role; unless given, who uses an app.": (
        "Medewerker met deze rol; anders iemand die een app gebruikt."
    ),
    "Make a code for PARTY, or for staff. It is shown once, and counts once, for seven days.\n\n"
    "Whoever signs in and shows it is that person from then on: hand it over yourself.": (
        "Maakt een code voor PARTY of een medewerker. U ziet hem één keer. Hij werkt één keer, 7 dagen.\n\n"
        "Wie inlogt en de code laat zien, is vanaf dan die persoon: geef hem zelf."
    ),
    "See who is invited, and take that back.": "Toont wie is uitgenodigd, en trekt dat in.",
    "List the invitations that nobody used yet; never their codes.": (
        "Toont de uitnodigingen die nog niemand gebruikte; nooit de codes."
    ),
    "Let nobody become anybody by the code of invitation ID any more.": (
        "Laat de code van uitnodiging ID nergens meer voor werken."
    ),
    "See who may sign in, and take that back.": "Toont wie mag inloggen, en trekt dat in.",
    "List who may ask something once they signed in.": "Toont wie na het inloggen toegang heeft.",
    "Let this person ask nothing any more, until they are invited again.": (
        "Geeft deze persoon geen toegang meer, tot een nieuwe uitnodiging."
    ),
    # feed
    "Give people an address for their calendar, page or spreadsheet, and take it back.": (
        "Geeft mensen een adres voor hun agenda, blad of spreadsheet, en trekt het weer in."
    ),
    "Write what the reader of address ID sees now to FILE; its ending says in which form: html, xlsx.\n\n"
    "Only you can read the file. Print it or pass it on, and throw it away.": (
        "Schrijft in FILE wat de lezer van adres ID nu ziet; het einde van de naam zegt hoe: html, xlsx.\n\n"
        "Alleen u kunt het bestand lezen. Print het of geef het door, en gooi het weg."
    ),
    "Make an address for PARTY, a person or a location. It is shown once: hand it over now.\n\n"
    "Whoever has the address can read along. What may be seen there is for consent to say.": (
        "Maakt een adres voor PARTY, een persoon of locatie. U ziet het één keer: geef het meteen door.\n\n"
        "Wie het adres heeft, kan meelezen. Wat daar te zien is, bepaalt de toestemming."
    ),
    "List the addresses and whose they are; never the addresses themselves.": (
        "Toont welke adressen er zijn en van wie; nooit de adressen zelf."
    ),
    "Take in a spreadsheet of CONNECTOR that people typed in: a FILE that was saved or fetched before.\n\n"
    "Only cells that changed count, each over what stood there then; what both sides changed is asked. What\n"
    "cannot be read is told by row and column, and the rest goes on. Then the exit code is 3.": (
        "Leest een spreadsheet van CONNECTOR in waarin mensen typten: een FILE dat eerder is opgehaald.\n\n"
        "Alleen veranderde cellen tellen, over wat er toen stond. Wat beide kanten veranderden, vragen we.\n"
        "Wat niet te lezen is, noemen we met rij en kolom; de rest gaat door. Dan is de afsluitcode 3."
    ),
    "Take an address back: it never works again, and without another one nothing is shown any more.": (
        "Trekt een adres in: het werkt nooit meer, en zonder ander adres is er niets meer te zien."
    ),
    # event
    "What an app is told, what was tried with it, and telling it again.": (
        "Wat een app te horen krijgt, wat geprobeerd is, en het opnieuw vertellen."
    ),
    "Only events after this number.": "Alleen berichten na dit nummer.",
    "So many at most.": "Hooguit zoveel.",
    "List the events of an app in the order of their numbers, and what became of each.": (
        "Toont de berichten voor een app op nummer, en wat van elk geworden is."
    ),
    "Show one event with every attempt at it.": "Toont één bericht met alle pogingen.",
    "Tell one event again, with the same id and number; also one that was taken.": (
        "Vertelt één bericht opnieuw, met hetzelfde id en nummer; ook als het al aangenomen is."
    ),
    "Show where an app is told, how that goes, and the key with which it verifies.": (
        "Toont waar een app berichten krijgt, hoe dat gaat, en met welke sleutel de app controleert."
    ),
    "Make a new secret for an app. It is shown once: hand it over now.\n\n"
    "For another day everything is signed with the one before, too.": (
        "Maakt een nieuw geheim voor een app. U ziet het één keer: geef het nu door.\n\n"
        "Een dag lang ondertekenen we ook alles met het vorige."
    ),
    "What happened since this moment (UTC).": "Wat sinds dit moment (UTC) gebeurd is.",
    "Tell again all that failed of what happened since a moment.": (
        "Vertelt alles opnieuw wat sinds een moment gebeurd is en niet aangenomen is."
    ),
    "Tell all after a number that was never handed over.\n\n"
    "That is what failed, and what is of a kind that the app did not choose then.": (
        "Vertelt alles na een nummer wat nooit bezorgd is.\n\n"
        "Dat is wat mislukt is, en wat van een soort is die de app toen niet koos."
    ),
    # failure
    "What failed for good, and trying again.": "Wat mislukt is, en opnieuw proberen.",
    "Only what began to fail since this moment (UTC).": "Alleen wat sinds dit moment (UTC) mislukt.",
    "List the copies that failed for good, the records that cannot be read, and the notices nobody took.": (
        "Toont de afspraken die in een systeem mislukt zijn, de gegevens die niet te lezen zijn, "
        "en de berichten die niemand aannam."
    ),
    "Show everything that was tried with one copy, and how it stands now.": (
        "Toont alles wat met één afspraak in één systeem geprobeerd is, en hoe het nu staat."
    ),
    "Everything that failed in this system.": "Alles wat in dit systeem mislukt is.",
    "Everything that began to fail since this moment (UTC).": "Alles wat sinds dit moment (UTC) mislukt.",
    "Try again what failed: one, several, or all of a system or since a moment.\n\n"
    "It is done with the present version and today's mapping, in the order of work.": (
        "Probeert opnieuw wat mislukt is: één, een paar, of alles van een systeem of sinds een moment.\n\n"
        "Dat gebeurt met de versie van nu en de vertaling van vandaag, in de gewone volgorde."
    ),
    # connector runs
    "Show when ID was heard, how long that took, what it met and what went wrong; the newest first.\n\n"
    "Times in a row that came to the same are one line.": (
        "Toont wanneer we ID hoorden, hoe lang dat duurde, wat het gaf en wat misging; het nieuwste "
        "bovenaan.\n\n"
        "Keren na elkaar met dezelfde uitkomst staan op één regel."
    ),
    # connector rule
    "Say whose value holds when ID and others changed a unit at the same time.\n\n"
    "Without a rule people are asked; where a wrong value can harm, they always are.": (
        "Zegt wiens waarde geldt als ID en anderen tegelijk hetzelfde onderdeel veranderden.\n\n"
        "Zonder regel vragen we het aan mensen; waar een verkeerde waarde kan schaden, altijd."
    ),
    "The system whose value holds; without it people are asked.": (
        "Het systeem waarvan de waarde geldt; zonder deze optie vragen we het aan mensen."
    ),
    "Say which way a unit goes between the hub and ID.\n\n"
    "both: as the system can. in: it comes here and does not go there. out: it goes there, and a change\n"
    "there is a proposal. none: it is not kept there; what we wrote is taken out, and what people wrote\n"
    "stays theirs.": (
        "Zegt welke kant een onderdeel op gaat tussen Samenspraak en ID.\n\n"
        "both: heen en weer, zoals het systeem kan. in: het komt hierheen en gaat niet terug. out: het gaat "
        "daarheen, en een wijziging daar is een voorstel. none: het staat daar niet; wat wij schreven halen "
        "we weg, wat mensen daar schreven blijft van hen."
    ),
    "Give ID other settings: test them step by step, then save them.\n\n"
    "See first what would be read otherwise: connector preview. Afterwards everything there is read again.": (
        "Geeft ID andere instellingen: test ze stap voor stap, en bewaart ze dan.\n\n"
        "Zie eerst wat anders gelezen wordt: connector preview. Daarna lezen we daar alles opnieuw."
    ),
    "One setting that is as if it was never given.": "Eén instelling die is alsof ze nooit gegeven was.",
    "Show what real records of ID would become; reads them there, keeps nothing and writes nothing.\n\n"
    "With settings: as they would be read with those, beside how they are read now.": (
        "Toont wat echte gegevens van ID zouden worden; leest ze daar, bewaart niets en schrijft niets.\n\n"
        "Met instellingen: hoe ze daarmee gelezen worden, naast hoe dat nu gaat."
    ),
    "The kind of system, where it is not saved yet.": "De soort systeem, als het nog niet bewaard is.",
    "So many records at most.": "Hoogstens zoveel gegevens.",
    "What the hub wrote in places that are read no more stays there.": (
        "Wat wij schreven op plekken die niet meer gelezen worden, blijft daar staan."
    ),
}
