"""Where in each CRM its administrator finds what opens it, step by step."""

from kam_sync.web.wording.language import Language


def needs(language: Language, kind: str) -> str:
    """What has to be at hand."""
    known = {
        "amocrm": language.gettext("The address, and a token of an administrator or OAuth keys."),
        "kommo": language.gettext("The address, and a token of an administrator or OAuth keys."),
        "bitrix24": language.gettext("The address, and an inbound webhook or OAuth keys."),
        "megaplan": language.gettext("The address, and a token of an administrator."),
        "1c": language.gettext("The address of a base with OData, and a user who may only read."),
        "sbercrm": language.gettext("The address and a token. On trial: tell us what is missing."),
        "generic": language.gettext("A profile that says how its API is read: for a programmer."),
    }
    return known.get(kind) or language.gettext("The address and a token.")


def by_token(language: Language, kind: str) -> list[str]:
    """How to get the token; nothing for kinds of which only a sentence is known."""
    say = {
        "amocrm": [
            language.gettext("In amoCRM, as an administrator, open Settings → Integrations."),
            language.gettext("Press “Create integration”, choose a private one, and save it."),
            language.gettext("On its tab “Keys and scopes” make a long-lived token and copy it."),
        ],
        "kommo": [
            language.gettext("In Kommo, as an administrator, open Settings → Integrations."),
            language.gettext("Press “Create integration”, choose a private one, and save it."),
            language.gettext("On its tab “Keys and scopes” make a long-lived token and copy it."),
        ],
        "bitrix24": [
            language.gettext(
                "In Bitrix24, as an administrator, open Developer resources → Other → "
                "Inbound webhook."
            ),
            language.gettext("Give it the rights crm, task, user and department, and save it."),
            language.gettext("Copy the whole address of the webhook: it is the token."),
        ],
        "megaplan": [
            language.gettext("In Megaplan, as an administrator, open Settings → Applications."),
            language.gettext("Make an application with access to the API and copy its token."),
        ],
        "1c": [
            language.gettext("The administrator of 1C publishes the base with OData."),
            language.gettext("In the Designer or in the base make a user that may only read."),
            language.gettext("Write its name and password with a colon between: name:password."),
        ],
    }
    return say.get(kind, [])


def by_oauth(language: Language, kind: str) -> list[str]:
    """How to get the two keys of an integration."""
    if kind in {"amocrm", "kommo"}:
        return [
            language.gettext("Make the same private integration as for a token."),
            language.gettext("As its redirect URI give exactly the one that stands below."),
            language.gettext(
                "On the tab “Keys and scopes” copy the integration ID and the secret."
            ),
        ]
    return [
        language.gettext("Make a local application with the redirect URI that stands below."),
        language.gettext("Copy its client id and its client secret."),
    ]
