"""Packages from PyPI, unchanged: the DLLs of their Windows wheels do some of their real work.

A wheel's own Python code drives its DLL where it does so by ctypes, in a process that shows it a Windows
Python; other DLLs are called directly. docs/packages.md lists them all.
"""

from __future__ import annotations

import ctypes
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

import windlass.ctypes
from test_cli import windlass as windlass_prints

ROOT = Path(__file__).parent.parent
# Each distribution's DLL.
DLLS = {
    "aries-askar": "aries_askar.dll",
    "capstone": "capstone.dll",
    "confluent-kafka": "librdkafka-*.dll",
    "dss-python-backend": "dss_capi.dll",
    "epam-indigo": "indigo.dll",
    "epyt": "epanet2.dll",
    "espeakng-loader": "espeak-ng.dll",
    "keystone-engine": "keystone.dll",
    "numpy": "libscipy_openblas64_-*.dll",
    "py-mini-racer": "mini_racer.dll",
    "pybass3": "bass.dll",
    "pyenchant": "libenchant-2.dll",
    "python-magic-bin": "libmagic.dll",
    "python-snap7": "snap7.dll",
    "pyzbar": "libzbar-64.dll",
    "rtree": "spatialindex_c-64.dll",
    "sasso": "sasso.dll",
    "shapely": "geos_c-*.dll",
    "spiceypy": "cspice.dll",
    "sunvox-dll-python": "lib_x86_64/sunvox.dll",
    "tls-client": "tls-client-windows-64.dll",
    "unicorn": "unicorn.dll",
    "wasmtime": "_wasmtime.dll",
}


@pytest.fixture
def load(real) -> Callable[[str], windlass.ctypes.CDLL]:
    """`load("numpy")` is that distribution's DLL, loaded."""
    return lambda name: windlass.ctypes.CDLL(str(real(name).dll(DLLS[name])))


@pytest.fixture
def with_package(real, fresh_python) -> Callable[..., list[str]]:
    """`with_package("rtree", "rtree", code)`: what code prints that imports a wheel's own package."""

    def run(distribution: str, package: str, code: str, *search: Path) -> list[str]:
        show = f"import sys, windlass\nsys.path.insert(0, sys.argv[1])\nwindlass.install({package!r})\n"
        folders = os.pathsep.join(map(str, search))
        environment = {**os.environ, "WINDLASS_PATH": folders}
        return fresh_python(show + code, real(distribution).windows, env=environment).splitlines()

    return run


@pytest.fixture
def msvcp140(real) -> Path:
    """The folder of Microsoft's C++ runtime."""
    return next(real("msvc-runtime").windows.rglob("msvcp140.dll")).parent


@pytest.mark.parametrize("name", DLLS)
def test_check_says_that_it_loads(real, name, msvcp140):
    dll = real(name).dll(DLLS[name])
    said = windlass_prints("check", dll, env={**os.environ, "WINDLASS_PATH": str(msvcp140)})
    assert said.startswith(f"{dll}: loads\n")


def test_docs_list_the_packages():
    page = (ROOT / "docs" / "packages.md").read_text()
    assert sorted(line.split("`")[1] for line in page.splitlines() if line.startswith("| `")) == sorted(DLLS)


def test_capstone_disassembles(with_package):
    code = """
import capstone
decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
for each in decoder.disasm(bytes.fromhex("4889e5 b82a000000 c3"), 0x1000):
    print(hex(each.address), each.mnemonic, each.op_str)
"""
    assert with_package("capstone", "capstone", code) == [
        "0x1000 mov rbp, rsp", "0x1003 mov eax, 0x2a", "0x1008 ret ",
    ]  # fmt: skip


def test_keystone_assembles(with_package):
    code = """
from keystone import *
print(bytes(Ks(KS_ARCH_X86, KS_MODE_64).asm("mov rbp, rsp; mov eax, 42; ret")[0]).hex())
print(bytes(Ks(KS_ARCH_ARM64, KS_MODE_LITTLE_ENDIAN).asm("ret")[0]).hex())
try:
    Ks(KS_ARCH_X86, KS_MODE_64).asm("nosuch")
except KsError as error:
    print(error)
"""
    assert with_package("keystone-engine", "keystone", code) == [
        "4889e5b82a000000c3", "c0035fd6", "Invalid mnemonic (KS_ERR_ASM_MNEMONICFAIL)",
    ]  # fmt: skip


