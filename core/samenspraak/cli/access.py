"""``samenspraak access …``: which programs and people may ask something of the hub, and with what."""

from __future__ import annotations

from typing import BinaryIO

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, confirm, table
from samenspraak.cli._desk import by_option, desk, json_option, looker_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.policy.access import WITH_EYES_OF_SOMEBODY, Role, Scope
from samenspraak.services import accounts, looking, programs
from samenspraak.services.programs import Key, Program

_ROLES = [one.value for one in Role if one is not Role.PARTICIPANT]
_PEOPLE = [one.value for one in Role if one not in WITH_EYES_OF_SOMEBODY]
_MOST_BYTES = 100_000


@click.group("access", cls=Group)
def command() -> None:
    """Say who and what may ask something of the hub from outside."""


@command.group(cls=Group)
def program() -> None:
    """Let a program take part: the program behind an app, or one of your own."""


@program.command()
@click.argument("program_id", metavar="ID")
@click.option("--role", required=True, type=click.Choice(_ROLES), help="What it may do at most.")
@click.option("--app", "connector_id", default="", metavar="CONNECTOR", help="Whose program it is: role app.")
@click.option("--title", default="", help="What people call it.")
@click.option(
    "--keys", "file", type=click.File("rb"), help="Its public keys (JWKS), when it signs who it is."
)
@by_option
@json_option
@click.pass_obj
def add(
    asked: Asked, program_id: str, role: str, connector_id: str, title: str, file: BinaryIO | None, by: str
) -> None:
    """Let program ID take part. It can ask nothing before it has a key, or signs who it is."""
    at = desk(asked)
    made = programs.add(
        at.hub,
        at.organisation,
        program_id,
        Role(role),
        title=title,
        connector_id=connector_id,
        public_keys=file.read(_MOST_BYTES) if file else b"",
        by=by,
    )
    lines = [at.texts("access.added", id=made.id, client=made.client_id)]
    if not made.signs:
        lines.append(at.texts("access.needs_key", id=made.id))
    answer(asked, {"program": made}, lines)


@program.command("list")
@looker_option
@json_option
@click.pass_obj
def list_programs(asked: Asked, by: str) -> None:
    """List the programs that take part, and those that did."""
    at = desk(asked)
    found = looking.list_programs(at.hub, at.organisation, by)
    headings = [at.texts(key) for key in ("id", "title", "role", "connection", "since", "standing")]
    rows = (_program(one, at.texts) for one in found)
    answer(asked, {"programs": found}, table(headings, rows) or [at.texts("access.none")])


@program.command("keys")
@click.argument("program_id", metavar="ID")
@click.argument("file", type=click.File("rb"))
@by_option
@json_option
@click.pass_obj
def change_keys(asked: Asked, program_id: str, file: BinaryIO, by: str) -> None:
    """Let program ID sign with the public keys in FILE (JWKS) from now on, and with no others."""
    at = desk(asked)
    changed = programs.change_keys(at.hub, at.organisation, program_id, file.read(_MOST_BYTES), by=by)
    answer(asked, {"program": changed}, [at.texts("access.keys_changed", id=changed.id)])


