"""The hosts themselves: joined by their cables, apart from this machine, and gone in the end."""

import os
import socket
import subprocess

import pytest

from tests.integration.netns.lan import NAMESPACES, Host, Lan, ip, left_behind
from tests.support.centre import eventually

SOON_S = 10.0


def heard(sender: Host, receiver: Host) -> bool:
    """Whether a datagram to a multicast address gets from one host to the other."""
    group = "224.0.0.251"
    with receiver.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        joined = socket.inet_aton(group) + socket.inet_aton(receiver.address)
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        listening.bind((group, 5454))
        listening.settimeout(0.5)
        with sender.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            via = socket.inet_aton(sender.address)
            sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, via)
            sending.sendto(b"here", (group, 5454))
        try:
            return listening.recv(16) == b"here"
        except TimeoutError:
            return False


def test_multicast_gets_across_the_switch_and_no_further_than_the_cable(switch: Lan) -> None:
    one, other = switch.host("one"), switch.host("two")
    eventually(lambda: heard(one, other), SOON_S)
    other.pull_the_cable()
    assert not heard(one, other)
    other.plug_in()
    eventually(lambda: heard(one, other), SOON_S)


def test_a_thread_comes_back_to_where_it_was(switch: Lan) -> None:
    host = switch.host("visited")
    here = os.readlink("/proc/thread-self/ns/net")

    def fail() -> None:
        with host.entered():
            assert os.readlink("/proc/thread-self/ns/net") != here
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert os.readlink("/proc/thread-self/ns/net") == here


@pytest.mark.usefixtures("switch")
def test_what_a_killed_run_left_is_swept_and_nobody_else_s() -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    theirs, ours = f"vt{killed.pid}-left", f"vt{os.getpid()}-mine"
    ip("netns", "add", theirs)
    ip("netns", "add", ours)
    try:
        with Lan() as lan:
            switch = lan.switch
            assert (NAMESPACES / switch).exists()
            assert not (NAMESPACES / theirs).exists()
            assert (NAMESPACES / ours).exists()
        assert not (NAMESPACES / switch).exists()
        assert left_behind() == []
    finally:
        ip("netns", "del", ours)