def test_unicorn_runs_machine_code(with_package):
    """The exception handler it writes at run time calls VirtualAlloc with a stack that is not aligned."""
    code = """
from unicorn import *
from unicorn.x86_const import *
factorial = bytes.fromhex("b801000000 0fafc1 ffc9 75f9")
steps = []
machine = Uc(UC_ARCH_X86, UC_MODE_64)
machine.mem_map(0x1000, 0x1000)
machine.mem_write(0x1000, factorial)
machine.reg_write(UC_X86_REG_ECX, 10)
machine.hook_add(UC_HOOK_CODE, lambda machine, address, size, data: steps.append(address))
machine.emu_start(0x1000, 0x1000 + len(factorial))
print(machine.reg_read(UC_X86_REG_EAX), len(steps), hex(max(steps)))
"""
    assert with_package("unicorn", "unicorn", code) == ["3628800 31 0x100a"]


def test_wasmtime_compiles_and_runs(with_package):
    code = '''
from wasmtime import *
text = """(module (import "" "say" (func $say (param i32)))
  (func (export "divide") (param i32 i32) (result i32)
    local.get 0 call $say local.get 0 local.get 1 i32.div_s))"""
store = Store()
say = Func(store, FuncType([ValType.i32()], []), lambda number: print("divides", number))
divide = Instance(store, Module(store.engine, text), [say]).exports(store)["divide"]
print(divide(store, -84, 2))
try:
    divide(store, 1, 0)
except Trap as error:
    print(error.trap_code)
'''
    assert with_package("wasmtime", "wasmtime", code) == [
        "divides -84", "-42", "divides 1", "TrapCode.INTEGER_DIVISION_BY_ZERO",
    ]  # fmt: skip


def test_v8_runs_javascript(with_package):
    """It asks for the memory of its code with PAGE_TARGETS_INVALID."""
    code = """
from py_mini_racer import MiniRacer
v8 = MiniRacer()
v8.eval("function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }")
print(v8.call("fib", 20), v8.eval("[3, 1, 2].sort().map(x => x / 2).join()"))
print(v8.eval("'Grüße'.replace(/(.)ß/u, '$1ss').toUpperCase()"))
try:
    v8.eval("missing.name")
except Exception as error:
    print("ReferenceError: missing is not defined" in str(error))
del v8
"""
    assert with_package("py-mini-racer", "py_mini_racer", code) == ["6765 0.5,1,1.5", "GRÜSSE", "True"]


def test_libmagic_tells_files(with_package):
    code = """
import magic
png = bytes.fromhex("89504e470d0a1a0a 0000000d 49484452 00000010 00000020 08020000 00")
print(magic.from_buffer(png))
print(magic.from_buffer(png, mime=True), magic.from_buffer("Grüße".encode(), mime=True))
"""
    assert with_package("python-magic-bin", "magic", code) == [
        "PNG image data, 16 x 32, 8-bit/color RGB, non-interlaced", "image/png text/plain",
    ]  # fmt: skip


def test_zbar_reads_a_barcode(with_package):
    """The bars of an EAN-8 code: seven modules a digit, inverted in the right half."""
    code = """
from pyzbar import pyzbar
left = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011".split()
digits = [int(digit) for digit in "96385074"]
half = "".join(left[digit] for digit in digits[4:]).translate({48: 49, 49: 48})
bars = "101" + "".join(left[digit] for digit in digits[:4]) + "01010" + half + "101"
row = b"".join(b"\\xff\\0"[int(bar):][:1] * 3 for bar in "0" * 9 + bars + "0" * 9)
for found in pyzbar.decode((row * 40, len(row), 40)):
    print(found.type, found.data)
"""
    assert with_package("pyzbar", "pyzbar", code) == ["EAN8 b'96385074'"]


