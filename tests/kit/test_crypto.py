"""One secret, a key for every purpose, and a file that makes the secret once."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.kit.crypto import Keyring, Undecipherable, secret_in

KEYRING = Keyring("a secret for tests only, 0123456789")
OTHER = Keyring("another secret for tests, 0123456789")
READ = "import sys; from pathlib import Path; from app.kit.crypto import secret_in; sys.stdin.read(); "
READ += "print(secret_in(Path(sys.argv[1])))"


def test_what_was_encrypted_is_decrypted_for_the_same_purpose_and_context() -> None:
    for plain in (b"", b"x", "机密".encode() * 10_000):
        cipher = KEYRING.encrypt("notes", plain, b"of alice")
        assert KEYRING.decrypt("notes", cipher, b"of alice") == plain
        assert len(plain) < 16 or plain not in cipher  # by chance a byte or two may stand in it


def test_the_same_text_is_encrypted_differently_each_time() -> None:
    assert len({KEYRING.encrypt("notes", b"the same") for _ in range(100)}) == 100


def test_another_purpose_context_or_secret_does_not_decrypt() -> None:
    cipher = KEYRING.encrypt("notes", b"plain", b"of alice")
    for keyring, purpose, context in (
        (KEYRING, "letters", b"of alice"),
        (KEYRING, "notes", b"of bob"),
        (KEYRING, "notes", b""),
        (OTHER, "notes", b"of alice"),
    ):
        with pytest.raises(Undecipherable):
            keyring.decrypt(purpose, cipher, context)


def test_every_changed_or_missing_byte_is_noticed() -> None:
    cipher = KEYRING.encrypt("notes", b"plain")
    changed = [cipher[:n] + bytes([cipher[n] ^ 1]) + cipher[n + 1 :] for n in range(len(cipher))]
    for tampered in (*changed, *(cipher[:n] for n in range(len(cipher))), cipher + b"x"):
        with pytest.raises(Undecipherable):
            KEYRING.decrypt("notes", tampered)


def test_a_signature_holds_for_one_message_purpose_and_secret() -> None:
    signature = KEYRING.sign("codes", "message")
    assert len(signature) == 43
    assert KEYRING.verify("codes", "message", signature)
    assert not KEYRING.verify("codes", "massage", signature)
    assert not KEYRING.verify("other", "message", signature)
    assert not OTHER.verify("codes", "message", signature)
    for wrong in ("", "x", signature[:-1], signature + "=", signature.swapcase(), "签名"):
        assert not KEYRING.verify("codes", "message", wrong)


def test_every_purpose_has_a_key_of_its_own() -> None:
    keys = {KEYRING.key(purpose) for purpose in ("a", "b", "a/b", "")} | {OTHER.key("a")}
    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}


def test_the_secret_does_not_show_where_a_keyring_is_printed() -> None:
    assert KEYRING.secret not in repr(KEYRING)


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"
    secret = secret_in(file)
    assert len(secret) >= 64
    assert secret_in(file) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_in(tmp_path / "other.key") != secret


def test_processes_that_make_it_at_once_agree(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()  # go
    secrets = set()
    for child in children:
        assert child.stdout is not None
        secrets.add(child.stdout.read().strip())
        child.stdout.close()
        assert child.wait() == 0
    assert secrets == {file.read_text()}
    assert list(tmp_path.iterdir()) == [file]


def test_a_line_end_that_an_editor_added_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    secret = secret_in(file)
    file.write_text(secret + "\n")
    assert secret_in(file) == secret


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "secret.key"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"secret\.key"):
        secret_in(file)
    assert file.read_text() == content
