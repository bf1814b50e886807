"""DnsQuery's records, made of the host's own file and of answers that a server might give; echo requests."""

from __future__ import annotations

import socket

import pytest

pytest.importorskip("dns", reason="the extra `dns` is not installed")

PRELUDE = r"""
import socket
from windlass.ctypes import *
dnsapi = windll.dnsapi

class Record(Structure):
    pass
Record._fields_ = [("next", POINTER(Record)), ("name", c_wchar_p), ("type", c_uint16), ("size", c_uint16),
                   ("flags", c_uint32), ("ttl", c_uint32), ("reserved", c_uint32), ("data", c_ubyte * 64)]

def query(name, kind, options=0):
    found = POINTER(Record)()
    code = dnsapi.DnsQuery_W(name, kind, options, None, byref(found), None)
    return found if code == 0 else code

def records(found):
    while found:
        yield found.contents
        found = found.contents.next

def answers(text):
    '''Every question is answered with these records.'''
    import dns.message, dns.rdataclass, dns.resolver, dns.rrset
    class Answer:
        response = dns.message.Message()
    for line in text.splitlines():
        name, ttl, kind, *rest = line.split(maxsplit=3)
        Answer.response.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, *rest))
    dns.resolver.Resolver.__init__ = lambda self, configure=True: None
    dns.resolver.Resolver.resolve = lambda *arguments, **named: Answer
"""


@pytest.fixture
def run(fresh_python):
    return lambda code: fresh_python(PRELUDE + code).splitlines()


def test_addresses_and_where_they_are_found(run):
    lines = run("""
answers("www.example.test. 300 CNAME example.test.\\nexample.test. 60 A 192.0.2.7")
found = query("www.example.test", 1)
for record in records(found):
    print(record.name, record.type, record.size, record.ttl)
    if record.type == 1:
        print(socket.inet_ntoa(bytes(record.data[:4])))
    else:
        print(cast(record.data, POINTER(c_wchar_p))[0])
dnsapi.DnsFree(found, 1)
""")
    assert lines == ["www.example.test 5 8 300", "example.test", "example.test 1 4 60", "192.0.2.7"]


def test_mail_servers_texts_and_services(run):
    lines = run("""
answers('a.test. 60 MX 10 mail.a.test.\\na.test. 60 TXT "one" "two"\\na.test. 60 SRV 1 2 389 b.test.')
mail, text, service = records(query("a.test", 255))
pointers = lambda record: cast(record.data, POINTER(c_wchar_p))
print(pointers(mail)[0], int.from_bytes(bytes(mail.data[8:10]), "little"))
print(text.data[0], pointers(text)[1], pointers(text)[2])
print(pointers(service)[0], [int.from_bytes(bytes(service.data[i:i + 2]), "little") for i in (8, 10, 12)])
""")
    assert lines == ["mail.a.test 10", "2 one two", "b.test [1, 2, 389]"]


def test_failures(run):
    lines = run("""
import dns.resolver
answers("")
print(query("nothing.test", 1), query(None, 1))
def refuse(*arguments, **named):
    raise dns.resolver.NXDOMAIN
dns.resolver.Resolver.resolve = refuse
print(query("nowhere.test", 1), query("nowhere.test", 1, 0x10))
""")
    assert lines == ["9501 87", "9003 9003"]


def test_names(run):
    lines = run("""
print(dnsapi.DnsNameCompare_W("Example.TEST.", "example.test"), dnsapi.DnsNameCompare_A(b"a", b"b"))
check = dnsapi.DnsValidateName_W
names = ("a.test", 0), ("a b", 0), ("a_b.test", 0), ("a.b", 1), ("a..b", 0), ("12", 2)
print(*(check(*name) for name in names))
""")
    assert lines == ["1 0", "0 9560 9556 123 123 9561"]


def may_ping():
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
            return True
        except OSError:
            continue
    return False