@program.command("revoke")
@click.argument("program_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def revoke_program(asked: Asked, program_id: str, yes: bool, by: str) -> None:
    """Let program ID ask nothing any more, with whatever key or token. That cannot be undone."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("access.revoke?", id=program_id), yes=yes)
    gone = programs.revoke(at.hub, at.organisation, program_id, by=by)
    answer(asked, {"program": gone}, [at.texts("access.revoked", id=gone.id)])


@command.group(cls=Group)
def key() -> None:
    """Give programs their keys, and take them back."""


@key.command("add")
@click.argument("program_id", metavar="PROGRAM")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([one.value for one in Scope]),
    help="Only this; may be given several times. All that its role may, unless given.",
)
@click.option(
    "--days",
    type=int,
    default=programs.USUAL_DAYS,
    show_default=True,
    help="For so many days, two years at most.",
)
@click.option(
    "--network", "networks", multiple=True, metavar="CIDR", help="Only from here; may be given several times."
)
@by_option
@json_option
@click.pass_obj
def add_key(
    asked: Asked, program_id: str, scopes: tuple[str, ...], days: int, networks: tuple[str, ...], by: str
) -> None:
    """Make a key for PROGRAM. It is shown once: hand it over now.

    Two keys of a program work at once, so that the new one can be brought in before the old one goes.
    """
    at = desk(asked)
    made = programs.add_key(
        at.hub,
        at.organisation,
        program_id,
        scopes=[Scope(one) for one in scopes],
        days=days,
        networks=networks,
        by=by,
    )
    until = at.texts.moment(made.key.expires_at)
    lines = [
        at.texts("access.key_added", id=made.key.id, program=program_id, until=until),
        at.texts("access.key", secret=made.text),
        at.texts("access.once"),
    ]
    answer(asked, {"key": made.key, "text": made.text}, lines)


@key.command("list")
@click.option("--program", "program_id", metavar="ID", help="Only of this program.")
@looker_option
@json_option
@click.pass_obj
def list_keys(asked: Asked, program_id: str | None, by: str) -> None:
    """List the keys and about when each was last used; never the keys themselves."""
    at = desk(asked)
    found = looking.list_keys(at.hub, at.organisation, by, program_id=program_id)
    headings = [at.texts(key) for key in ("id", "program", "scopes", "until", "used", "standing")]
    rows = (_key(one, at.texts) for one in found)
    answer(asked, {"keys": found}, table(headings, rows) or [at.texts("access.no_keys")])


@key.command("revoke")
@click.argument("key_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def revoke_key(asked: Asked, key_id: str, yes: bool, by: str) -> None:
    """Let the key never work again."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("access.revoke_key?", id=key_id), yes=yes)
    gone = programs.revoke_key(at.hub, at.organisation, key_id, by=by)
    answer(asked, {"key": gone}, [at.texts("access.key_revoked", id=gone.id)])


@command.group(cls=Group)
def provider() -> None:
    """Say where the people of an app sign in."""


@provider.command("add")
@click.argument("provider_id", metavar="ID")
@click.option("--issuer", required=True, help="Its address, exactly as its tokens say.")
@click.option("--client-id", required=True, help="What the app is called there.")
@click.option("--app", "connector_id", required=True, metavar="CONNECTOR", help="The connection of the app.")
@by_option
@json_option
@click.pass_obj
def add_provider(
    asked: Asked, provider_id: str, issuer: str, client_id: str, connector_id: str, by: str
) -> None:
    """Take what the people of an app get where they sign in, once they were invited."""
    at = desk(asked)
    made = accounts.add_provider(
        at.hub,
        at.organisation,
        provider_id,
        issuer=issuer,
        client_id=client_id,
        connector_id=connector_id,
        by=by,
    )
    lines = [
        at.texts("access.provider_added", id=made.id),
        at.texts("access.audience", audience=made.audience),
    ]
    answer(asked, {"provider": made}, lines)


@provider.command("list")
@looker_option
@json_option
@click.pass_obj
def list_providers(asked: Asked, by: str) -> None:
    """List where people sign in."""
    at = desk(asked)
    found = looking.list_providers(at.hub, at.organisation, by)
    headings = [at.texts(key) for key in ("id", "issuer", "app", "connection", "since")]
    rows = ((one.id, one.issuer, one.client_id, one.connector_id, at.texts.moment(one.at)) for one in found)
    answer(asked, {"providers": found}, table(headings, rows) or [at.texts("access.no_providers")])


@provider.command("remove")
@click.argument("provider_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def remove_provider(asked: Asked, provider_id: str, yes: bool, by: str) -> None:
    """Let nobody ask anything any more who signs in there. Their accounts stay, for when it comes back."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("access.remove_provider?", id=provider_id), yes=yes)
    gone = accounts.remove_provider(at.hub, at.organisation, provider_id, by=by)
    answer(asked, {"provider": gone}, [at.texts("access.provider_removed", id=gone.id)])


@command.command()
@click.argument("who", metavar="[PARTY]", required=False, default="")
@click.option(
    "--role", type=click.Choice(_PEOPLE), help="Staff with this role; unless given, who uses an app."
)
@by_option
@json_option
@click.pass_obj
def invite(asked: Asked, who: str, role: str | None, by: str) -> None:
    """Make a code for PARTY, or for staff. It is shown once, and counts once, for seven days.

    Whoever signs in and shows it is that person from then on: hand it over yourself.
    """
    at = desk(asked)
    made = accounts.invite(at.hub, at.organisation, who, role=Role(role) if role else Role.PARTICIPANT, by=by)
    lines = [
        at.texts("access.invited", until=at.texts.moment(made.expires_at)),
        at.texts("access.code", code=made.code),
        at.texts("access.code_once"),
    ]
    answer(asked, {"invitation": made}, lines)


@command.group(cls=Group)
def invitation() -> None:
    """See who is invited, and take that back."""


@invitation.command("list")
@looker_option
@json_option
@click.pass_obj
def list_invitations(asked: Asked, by: str) -> None:
    """List the invitations that nobody used yet; never their codes."""
    at = desk(asked)
    found = looking.list_invitations(at.hub, at.organisation, by)
    headings = [at.texts(key) for key in ("id", "party", "role", "until")]
    rows = ((one.id, str(one.party or ""), one.role, at.texts.moment(one.expires_at)) for one in found)
    answer(asked, {"invitations": found}, table(headings, rows) or [at.texts("access.no_invitations")])


@invitation.command("withdraw")
@click.argument("invitation_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def withdraw_invitation(asked: Asked, invitation_id: str, yes: bool, by: str) -> None:
    """Let nobody become anybody by the code of invitation ID any more."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("access.withdraw?", id=invitation_id), yes=yes)
    gone = accounts.withdraw(at.hub, at.organisation, invitation_id, by=by)
    answer(asked, {"invitation": gone}, [at.texts("access.withdrawn", id=gone.id)])


@command.group(cls=Group)
def account() -> None:
    """See who may sign in, and take that back."""


@account.command("list")
@looker_option
@json_option
@click.pass_obj
def list_accounts(asked: Asked, by: str) -> None:
    """List who may ask something once they signed in."""
    at = desk(asked)
    found = looking.list_accounts(at.hub, at.organisation, by)
    headings = [at.texts(key) for key in ("id", "party", "role", "issuer", "since")]
    rows = (
        (
            one.id,
            called(one.party, {one.party: one.name} if one.name else {}) if one.party else "",
            one.role,
            one.issuer,
            at.texts.moment(one.at),
        )
        for one in found
    )
    answer(asked, {"accounts": found}, table(headings, rows) or [at.texts("access.no_accounts")])


@account.command("remove")
@click.argument("account_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def remove_account(asked: Asked, account_id: str, yes: bool, by: str) -> None:
    """Let this person ask nothing any more, until they are invited again."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("access.remove_account?", id=account_id), yes=yes)
    gone = accounts.remove(at.hub, at.organisation, account_id, by=by)
    answer(asked, {"account": gone}, [at.texts("access.account_removed", id=gone.id)])


def _program(one: Program, texts: Texts) -> tuple[str, ...]:
    standing = texts("access.revoked_at", at=texts.moment(one.revoked_at)) if one.revoked_at else ""
    return (one.id, one.title, one.role, one.connector_id, texts.moment(one.at), standing)


def _key(one: Key, texts: Texts) -> tuple[str, ...]:
    scopes, until, used = " ".join(one.scopes), texts.moment(one.expires_at), texts.moment(one.used_at)
    return (one.id, one.program_id, scopes, until, used, _standing(one, texts))


def _standing(one: Key, texts: Texts) -> str:
    if one.revoked_at:
        return texts("access.revoked_at", at=texts.moment(one.revoked_at))
    if one.is_expired:
        return texts("access.expired")
    return texts("access.works" if one.works else "access.program_gone")
