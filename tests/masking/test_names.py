"""Names of secrets are told from names that only look like them, word by word."""

import pytest

from kedro_nb.masking import is_secret

SECRET = """
password db_password dbPassword PASSWORD passwords password2 user-password my.password.value admin_passwd passphrase
pwd DB_PWD PGPASSWORD MYSQL_PWD redispassword db_pass smtp.pass SSHPASS passcode
secret secrets client_secret clientsecret clientSecret APP_SECRET secret_key_base webhook-secret
token api_token API_TOKEN authToken accesstoken refresh_token id_token github_token auth_tokens access_tokens bearer
key api_key apikey api_keys apiKey x-api-key X_API_KEY accesskey access_key private_key privateKey AccountKey
AWS_SECRET_ACCESS_KEY aws_access_key_id encryption_key ssh_key signing-key SharedAccessKey X-Amz-Signature
SharedAccessSignature sas_token jwt JWT user_jwt authorization Authorization Proxy-Authorization auth basic_auth oauth
cookie session_cookie Set-Cookie cookies credential credentials aws_credentials gcp_creds creds otp csrf_token
params:db.password params:credentials.host
"""

NO_SECRET = """
primary_key foreign_key sort_key partition_key public_key join_keys keys keyword keyboard monkey key_column row_key
max_tokens tokens n_tokens token_count tokenizer tokenize pad_token eos_token mask_token stop_token next_token
tokens_used token_type token_limit token_url
passenger_count passage compass passthrough passing bypass first_pass low_pass pass_rate passes passport
passwordless password_length password_policy password_file password_required
secretary secretion secret_name author authors authority authentic auth_method auth_url oauthlib
cookie_policy cookie_policy_text cookiecutter credential_path credentials_file jwt_expiry keyring
signature function_signature design assignment k x name user username host port url path data description
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_a_value_of_this_name_is_hidden(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", NO_SECRET.split())
def test_a_value_of_this_name_is_shown(name):
    assert not is_secret(name)


@pytest.mark.parametrize("name", [None, 1, b"password", ("password",), "x" * 10_000 + "password"])
def test_what_is_no_name_is_no_secret(name):
    assert not is_secret(name)
