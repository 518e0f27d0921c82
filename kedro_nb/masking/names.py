"""Which names are those of secrets: passwords, tokens, keys. Names are compared word by word."""

from __future__ import annotations

import functools
import re

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SEGMENT = re.compile(r"[.:/]")
_LONGEST = 200  # characters: what is longer is no name


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


# A name with one of these words is secret, wherever the word stands.
_SECRET = words(
    "password passwords passwd passwds passphrase passphrases passcode pwd pswd pw secret secrets credential "
    "credentials cred creds jwt bearer authorization otp totp passwort kennwort"
)
# These only count as the last word: cookie_policy and auth_method are no secrets.
_SECRET_AT_END = words("sas cookie cookies auth oauth pass pat sessionid csrf xsrf")
_NOT_A_PASSWORD = words(  # before "pass"
    "first second third last next prev previous high low band one two single multi by boarding season forward "
    "backward train training num max min per"
)
# "key" and "signature" are secret after one of these, and "keys" too; "token" unless it comes after one of the others.
_KEYS_OF = words(
    "api access secret private auth account encryption encrypt decryption signing master shared storage ssh rsa dsa "
    "ecdsa gpg pgp ssl tls crypto aes hmac fernet service subscription license client consumer app application admin "
    "bot deploy webhook session functions function vault"
)
_SIGNATURES_OF = words("access amz goog shared request webhook hmac")
_TOKENS_OF = words("api access auth refresh secret bearer session id sas bot")
_NO_TOKEN = words(
    "pad eos bos unk sep cls mask stop start end special next first last max min num per new prompt completion input "
    "output n k total image audio text word sub"
)
# A name that ends with one of these tells something about a secret, and not the secret.
_ABOUT = words(
    "count counts length lengths len size limit limits type types kind name names file files filename path paths "
    "filepath dir folder url uri endpoint policy expiry expires expired expiration ttl age timeout required enabled "
    "disabled valid validity invalid verified rotation format index column columns col cols field fields label method "
    "mode version schema regex pattern strength hint prompt help ids embedding embeddings budget window rate ratio "
    "usage cost set vocab vocabulary table manager provider store backend location days hours minutes seconds "
    "attempts retries error errors exception warning warnings"
)
_GLUED_END = (
    "password passwd passphrase passcode clientsecret appsecret usersecret sharedsecret apisecret authsecret "
    "consumersecret apikey accesskey secretkey privatekey authkey accountkey sharedkey masterkey signingkey "
    "encryptionkey sshkey storagekey authtoken accesstoken refreshtoken apitoken sastoken sessiontoken bearertoken "
    "idtoken bottoken csrftoken accesskeyid sharedaccesssignature dbpass userpass sshpass mysqlpass pgpass"
)


@functools.cache
def _glued() -> re.Pattern[str]:
    """An expression for names that are written without a border between their words; it takes 1 ms to make."""
    return re.compile(rf"(?:{'|'.join(_GLUED_END.split())})s?$|^password(?!less)")


def is_secret(name: object) -> bool:
    """Whether a value of this name is a secret: db_password, apiKey and PGPASSWORD are; primary_key and author are not.

    Args:
        name: a key, a variable or an option. The parts between dots are names of their own: `db.password`.
    """
    return isinstance(name, str) and len(name) <= _LONGEST and _is_secret(name)


@functools.lru_cache(maxsize=1 << 16)
def _is_secret(name: str) -> bool:
    return any(map(_is_secret_segment, _SEGMENT.split(name)))


def _is_secret_segment(name: str) -> bool:
    found = [word.lower() for word in _WORD.findall(name)]
    if not found or found[-1] in _ABOUT:
        return False
    if found == ["key"] or not _SECRET.isdisjoint(found) or found[-1] in _SECRET_AT_END - {"pass"}:
        return True
    return any(map(_is_secret_word, ["", *found], found, [*found[1:], ""]))


def _is_secret_word(before: str, word: str, after: str) -> bool:
    """Whether a word is secret between its neighbours, which are empty at the ends of the name."""
    if word in {"key", "keys"}:
        return before in _KEYS_OF
    if word == "token":
        return before not in _NO_TOKEN
    if word == "tokens":
        return before in _TOKENS_OF
    if word == "pass":
        return not after and before not in _NOT_A_PASSWORD
    if word == "signature":
        return before in _SIGNATURES_OF
    return _glued().search(word) is not None