def test_rtree_finds_what_is_near(with_package, msvcp140):
    code = """
from rtree import index
tree = index.Index((n, (n, n, n + 0.5, n + 0.5), None) for n in range(1000))
tree.delete(11, (11, 11, 11.5, 11.5))
print(sorted(tree.intersection((9.8, 9.8, 12.1, 12.1))), list(tree.nearest((50.2, 50.2, 50.2, 50.2), 1)))
"""
    assert with_package("rtree", "rtree", code, msvcp140) == ["[10, 12] [50]"]


def test_tls_client_talks_http(with_package):
    code = """
import http.server, threading
class Reverse(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reverse)
threading.Thread(target=server.serve_forever, daemon=True).start()
import tls_client
answer = tls_client.Session().post(f"http://127.0.0.1:{server.server_port}/", data="windlass")
print(answer.status_code, answer.text)
"""
    assert with_package("tls-client", "tls_client", code) == ["201 ssaldniw"]


def test_openblas_multiplies_and_solves(load):
    """C calls one, with the matrices by rows, Fortran the other, with all by reference and by columns."""
    openblas = load("numpy")
    size, pointer = ctypes.c_longlong, ctypes.c_void_p
    left, right = numpy.arange(600.0).reshape(20, 30), numpy.arange(1200.0).reshape(30, 40)
    product = numpy.empty((20, 40))
    dgemm = openblas.scipy_cblas_dgemm64_
    dgemm.argtypes = [*[ctypes.c_int] * 3, size, size, size, ctypes.c_double, pointer, size, pointer, size]
    dgemm.argtypes += [ctypes.c_double, pointer, size]
    by_rows, as_it_is = 101, 111
    dgemm(by_rows, as_it_is, as_it_is, 20, 40, 30, 1, left.ctypes.data, 30, right.ctypes.data, 40, 0,
          product.ctypes.data, 40)  # fmt: skip
    assert (product == left @ right).all()

    matrix, solution, pivots = numpy.array([[4.0, 1], [2, 3]]), numpy.array([6.0, 8]), (size * 2)()
    two, one, info = size(2), size(1), size(-1)
    openblas.scipy_dgesv_64_(
        ctypes.byref(two), ctypes.byref(one), pointer(matrix.T.copy().ctypes.data), ctypes.byref(two), pivots,
        pointer(solution.ctypes.data), ctypes.byref(two), ctypes.byref(info),
    )  # fmt: skip
    assert info.value == 0 and solution == pytest.approx([1, 2])


def test_geos_intersects(load):
    geos = load("shapely")
    for function in (geos.GEOSGeomFromWKT, geos.GEOSIntersection):
        function.argtypes, function.restype = None, ctypes.c_void_p
    geos.initGEOS(None, None)
    low, high = (
        ctypes.c_void_p(geos.GEOSGeomFromWKT(b"POLYGON((%d %d, %d %d, %d %d, %d %d, %d %d))" % corners))
        for corners in ((0, 0, 4, 0, 4, 4, 0, 4, 0, 0), (2, 1, 6, 1, 6, 6, 2, 6, 2, 1))
    )
    area = ctypes.c_double()
    assert geos.GEOSArea(ctypes.c_void_p(geos.GEOSIntersection(low, high)), ctypes.byref(area)) == 1
    assert area.value == 6
    assert geos.GEOSIntersects(low, high) == 1
    assert not geos.GEOSGeomFromWKT(b"POLYGON((0 0, 1")


def test_opendss_solves_a_circuit(load):
    """10 kV over a line of 1 ohm to a load that is 100 ohm at 10 kV."""
    dss = load("dss-python-backend")
    dss.DSS_Start(0)
    for command in (
        b"clear",
        b"new circuit.small basekv=10 pu=1 phases=3 bus1=source MVAsc3=1e9 MVAsc1=1e9",
        b"new line.only bus1=source bus2=end r1=1 x1=0 r0=1 x0=0 c1=0 c0=0 length=1",
        b"new load.only bus1=end phases=3 kv=10 kW=1000 pf=1 model=2",
        b"solve",
    ):
        dss.Text_Set_Command(command)
        assert dss.Error_Get_Number() == 0
    assert dss.Solution_Get_Converged() & 0xFFFF
    losses, sizes = ctypes.POINTER(ctypes.c_double)(), (ctypes.c_int32 * 4)()
    dss.Circuit_Get_Losses(ctypes.byref(losses), sizes)
    assert losses[: sizes[0]] == pytest.approx([(10_000 / 101) ** 2, 0], abs=0.1)


