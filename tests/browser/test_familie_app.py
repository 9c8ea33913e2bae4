"""The family app in a real browser; its people sign in at npm ``oidc-provider``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from browser.conftest import Phone
from browser.house import AMSTERDAM, ELS, JAN, KARIM, NOOR, TEAM, TRUUS, House, another_app, duty
from playwright.sync_api import Route, expect

from samenspraak.domain.parties import PartyRef
from samenspraak.sandbox import Fault

pytestmark = pytest.mark.browser
NewPhone = Callable[[], Phone]
STOCKINGS = "Steunkousen aantrekken"


def stockings(house: House) -> str:
    """Els puts them on at eight; the team does it in the weekend."""
    return house.agrees(
        STOCKINGS,
        **{
            "assignment[a1]": duty(ELS, "elke dag om 8:00", "08:00:00"),
            "assignment[a2]": duty(TEAM.ref, "in het weekend", "09:00:00", weekdays=(5, 6)),
            "conditions": {"text": "Alleen na uitleg.", "instruction": "Eerst de hiel."},
        },
    )


def test_situation_1_a_relative_agrees_and_staff_see_it(house: House, phone: NewPhone) -> None:
    agreement = stockings(house)
    els = phone()
    els.open()
    els.shot("0-welkom")
    els.is_let_in(ELS)
    els.sees("Wij vragen uw akkoord voor:")
    els.sees("U doet dit.")
    els.sees("Voor An")
    els.shot("1-dag")

    els.goes(STOCKINGS)
    els.sees("Team Dagdienst")
    els.sees("Eerst de hiel.")
    els.shot("1-afspraak")
    els.press("Ik ben akkoord")

    els.sees("U bent akkoord.")
    standing = {one["party"]: one["assent"] for one in house.shown(agreement)["parties"]}
    assert standing[str(ELS)] == "agreed"
    els.shot("1-akkoord")


def test_who_does_not_agree_says_so_with_a_reason_and_the_agreement_stays(
    house: House, phone: NewPhone
) -> None:
    agreement = stockings(house)
    els = phone()
    els.is_let_in(ELS)
    els.goes(STOCKINGS)
    els.press("Niet akkoord")
    els.page.get_by_label("Wat zou u anders willen?").fill("Liever om negen uur.")
    els.shot("1-niet-akkoord")
    els.press("Ik ben niet akkoord")

    els.sees("U bent niet akkoord.")
    shown = house.shown(agreement)
    assert {one["party"]: one["assent"] for one in shown["parties"]}[str(ELS)] == "declined"
    assert shown["said"][-1]["text"] == "Liever om negen uur."
    assert shown["state"] == "active"


def test_situation_2_one_evening_is_called_off_and_the_backup_sees_that_they_step_in(
    house: House, phone: NewPhone
) -> None:
    day = house.day + timedelta(days=2)
    agreement = house.agrees(
        "Samen koken",
        **{
            "assignment[a1]": duty(KARIM, "elke week om 16:00", "16:00:00", weekdays=(day.weekday(),)),
            "backup[a1]": str(JAN),
        },
    )
    karim, jan = phone(), phone()
    karim.is_let_in(KARIM)
    karim.open(f"#/dag/{day - timedelta(days=1)}")
    karim.press("Volgende dag")
    karim.press("Afzeggen", "li.card")
    karim.sees("Wij laten het Jan de Wit en de anderen weten.")
    karim.page.get_by_label("Reden").fill("Ik ben weg.")
    karim.shot("2-afzeggen")
    karim.press("Zeg af")
    expect(karim.card("Samen koken")).to_contain_text("Gaat niet door. Reden: Ik ben weg.")
    karim.shot("2-afgezegd")

    jan.is_let_in(JAN)
    jan.open(f"#/dag/{day}")
    expect(jan.card("Samen koken")).to_contain_text("U bent de vervanger.")
    expect(jan.card("Samen koken")).to_contain_text("Karim Aydin zou dit doen.")
    jan.shot("2-vervanger")
    assert exceptions(house, agreement) == {f"exception[a1:{day}:1]": "cancelled"}

    jan.press("Ik neem het over")
    expect(jan.card("Samen koken")).to_contain_text("U doet dit.")
    jan.shot("2-overgenomen")
    assert exceptions(house, agreement) == {f"exception[a1:{day}:1]": "taken_over"}


def exceptions(house: House, agreement: str) -> dict[str, str]:
    """Which moments are different, and how."""
    units = house.shown(agreement)["units"]
    return {name: one["kind"] for name, one in units.items() if name.startswith("exception[")}


def medication(house: House) -> str:
    return house.agrees(
        "Medicijnen geven",
        life_domain="medication",
        **{"assignment[a1]": duty(ELS, "elke dag om 0:05", "00:05:00"), "responsible[a1]": str(NOOR)},
    )


def test_situation_3_what_was_given_is_seen_at_once_by_the_nurse(house: House, phone: NewPhone) -> None:
    agreement = medication(house)
    els = phone()
    els.is_let_in(ELS)
    els.open(f"#/dag/{house.day}")
    card = els.card("Medicijnen geven")
    expect(card).to_contain_text("Er is nog niets gemeld.")
    expect(card).not_to_contain_text("niet gedaan")
    card.get_by_role("button", name="Gedaan", exact=True).click()
    els.page.get_by_label("Wilt u er iets bij zeggen?").fill("Met een glas water.")
    els.shot("3-melden")
    els.press("Meld: gedaan")

    expect(card).to_contain_text("Gedaan.")
    expect(card).to_contain_text("Met een glas water.")
    els.shot("3-gedaan")
    [moment] = house.ask("GET", f"/today?person={ELS}&day={house.day}")["moments"]
    assert (moment["agreement_id"], moment["result"]) == (agreement, "done")


def test_situation_6_what_somebody_may_do_is_no_task(house: House, phone: NewPhone) -> None:
    as_needed = {"text": "", "timing": {"form": "as_needed"}}
    duty = {"performer": str(ELS), "schedule": as_needed}
    house.agrees("Helpen met douchen", modality="may", **{"assignment[a1]": duty})
    els = phone()
    els.is_let_in(ELS)
    els.page.locator("#naar-afspraken").click()
    els.sees("Dit mag. Het hoeft niet.")
    els.shot("6-mag")


def test_situation_8_who_may_not_see_the_plan_any_more_keeps_nothing_of_it(
    house: House, phone: NewPhone
) -> None:
    house.agrees("Planten water geven", **{"assignment[a1]": duty(TRUUS, "elke dag", "10:00:00")})
    truus = phone()
    truus.is_let_in(TRUUS)
    truus.goes("Planten water geven")
    assert "Planten water geven" in truus.kept()

    house.withdraws(TRUUS)
    truus.press("Vernieuwen")

    truus.sees("Deze afspraak is niet (meer) beschikbaar voor u.")
    truus.sees_not("Planten water geven")
    assert "Planten" not in truus.kept()
    truus.shot("8-weg")


def test_situation_11_whoever_is_in_the_team_sees_who_does_what_today(house: House, phone: NewPhone) -> None:
    house.agrees("Samen lunchen", **{"assignment[a1]": duty(TEAM.ref, "elke dag om 12:00", "12:00:00")})
    noor = phone()
    noor.is_let_in(NOOR)
    noor.goes("De dag van Team Dagdienst")
    noor.sees("In deze groep: u. Wie er nu werkt, weten wij niet.")
    noor.sees("Team Dagdienst doet dit.")
    noor.shot("11-groep")


def test_another_time_is_proposed_and_a_comment_is_made(house: House, phone: NewPhone) -> None:
    agreement = stockings(house)
    els = phone()
    els.is_let_in(ELS)
    els.goes(STOCKINGS)
    els.press("Stel een andere tijd voor (u)")
    els.page.get_by_label("Hoe laat?").fill("09:00")
    els.press("Stel voor")
    els.sees("In uw woorden staat nog 08:00.")
    els.shot("voorstel-fout")
    els.page.get_by_label("Wanneer, in uw woorden").fill("elke dag om 9:00")
    els.press("Stel voor")
    els.sees("elke dag om 9:00")
    schedule = house.shown(agreement)["units"]["assignment[a1]"]["schedule"]
    assert (schedule["text"], schedule["timing"]["times"]) == ("elke dag om 9:00", ["09:00:00"])

    els.press("Schrijf een opmerking")
    els.page.get_by_label("Uw opmerking").fill("<b>Dank</b>")
    els.press("Verstuur")
    els.sees("U schreef")
    els.sees("“<b>Dank</b>”")
    assert house.shown(agreement)["said"][-1]["text"] == "<b>Dank</b>"


def test_an_app_that_was_away_fetches_only_what_changed_and_loses_what_is_not_for_it_any_more(
    house: House, phone: NewPhone
) -> None:
    changed, same = stockings(house), cooking(house, JAN)
    taken = house.agrees("Samen wandelen", **{"assignment[a1]": duty(ELS, "elke dag", "14:00:00")})
    els = phone()
    els.is_let_in(ELS)
    els.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    els.sees("Samen wandelen")
    els.context.set_offline(True)
    for time in ("07:00:00", "07:15:00", "07:30:00"):
        house.changes(changed, **{"assignment[a1]": duty(ELS, f"elke dag om {time[:5]}", time)})
    house.objects(ELS, taken)
    added = house.agrees("Planten water geven", **{"assignment[a1]": duty(ELS, "elke dag", "10:00:00")})
    els.page.reload()
    els.sees("Samen wandelen")

    els.context.set_offline(False)
    asked = els.asked()
    els.press("Aanmelden")
    els.press("Continue")

    els.sees("Planten water geven")
    els.sees_not("Samen wandelen")
    els.goes("Afspraken")
    els.sees("elke dag om 07:30")
    els.sees("Samen koken")
    assert "Samen wandelen" not in els.kept()
    fetched = [path for path in asked if path.startswith("/agreements")]
    assert sorted(fetched) == sorted(f"/agreements/{one}" for one in (changed, added))
    assert same not in str(asked)


def test_what_others_do_is_seen_within_seconds_and_nothing_else_is_fetched(
    house: House, phone: NewPhone
) -> None:
    agreement, other = stockings(house), cooking(house, JAN)
    els = phone()
    els.is_let_in(ELS)
    els.goes(STOCKINGS)
    asked = els.asked()
    house.changes(agreement, place="Slaapkamer")

    els.sees("Slaapkamer")
    assert [path for path in asked if path.startswith("/agreements")] == [f"/agreements/{agreement}"]
    assert other not in str(asked)


def test_when_the_numbers_are_not_ours_any_more_all_is_fetched_anew(house: House, phone: NewPhone) -> None:
    stockings(house)
    els = phone()
    els.is_let_in(ELS)
    asked = els.asked()

    def put_back(route: Route) -> None:
        other = {"of": str(ELS), "items": [], "last": 0}
        route.fulfill(json=other, headers={"Access-Control-Allow-Origin": "*"})

    with els.page.expect_response("**/agreements?*"):
        els.page.route("**/me/events?*", put_back, times=1)

    els.sees(STOCKINGS)
    assert [path for path in asked if path.startswith("/agreements")] == ["/agreements?limit=100"]


def test_a_day_that_says_the_same_is_not_sent_again(house: House, phone: NewPhone) -> None:
    stockings(house)
    els = phone()
    els.is_let_in(ELS)
    day = "2030-01-07"
    with els.page.expect_response(f"**/today?day={day}") as first:
        els.open(f"#/dag/{day}")
    expect(els.card(STOCKINGS)).to_be_visible()
    with els.page.expect_response(f"**/today?day={day}") as again:
        els.press("Vernieuwen")

    assert (first.value.status, again.value.status) == (200, 304)
    expect(els.card(STOCKINGS)).to_be_visible()


def cooking(house: House, who: PartyRef) -> str:
    return house.agrees("Samen koken", **{"assignment[a1]": duty(who, "elke dag om 16:00", "16:00:00")})


def test_without_a_connection_it_reads_and_what_was_typed_is_sent_once_later(
    house: House, phone: NewPhone
) -> None:
    agreement = medication(house)
    els = phone()
    els.is_let_in(ELS)
    els.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    els.context.set_offline(True)
    els.press("Gedaan", "li.card")
    els.press("Meld: gedaan")

    els.sees("Dit wordt verstuurd zodra u weer verbinding heeft:")
    els.sees("U heeft geen verbinding. U ziet wat we het laatst wisten.")
    els.sees(re.compile(r"Laatst bijgewerkt om \d\d:\d\d"))
    els.shot("offline")
    assert house.shown(agreement)["said"] == []
    els.page.reload()
    els.sees("Medicijnen geven")
    els.sees("Dit wordt verstuurd zodra u weer verbinding heeft:")
    els.shot("offline-herladen")

    els.context.set_offline(False)
    els.sees("U bent niet aangemeld. U ziet wat we het laatst wisten.")
    els.sees("Dit wordt verstuurd zodra u bent aangemeld:")
    els.shot("niet-aangemeld")
    els.press("Aanmelden")
    els.press("Continue")  # the provider knows her, and asks whether this app may
    expect(els.card("Medicijnen geven")).to_contain_text("Gedaan.")
    els.sees_not("Dit wordt verstuurd")
    assert [one["kind"] for one in house.shown(agreement)["said"]] == ["done"]


def test_an_answer_that_was_lost_makes_no_second_report(house: House, phone: NewPhone) -> None:
    agreement = medication(house)
    els = phone()
    els.is_let_in(ELS)
    els.page.route("**/reports", loses(els), times=1)
    els.press("Gedaan", "li.card")
    with els.page.expect_event("requestfailed"):
        els.press("Meld: gedaan")
    els.sees("Dit wordt verstuurd zodra u weer verbinding heeft:")
    els.context.set_offline(False)

    expect(els.card("Medicijnen geven")).to_contain_text("Gedaan.")
    assert [one["kind"] for one in house.shown(agreement)["said"]] == ["done"]


def test_an_edit_of_which_the_answer_was_lost_is_made_once_and_asks_nothing(
    house: House, phone: NewPhone
) -> None:
    agreement = medication(house)
    els = phone()
    els.is_let_in(ELS)
    els.page.route("**/agreements/*", loses(els), times=1)
    els.press("Afzeggen", "li.card")
    with els.page.expect_event("requestfailed"):
        els.press("Zeg af")
    els.sees("Dit wordt verstuurd zodra u weer verbinding heeft:")
    els.context.set_offline(False)

    expect(els.card("Medicijnen geven")).to_contain_text("Gaat niet door.")
    els.sees_not("Bekijk en kies")
    assert list(exceptions(house, agreement).values()) == ["cancelled"]
    assert house.shown(agreement)["version"] == 2


def loses(phone: Phone) -> Callable[[Route], None]:
    """What is sent arrives, and nobody hears so: that moment the connection ends."""

    def lose(route: Route) -> None:
        route.fetch()
        phone.context.set_offline(True)
        route.abort()

    return lose


def test_when_somebody_else_changed_it_both_texts_are_shown_and_the_person_chooses(
    house: House, phone: NewPhone
) -> None:
    agreement = stockings(house)
    els = phone()
    els.is_let_in(ELS)
    els.goes(STOCKINGS)
    els.press("Stel een andere tijd voor (u)")
    house.changes(agreement, **{"assignment[a1]": duty(ELS, "elke dag om 7:30", "07:30:00")})
    els.page.get_by_label("Hoe laat?").fill("09:00")
    els.page.get_by_label("Wanneer, in uw woorden").fill("elke dag om 9:00")
    els.press("Stel voor")
    els.press("Bekijk en kies")

    expect(els.page.locator("#staat-nu")).to_contain_text("elke dag om 7:30")
    expect(els.page.locator("#u-typte")).to_contain_text("elke dag om 9:00")
    assert house.shown(agreement)["units"]["assignment[a1]"]["schedule"]["text"] == "elke dag om 7:30"
    els.shot("kiezen")
    els.press("Stuur wat ik typte")

    els.sees("Verstuurd: Andere tijd")
    els.sees("elke dag om 9:00")
    assert house.shown(agreement)["units"]["assignment[a1]"]["schedule"]["text"] == "elke dag om 9:00"


def test_after_signing_out_nothing_is_left_on_the_device(house: House, phone: NewPhone) -> None:
    stockings(house)
    els = phone()
    els.is_let_in(ELS)
    assert STOCKINGS in els.kept()
    assert "eyJ" not in els.kept()

    els.press("Afmelden")
    els.page.wait_for_url(re.compile("session/end"))
    els.page.get_by_role("button", name="Yes, sign me out").click()

    els.page.wait_for_url(f"{house.app_url}/**")
    els.sees("Welkom")
    assert els.kept() == '[{},{},"",[],0,0]'
    els.shot("afgemeld")


def test_situation_11_on_their_own_day_what_a_silent_system_may_know_is_unknown_until_it_is_heard(
    house: House, phone: NewPhone
) -> None:
    medication(house)
    with another_app(house) as other:
        house.hears("other")
        els = phone()
        els.is_let_in(ELS)
        els.open(f"#/dag/{house.day}")
        card = els.card("Medicijnen geven")
        expect(card).to_contain_text("Er is nog niets gemeld.")

        other.inject(Fault(kind="down"))
        heard = datetime.now(AMSTERDAM) - timedelta(days=2)
        house.heard_last("other", heard)
        house.hears("other")
        els.press("Vernieuwen")
        at = f"{heard.day} [a-z]+ om {heard:%H:%M}"
        expect(card).to_contain_text("Niet bekend of dit is gedaan. Een ander systeem is niet te bereiken.")
        expect(card).to_contain_text(re.compile(f"[A-Z][a-z]+dag {at} hoorden we er het laatst iets van"))
        expect(card).to_contain_text("Het kan al gedaan zijn. Vraag het na.")
        expect(card.locator(".result")).not_to_contain_text("niet gedaan")
        expect(els.page.locator("#stil")).to_contain_text(
            "Wat daar intussen is gemeld, ziet u hier nog niet."
        )
        els.shot("11-niet-bekend")

        other.clear_faults()
        house.hears("other")
        els.press("Vernieuwen")
        expect(card).to_contain_text("Er is nog niets gemeld.")
        expect(els.page.locator("#stil")).to_have_count(0)
