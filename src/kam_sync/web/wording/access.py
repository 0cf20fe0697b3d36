"""Roles, areas, what happened to access and what is wrong with a wish, in words for people."""

from kam_sync.access.model import Area, Role, What
from kam_sync.access.wrong import Ill
from kam_sync.web.wording.language import Language


def role(language: Language, found: Role) -> str:
    """What somebody is called by their role."""
    match found:
        case Role.ADMIN:
            return language.gettext("administrator")
        case Role.HEAD:
            return language.gettext("head of sales")
        case Role.KAM:
            return language.gettext("account manager")
        case Role.VIEWER:
            return language.gettext("viewer")
        case Role.INTEGRATOR:
            return language.gettext("integrator")


def role_may(language: Language, found: Role) -> str:
    """What a role is for."""
    match found:
        case Role.ADMIN:
            return language.gettext("everything, with people and keys")
        case Role.HEAD:
            return language.gettext("sees everything; acts on alerts, accounts, rules and channels")
        case Role.KAM:
            return language.gettext("own accounts and their alerts, and no others")
        case Role.VIEWER:
            return language.gettext("looks at accounts, alerts and the portfolio")
        case Role.INTEGRATOR:
            return language.gettext("connects CRMs and programs; no people and no keys")


def what(language: Language, found: What) -> str:
    """What happened."""
    said = {
        What.ENTERED: language.gettext("logged in"),
        What.REFUSED: language.gettext("was not let in"),
        What.LEFT: language.gettext("logged out"),
        What.ENDED: language.gettext("ended log-ins"),
        What.PASSWORD_SET: language.gettext("set a password"),
        What.INVITED: language.gettext("invited"),
        What.LINKED: language.gettext("made a link for a new password"),
        What.CHANGED: language.gettext("changed"),
        What.SWITCHED_OFF: language.gettext("switched off"),
        What.SWITCHED_ON: language.gettext("switched on"),
        What.KEY_MADE: language.gettext("made a key"),
        What.KEY_REVOKED: language.gettext("revoked a key"),
    }
    return said[found]


def areas(language: Language) -> dict[Area, str]:
    """What keys can be narrowed to."""
    return {
        Area.ACCOUNTS: language.gettext("accounts"),
        Area.ALERTS: language.gettext("alerts"),
        Area.PORTFOLIO: language.gettext("portfolio"),
        Area.KPIS: language.gettext("KPIs"),
        Area.EXPORTS: language.gettext("tables as files"),
        Area.RECORDS: language.gettext("records of CRMs"),
        Area.FACTS: language.gettext("given rows, plans and rates"),
        Area.MATCHES: language.gettext("what is one customer"),
        Area.RULES: language.gettext("rules of alerts"),
        Area.CHANNELS: language.gettext("channels"),
        Area.SOURCES: language.gettext("sources"),
        Area.LEDGER: language.gettext("comparison with the CRM"),
        Area.JOBS: language.gettext("timetable and queue"),
        Area.TARGETS: language.gettext("webhooks to other systems"),
        Area.OPS: language.gettext("health and metrics"),
        Area.PRIVACY: language.gettext("personal data"),
        Area.MEMBERS: language.gettext("people who log in"),
        Area.KEYS: language.gettext("API keys"),
    }


def wrong(language: Language, why: Ill) -> str:
    """What is wrong, and what to do instead."""
    return _of_passwords(language).get(why) or _of_people(language)[why]


def _of_passwords(language: Language) -> dict[Ill, str]:
    return {
        Ill.SHORT: language.gettext("The password is too short: at least 10 characters."),
        Ill.LONG: language.gettext("The password is too long: at most 200 characters."),
        Ill.IS_EMAIL: language.gettext("The e-mail is no password: everybody knows it."),
        Ill.COMMON: language.gettext(
            "This password is one of the first that are guessed. Choose another one."
        ),
        Ill.OLD_PASSWORD: language.gettext("The password of now is another one."),
    }


def _of_people(language: Language) -> dict[Ill, str]:
    return {
        Ill.EMAIL: language.gettext("Write an e-mail address such as olga@example.com."),
        Ill.EMAIL_TAKEN: language.gettext("Somebody with this e-mail is there already."),
        Ill.FIRST_ADMIN: language.gettext(
            "The first one has to be an administrator, or nobody could let others in."
        ),
        Ill.LAST_ADMIN: language.gettext("This is the last administrator. Make another one first."),
        Ill.SWITCHED_OFF: language.gettext("Switched off: switch on first."),
        Ill.KEEPERS: language.gettext("Write at most fifty, each an e-mail or source/id."),
        Ill.KEY_NAME: language.gettext(
            "Name the key with letters, digits, spaces, dots and dashes, sixty at most."
        ),
        Ill.KEY_TAKEN: language.gettext("There is a key of this name; choose another one."),
        Ill.KEY_KEEPERS: language.gettext(
            "Say whose accounts a key with the role of an account manager sees."
        ),
        Ill.KEEPERS_OF_KAM: language.gettext(
            "This role sees all accounts. Only an account manager sees some alone: choose that "
            "role, or leave the field of whose accounts empty."
        ),
        Ill.AREA: language.gettext("This role may not do what is chosen; choose less."),
        Ill.EXPIRY: language.gettext("Write a number of days, or choose that it never expires."),
    }
