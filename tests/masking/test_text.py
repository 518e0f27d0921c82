"""Text without secrets: what stands next to a secret name, and where passwords stand, and nothing else."""

import time

import pytest

from kedro_nb.masking import mask_code, mask_start, mask_text

CANARY = "Zq7canaryX9"
SECRETS = [
    "password = CANARY",
    "password => CANARY",
    '"password" : "CANARY"',
    'pwd="a CANARY"',
    "app --db-password CANARY",
    "PGPASSWORD='CANARY y' psql",
    "export AWS_SECRET_ACCESS_KEY=CANARY/x+y==",
    "mongodb+srv://u:CANARY@cl.x.net/?authSource=admin",
    "jdbc:postgresql://h/db?user=me&password=CANARY",
    "sqlserver://h:1433;user=me;password=CANARY;encrypt=true",
    "amqp://u:CANARY@h//v",
    "s3://AKIA1:CANARY@bucket/x",
    "PWD=a CANARY,c;Server=h",
    "<password>CANARY</password>",
    "<ns:Password a='1'>CANARY</ns:Password>",
    "&quot;password&quot;: &quot;CANARY&quot;",
    "&#34;token&#34;:&#34;CANARY&#34;",
    "?AWSAccessKeyId=x&Signature=CANARY&Expires=1",
    "https://storage/x?X-Goog-Signature=CANARY",
    "db:\n  password: |\n    CANARY\n    CANARY\n  port: 1",
    "Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=h, Signature=CANARY",
    "{password: CANARY, user: me}",
    "x [api_key=CANARY] y",
    "(token=CANARY)",
    "auth=('me', 'CANARY')",
    "headers={'Authorization': 'Basic CANARY'}",
    "Set-Cookie: sid=CANARY; Path=/",
    "{'db': {'clientSecret': 'CANARY'}}",
    "api_key:CANARY",
    "postgres://me:CANARY@h1,postgres://me:CANARY@h2/x",
    "'password': b'CANARY'",
    "password=r'CANARY'",
    "--token=CANARY",
    "kwargs: {'passphrase': 'CANARY', 'n': 1}",
    "smtp_pass=CANARY",
    "{'password': ['CANARY', 'CANARY']}",
    "{'password': 'CANARY",
    "password='CANARY",
    "secret_key=CANARY&x",
    'password="CANARY\\"xCANARY" z',
    "token='it''s CANARY'",
    "jdbc:oracle:thin:me/CANARY@//host:1521/x",
    "me:CANARY@tcp(127.0.0.1:3306)/db",
    "curl -u me:CANARY https://host",
    "curl --user 'me:CANARY' https://host",
    "Authorization=Basic CANARY",
    'Authorization: Digest username="me", response="CANARY"',
    "ALTER USER me WITH PASSWORD 'CANARY'",
    'CREATE USER me IDENTIFIED BY "CANARY"',
    "https://hooks.slack.com/services/T0/B0/CANARY",
    '{"name": "DB_PASSWORD", "value": "CANARY"}',
    '<add key="password" value="CANARY"/>',
    "- name: DB_PASSWORD\n  value: CANARY\n",
    "https://host/login?next=%2Fa%3Ftoken%3DCANARY",
]
NO_SECRETS = [
    "Access denied for user 'me' (using password: YES)",
    "the primary_key: id, max_tokens=5",
    "KeyError: 'password'",
    "got an unexpected keyword argument 'token'",
    "Unexpected token '}' at 5",
    "No module named 'secrets'",
    "value: 5; key: 3",
    "a<b and token>c</d>",
    "fail([params:db.password]) -> [out]",
    "tokenizer=abc passenger_count=3 author: me",
    "CredentialsNotFoundError: Unable to find",
    "2026-01-01 12:30:05 http://host:80/a@b",
    "docker pull x/y:1.2@sha256:abc",
    "see https://x.y/z?page=2&sort=key",
    "Write it as db.password=VALUE, items",
    "SecretStr is missing; keyboard=1",
    "pass: 2, pass=1/3 and token: 17",
    "sas7bdat=x, sas_dataset: y",
    "name: id\nvalue: 3, key=name value=4",
    "sort -u a:b, the user me:x",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_stands_in_the_place_of_a_secret_is_hidden(text):
    text = text.replace("CANARY", CANARY)
    masked = mask_text(text)
    assert CANARY not in masked
    assert "***" in masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize("text", NO_SECRETS)
def test_other_text_stays_as_it_is(text):
    assert mask_text(text) == text


@pytest.mark.parametrize("text", SECRETS)
def test_no_part_of_a_secret_is_left_where_a_text_is_cut(text):
    text = "x " * 50 + text.replace("CANARY", CANARY)
    for most in range(100, len(text)):
        assert CANARY[:4] not in mask_start(text, most)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('password = params["password"]', None),
        ("token = tokens[0]", None),
        ('if mode == "token": return', None),
        ('key = row["key"]', None),
        ("connect(password=secret, user=user)", None),
        ('connect(password="x", n=1)', 'connect(password="***", n=1)'),
        ('settings["password"] = "x"', 'settings["password"] = "***"'),
        ('login = {"user": "me", "token": "x"}', 'login = {"user": "me", "token": "***"}'),
        ("connect(password=12345)", "connect(password=***)"),
        ('read("postgres://me:x@host")', 'read("postgres://me:***@host")'),
        (
            'connect(\x1b[32mpassword\x1b[39m=\x1b[33m"x"\x1b[39m)',
            'connect(\x1b[32mpassword\x1b[39m=\x1b[33m"***"\x1b[39m)',
        ),
    ],
)
def test_in_code_only_literals_are_hidden(line, shown):
    assert mask_code(line) == (shown or line)


@pytest.mark.parametrize(
    "piece",
    [
        *[
            "a-",
            "a=b,",
            "password ",
            "://",
            "a://b:",
            "'password': [",
            "\\",
            "(",
            "password='",
            "a-eyJ",
            "x token=f(",
        ],
        *[
            "<password>",
            "&quot;key",
            "password: |\n  x\n",
            "PWD=x y;",
            "-----BEGIN PRIVATE KEY-----",
            "\x1b[31mkey=",
            "pw",
        ],
        *[
            "name=password value",
            "name: ",
            "curl -u a:",
            "jdbc:oracle:thin:a/",
            "me:a@tcp",
            "password 'a\n",
            "%3Ftoken%3D",
            "authorization: digest ",
        ],
    ],
)
def test_the_time_grows_with_the_length_of_a_text(piece):
    times = []
    for size in (50_000, 400_000):
        begun = time.process_time()
        mask_text((piece * size)[:size] + " token=")
        times.append(time.process_time() - begun)
    assert times[1] < 24 * max(times[0], 0.004)  # 8 when linear, 64 when quadratic