def test_epanet_computes_the_same_heads_as_on_linux(load, real, tmp_path):
    """The wheel is for all systems, and holds Linux' library beside Windows'."""
    folder = real("epyt").windows

    def heads(epanet: ctypes.CDLL) -> list[float]:
        network = next(folder.rglob("Hanoi.inp"))
        assert epanet.ENopen(bytes(network), bytes(tmp_path / "report.txt"), b"") == 0
        assert epanet.ENsolveH() == 0
        count, head = ctypes.c_int(), ctypes.c_float()
        assert epanet.ENgetcount(0, ctypes.byref(count)) == 0
        found = []
        for node in range(1, count.value + 1):
            assert epanet.ENgetnodevalue(node, 10, ctypes.byref(head)) == 0
            found.append(head.value)
        assert epanet.ENclose() == 0
        return found

    computed = heads(load("epyt"))
    assert len(computed) == 32 and computed[-1] == 100
    assert computed == heads(ctypes.CDLL(str(next(folder.rglob("glnx/libepanet2.so")))))


def test_askar_keeps_what_is_encrypted(with_package, tmp_path):
    """Its threads call back into Python's event loop; SQLite keeps the entries."""
    code = f"""
import asyncio
from aries_askar import AskarError, Key, KeyAlg, Store
place = "sqlite://{tmp_path}/store.db"
async def main():
    print(Key.from_secret_bytes(KeyAlg.ED25519, bytes(32)).get_public_bytes().hex()[:16])
    key = Store.generate_raw_key(b"0" * 32)
    store = await Store.provision(place, "raw", key)
    async with store as session:
        for number in range(20):
            await session.insert("things", f"n{{number}}", b"value %d" % number, {{"~kind": str(number % 3)}})
        print(await session.count("things", {{"~kind": "1"}}))
        try:
            await session.insert("things", "n1", b"")
        except AskarError as error:
            print(error)
    await store.close()
    store = await Store.open(place, "raw", key)
    print(sorted([entry.value async for entry in store.scan("things", {{"~kind": "2"}})])[:2])
    await store.close()
    print(await Store.remove(place))
asyncio.run(main())
"""
    assert with_package("aries-askar", "aries_askar", code) == [
        "3b6a27bcceb6a42d", "7", "Duplicate entry", "[b'value 11', b'value 14']", "True",
    ]  # fmt: skip


def test_indigo_knows_molecules(with_package, msvcp140):
    code = """
from indigo import Indigo, IndigoException
from indigo.inchi import IndigoInchi
indigo = Indigo()
aspirin = indigo.loadMolecule("CC(=O)Oc1ccccc1C(=O)O")
print(aspirin.grossFormula(), aspirin.canonicalSmiles(), round(aspirin.molecularWeight(), 2))
ring = indigo.loadQueryMolecule("c1ccccc1")
print(indigo.substructureMatcher(aspirin).countMatches(ring))
print(IndigoInchi(indigo).getInchi(aspirin))
try:
    indigo.loadMolecule("C1CC(")
except IndigoException as error:
    print(error)
"""
    assert with_package("epam-indigo", "indigo", code, msvcp140) == [
        "C9 H8 O4 CC(=O)Oc1ccccc1C(O)=O 180.16",
        "1",
        "InChI=1S/C9H8O4/c1-6(10)13-8-5-3-2-4-7(8)9(11)12/h2-5H,1H3,(H,11,12)",
        "molecule auto loader: SMILES loader: cycle 1 not closed",
    ]


