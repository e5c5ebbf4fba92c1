"""Addresses that lead into a private network, or are not plain ones, are refused before anything is connected to."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from interviewer.errors import DocumentRefused
from interviewer.library.addresses import STRICT, Policy, is_public, parsed
from interviewer.library.fetching import fetch
from tests.library.fetching.site import Names, Trap

NOT_PUBLIC = (
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.1"),
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("192.0.0.192", "192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1"),
    *("168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1"),
    *("2001::1", "2001:0:53aa:64c:0:7a5b:80ff:fefe", "2001:db8::1", "2001:10::1", "2001:20::1", "3fff::1"),
    *("fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "100::1", "4000::1"),
    *("2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1"),
    *("", "localhost", "8.8.8", "134744072", "08.8.8.8", "0x8.8.8.8"),
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1")

LOOPBACK_HOSTS = (
    *("127.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433"),
    *("0x7f000001", "0x7f.1", "0x7F.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "00.0.0.0"),
    *(
        "127.000.000.001",
        "127。0。0。1",
        "127．0．0．1",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "%31%32%37.0.0.1",
        "127.0.0.1%00",
    ),
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
)

NO_ADDRESS = (
    *(
        "file:///etc/passwd",
        "ftp://example.com/a",
        "gopher://example.com/_x",
        "data:text/html,hi",
        "javascript:alert(1)",
    ),
    *("jar:http://example.com!/", "dict://example.com:11211/", "ldap://example.com/", "ws://example.com/"),
    *("http:///a", "http:example.com", "//example.com/a", "example.com", "", "http://", "http://?", "https://#a"),
    *("http://user:pass@example.com/", "http://user@example.com/", "http://example.com@127.0.0.1/"),
    *("http://127.0.0.1\\@example.com/", "http://example.com\\@127.0.0.1/", "http://exa mple.com/"),
    *("http://example.com/a b", "http://example.com/\r\nHost: localhost", "http://example.com/\x00"),
    *("http://example.com:22/", "http://example.com:6379/", "http://example.com:8080/", "https://example.com:0/"),
    *("http://example.com:99999/", "http://example.com:x/", "http://[::1", "http://a..b/", "http://.a/"),
    *("http://example.com\u202e/", "http://ex\u00adample.com:25/", f"http://example.com/{'a' * 2000}"),
    *(f"http://{'a' * 64}.com/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://017700000001/"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [address for address in NOT_PUBLIC if address[:1].isdigit() or ":" in address])
def test_a_name_that_leads_there_is_refused(address: str) -> None:
    names = Names({"blog.test": [[address]], "mixed.test": [["93.184.216.34", address]]})
    for host in names.answers:
        with pytest.raises(DocumentRefused, match="private network"):
            fetch(f"https://{host}/", policy=Policy(resolve=names))


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_no_plain_address_is_refused_without_a_look_up(address: str) -> None:
    names = Names({}, otherwise="93.184.216.34")
    with pytest.raises(DocumentRefused) as refused:
        fetch(address, policy=Policy(resolve=names))
    assert names.asked == []
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
    assert "pass" not in str(refused.value).replace("passes", "")


@pytest.mark.parametrize("host", LOOPBACK_HOSTS)
def test_no_way_of_writing_loopback_reaches_a_listener_there(host: str) -> None:
    with contextlib.ExitStack() as traps:
        trap = traps.enter_context(Trap())
        listening = [trap]
        if socket.has_ipv6:
            # Its port may be taken, or the machine have no such address: the others are still looked at.
            with contextlib.suppress(OSError):
                listening.append(traps.enter_context(Trap("::1", trap.port)))
        with pytest.raises(DocumentRefused):
            fetch(f"http://{host}:{trap.port}/", policy=Policy(ports=frozenset({trap.port}), seconds=5))
        assert all(found.untouched() for found in listening)


def test_the_default_refuses_a_listener_on_loopback() -> None:
    with Trap() as trap:
        for address in (f"http://127.0.0.1:{trap.port}/", f"http://localhost:{trap.port}/", "http://localhost/"):
            with pytest.raises(DocumentRefused):
                fetch(address)
        assert trap.untouched()
        # The trap does see who comes.
        socket.create_connection(("127.0.0.1", trap.port)).close()
        assert not trap.untouched()
    assert Policy() == STRICT
    assert not STRICT.exempt


def test_an_exemption_is_for_one_port_of_one_address() -> None:
    policy = Policy(exempt=frozenset({("127.0.0.1", 8123)}))
    assert policy.allows("127.0.0.1", 8123)
    assert not policy.allows("127.0.0.1", 80)
    assert not policy.allows("127.0.0.2", 8123)
    assert not policy.allows("8.8.8.8", 8123)
    assert policy.allows("8.8.8.8", 443)


def test_the_connection_goes_to_the_address_that_was_checked(network_guard: list[str]) -> None:
    """A name that is public when it is checked and this machine's a moment later: it is not asked again."""
    with Trap() as trap:
        names = Names({"rebinding.test": [["93.184.216.34"], ["127.0.0.1"]]})
        with pytest.raises(DocumentRefused, match="refuses the connection"):
            fetch(f"http://rebinding.test:{trap.port}/", policy=Policy(ports=frozenset({trap.port}), resolve=names))
        assert names.asked == ["rebinding.test"]
        assert trap.untouched()
        assert network_guard == [f"93.184.216.34:{trap.port}"]
    network_guard.clear()


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(DocumentRefused, match=r"no host nowhere\.invalid"):
        fetch("https://nowhere.invalid/")
    with pytest.raises(DocumentRefused, match=r"no host empty\.test"):
        fetch("https://empty.test/", policy=Policy(resolve=Names({"empty.test": [[]]})))


def test_no_network_at_all() -> None:
    def resolve(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(DocumentRefused, match="no network"):
        fetch("https://blog.test/", policy=Policy(resolve=resolve))


def test_a_look_up_that_hangs_ends_with_the_time() -> None:
    def resolve(host: str) -> list[str]:
        time.sleep(6)
        return ["93.184.216.34"]

    begun = time.monotonic()
    with pytest.raises(DocumentRefused, match=r"within 0\.2 seconds"):
        fetch("https://blog.test/", policy=Policy(resolve=resolve, seconds=0.2))
    assert time.monotonic() - begun < 4


def test_names_in_other_scripts_go_out_in_ascii_and_fragments_stay() -> None:
    url = parsed("https://Bücher.example:443/a?b=c#d", policy=STRICT)
    assert (url.raw_host, str(url)) == (b"xn--bcher-kva.example", "https://xn--bcher-kva.example/a?b=c")