@pytest.mark.skipif(not may_ping(), reason="this user may not send echo requests (ping_group_range)")
def test_an_echo_comes_back(run):
    lines = run("""
import struct
iphlpapi, kernel32 = windll.iphlpapi, windll.kernel32
iphlpapi.IcmpCreateFile.restype = kernel32.CreateEventW.restype = c_void_p
handle = c_void_p(iphlpapi.IcmpCreateFile())
loopback = struct.unpack("<I", socket.inet_aton("127.0.0.1"))[0]
reply = create_string_buffer(200)
print(iphlpapi.IcmpSendEcho(handle, loopback, b"windlass", 8, None, reply, 200, 2000))
address, status, _, size, _, data = struct.unpack_from("<IIIHHQ", reply)
print(address == loopback, status, string_at(data, size))
print(iphlpapi.IcmpSendEcho(handle, loopback, b"windlass", 8, None, reply, 20, 2000), GetLastError())
event = c_void_p(kernel32.CreateEventW(None, False, False, None))
echo = loopback, b"later", 5, None, reply, 200, 2000
print(iphlpapi.IcmpSendEcho2(handle, event, None, None, *echo), GetLastError())
print(kernel32.WaitForSingleObject(event, 5000), iphlpapi.IcmpParseReplies(reply, 200))
print(iphlpapi.IcmpCloseHandle(handle))
""")
    assert lines == ["1", "True 0 b'windlass'", "0 11001", "0 997", "0 1", "1"]


EX = r"""
class Request(Structure):
    _fields_ = [("version", c_uint32), ("name", c_wchar_p), ("kind", c_uint16), ("options", c_uint64),
                ("servers", c_void_p), ("interface", c_uint32), ("callback", c_void_p), ("context", c_void_p)]

class Result(Structure):
    _fields_ = [("version", c_uint32), ("status", c_uint32), ("options", c_uint64),
                ("records", POINTER(Record)), ("reserved", c_void_p)]

result = Result(1)
def ask(name, callback=None, cancel=None):
    request = Request(1, name, 1, 0, None, 0, callback, 77)
    return dnsapi.DnsQueryEx(byref(request), byref(result), cancel)
"""


def test_questions_whose_answer_comes_later(run):
    lines = run(
        EX
        + """
import threading
answers("example.test. 60 A 192.0.2.7")
print(ask("example.test"), result.status, socket.inet_ntoa(bytes(result.records.contents.data[:4])))
dnsapi.DnsRecordListFree(result.records, 1)
told, done = [], threading.Event()
@WINFUNCTYPE(None, c_void_p, c_void_p)
def completed(context, place):
    told.append((context, place == addressof(result), result.status))
    done.set()
handle = c_uint64()
print(ask("example.test", cast(completed, c_void_p), byref(handle)), done.wait(60), told)
print(socket.inet_ntoa(bytes(result.records.contents.data[:4])))
print(dnsapi.DnsCancelQuery(byref(handle)), result.version, dnsapi.DnsQueryEx(None, byref(result), None))
"""
    )
    assert lines == ["0 0 192.0.2.7", "9506 True [(77, True, 0)]", "192.0.2.7", "87 1 87"]


def test_a_question_is_cancelled_once(run):
    lines = run(
        EX
        + """
import dns.resolver, threading, time
go, told = threading.Event(), []
answers("example.test. 60 A 192.0.2.7")
quick = dns.resolver.Resolver.resolve
dns.resolver.Resolver.resolve = lambda *a, **n: (go.wait(60), quick(*a, **n))[1]
@WINFUNCTYPE(None, c_void_p, c_void_p)
def completed(context, place):
    told.append(result.status)
handle = c_uint64()
print(ask("example.test", cast(completed, c_void_p), byref(handle)))
print(dnsapi.DnsCancelQuery(byref(handle)), told)
go.set()
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join(60)
print(told, bool(result.records))
"""
    )
    assert lines == ["9506", "0 [1223]", "[1223] False"]