def test_espeak_speaks_as_on_linux(real, with_package, fresh_python, msvcp140):
    code = """
import espeakng_loader, hashlib
espeak, wave = ctypes.CDLL(espeakng_loader.get_library_path()), bytearray()
espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
def take(samples, count, events):
    wave.extend(ctypes.string_at(samples, 2 * count) if samples else b"")
    return 0
print(espeak.espeak_Initialize(2, 500, espeakng_loader.get_data_path().encode(), 0))
espeak.espeak_SetSynthCallback(take)
for voice, words in ((b"de", "Grüße aus München, 1234".encode()), (b"en", b"Hello world")):
    espeak.espeak_SetVoiceByName(voice)
    text = ctypes.create_string_buffer(words)
    place = ctypes.c_void_p(ctypes.addressof(text))
    while place:
        print(espeak.espeak_TextToPhonemes(ctypes.byref(place), 1, 2))
    espeak.espeak_Synth(text, len(text), 0, 0, 0, 1, None, None)
print(len(wave) > 100_000, hashlib.sha256(wave).hexdigest())
espeak.espeak_Terminate()
"""
    distribution, package = "espeakng-loader", "espeakng_loader"
    spoken = with_package(distribution, package, "import windlass.ctypes as ctypes\n" + code, msvcp140)
    assert spoken[0] == "22050" and spoken[-1].startswith("True ")
    linux = real(distribution).linux
    assert (
        spoken == fresh_python(f"import ctypes, sys\nsys.path.insert(0, {str(linux)!r})\n{code}").splitlines()
    )


def test_librdkafka_delivers_to_its_brokers(load):
    """It makes connections without waiting, and learns by WSAEventSelect that they are there."""
    kafka, pointer, reason = load("confluent-kafka"), ctypes.c_void_p, ctypes.create_string_buffer(200)
    kafka.rd_kafka_conf_new.restype = kafka.rd_kafka_new.restype = kafka.rd_kafka_topic_new.restype = pointer
    settings = pointer(kafka.rd_kafka_conf_new())
    for name, value in (
        (b"test.mock.num.brokers", b"2"),
        (b"compression.codec", b"zstd"),
        (b"log_level", b"0"),
    ):
        assert kafka.rd_kafka_conf_set(settings, name, value, reason, 200) == 0, reason.value
    producer = pointer(kafka.rd_kafka_new(0, settings, reason, 200))
    topic = pointer(kafka.rd_kafka_topic_new(producer, b"topic", None))
    copies, any_partition = 2, -1
    for number in range(200):
        message = b"message %d" % number
        assert kafka.rd_kafka_produce(topic, any_partition, copies, message, len(message), None, 0, None) == 0
    assert kafka.rd_kafka_outq_len(producer) > 0
    assert kafka.rd_kafka_flush(producer, 30_000) == 0
    assert kafka.rd_kafka_outq_len(producer) == 0
    kafka.rd_kafka_topic_destroy(topic)
    kafka.rd_kafka_destroy(producer)


def test_enchant_checks_spelling(with_package):
    """GLib wants the entry of the time zone in the registry."""
    code = """
import enchant, windlass.ctypes as ctypes
words = enchant.Dict("en_GB")
print(words.check("colour"), words.check("color"), "hello" in words.suggest("helo"))
print(sorted(each.name for each in enchant.Broker().describe()))
try:
    enchant.Dict("xx_YY")
except enchant.errors.DictNotFoundError:
    print("no such language")
glib, pointer = ctypes.CDLL("libglib-2.0-0.dll"), ctypes.c_void_p
glib.g_time_zone_new_local.restype = glib.g_main_loop_new.restype = pointer
print(bool(glib.g_time_zone_new_local()))
loop, ticks = pointer(glib.g_main_loop_new(None, 0)), []
@ctypes.CFUNCTYPE(ctypes.c_int, pointer)
def tick(context):
    ticks.append(1)
    if len(ticks) == 3:
        glib.g_main_loop_quit(loop)
    return len(ticks) < 3
glib.g_timeout_add(1, tick, None)
glib.g_main_loop_run(loop)
print(len(ticks))
"""
    assert with_package("pyenchant", "enchant", code) == [
        "True False True", "['hunspell', 'nuspell']", "no such language", "True", "3",
    ]  # fmt: skip


def test_bass_decodes_what_was_played(load, tmp_path):
    """Without a sound device, of which the one with number 0 makes do."""
    bass = load("pybass3")
    samples = struct.pack("<4410h", *(int(10000 * math.sin(number / 20)) for number in range(4410)))
    form = struct.pack("<HHIIHH", 1, 1, 44100, 88200, 2, 16)
    path = tmp_path / "tone.wav"
    path.write_bytes(
        struct.pack("<4sI4s4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", len(form))
        + form
        + struct.pack("<4sI", b"data", len(samples))
        + samples
    )
    assert bass.BASS_Init(0, 44100, 0, None, None)
    decode_only, from_file = 0x200000, 0
    bass.BASS_StreamCreateFile.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        *[ctypes.c_uint64] * 2,
        ctypes.c_uint32,
    ]
    stream = bass.BASS_StreamCreateFile(from_file, bytes(path), 0, 0, decode_only)
    assert stream and bass.BASS_ErrorGetCode() == 0
    decoded = ctypes.create_string_buffer(2 * len(samples))
    assert bass.BASS_ChannelGetData(stream, decoded, len(decoded)) == len(samples)
    assert decoded.raw[: len(samples)] == samples
    assert bass.BASS_Free()


def test_snap7_reads_and_writes_a_controller_that_it_plays_itself(with_package):
    """Its server has threads of its own that accept connections and serve them."""
    code = """
import ctypes, socket, snap7
from snap7.server import Server
from snap7.types import srvAreaDB
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = Server(log=False)
memory = (ctypes.c_uint8 * 128)()
server.register_area(srvAreaDB, 1, memory)
server.start(port)
client = snap7.client.Client()
client.connect("127.0.0.1", 0, 1, port)
client.db_write(1, 4, bytearray(b"hello"))
print(bytes(client.db_read(1, 4, 5)), bytes(memory[4:9]), client.get_cpu_info().ModuleTypeName)
client.disconnect()
server.stop()
server.destroy()
"""
    assert with_package("python-snap7", "snap7", code) == ["b'hello' b'hello' b'CPU 315-2 PN/DP'"]


def test_sasso_compiles_scss(with_package):
    code = """
import sasso
print(sasso.compile("$c: #f00; a { b { color: darken($c, 10%); width: 10px / 4 * 2 } }"))
try:
    sasso.compile("a { b: $missing }")
except sasso.SassoError as error:
    print(str(error).split(".")[0])
"""
    assert with_package("sasso", "sasso", code) == [
        "a b {", "  color: #cc0000;", "  width: 5px;", "}", "Error: Undefined variable",
    ]  # fmt: skip


def test_cspice_knows_angles_and_times(load):
    spice = load("spiceypy")
    spice.dpr_c.restype = ctypes.c_double
    assert spice.dpr_c() == 180 / math.pi
    vector, other, product = (
        (ctypes.c_double * 3)(1, 2, 3),
        (ctypes.c_double * 3)(4, 5, 6),
        (ctypes.c_double * 3)(),
    )
    spice.vcrss_c(vector, other, product)
    assert list(product) == [-3, 6, -3]
    radius, longitude, latitude = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    spice.reclat_c(vector, ctypes.byref(radius), ctypes.byref(longitude), ctypes.byref(latitude))
    assert (radius.value, longitude.value) == pytest.approx((math.sqrt(14), math.atan2(2, 1)))
    seconds, missing = ctypes.c_double(), ctypes.create_string_buffer(41)
    spice.tparse_c(b"2000 JAN 1 12:00:01.5", 41, ctypes.byref(seconds), missing)
    assert seconds.value == 1.5


def test_sunvox_plays_a_note_into_memory(load):
    """It is told to open no sound device, and asked for the samples."""
    sunvox = load("sunvox-dll-python")
    in_memory, one_thread, sixteen_bits = 2, 16, 4
    assert sunvox.sv_init(None, 44100, 2, 1 | in_memory | sixteen_bits | one_thread) > 0
    assert sunvox.sv_open_slot(0) == 0
    sunvox.sv_lock_slot(0)
    generator = sunvox.sv_new_module(0, b"Generator", b"tone", 0, 0, 0)
    assert generator > 0 and sunvox.sv_connect_module(0, generator, 0) == 0
    sunvox.sv_unlock_slot(0)
    assert sunvox.sv_send_event(0, 0, 60, 129, generator + 1, 0, 0) == 0
    samples = (ctypes.c_int16 * (2 * 4410))()
    assert sunvox.sv_audio_callback(samples, 4410, 0, sunvox.sv_get_ticks()) == 1
    assert max(samples) > 1000 and min(samples) < -1000
    assert sunvox.sv_deinit() == 0
