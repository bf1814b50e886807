"""Translations of a module's resources in `LANGUAGE/NAME.mui`, and the languages that choose among them.

Wine has no such files; what is tested is documented: Microsoft, "MUI Resource Management", "Resource Loader",
"SetThreadPreferredUILanguages function".
"""

from __future__ import annotations

import struct
import threading
from pathlib import Path

import pytest

import windlass
from windlass import ctypes, datafile, loader
from windlass.pe import Image
from windlass.pe.resource_write import with_resources

RT_STRING = 6
GERMAN, SWISS, FRENCH, ENGLISH = 0x407, 0x807, 0x40C, 0x409
MUI_LANGUAGE_NAME, MUI_LANGUAGE_ID, MUI_MERGE, MUI_THREAD_LANGUAGES = 8, 4, 0x30, 0x40

kernel32, user32 = ctypes.WinDLL("kernel32", use_last_error=True), ctypes.WinDLL("user32")
for name in ("FindResourceExW", "LoadResource", "LoadLibraryExW"):
    getattr(kernel32, name).restype = ctypes.c_void_p


def strings(*texts: str) -> bytes:
    """A block of sixteen strings, the first ones given."""
    padded = [*texts, *[""] * (16 - len(texts))]
    return b"".join(struct.pack("<H", len(text)) + text.encode("utf-16-le") for text in padded)


@pytest.fixture
def path(write_dll, tmp_path) -> Path:
    """A module in English, with the rest in German and in Swiss German."""
    with Image.open(write_dll("EXPORT int f(void) { return 1; }", name="spoken")) as image:
        plain = {("MUI", 1, ENGLISH): b"config", (RT_STRING, 1, ENGLISH): strings("zero", "one", "two")}
        (tmp_path / "spoken.dll").write_bytes(with_resources(image, plain))
        (tmp_path / "silent.dll").write_bytes(with_resources(image, dict(list(plain.items())[1:])))
        for folder, language, texts in (("de", GERMAN, ("null", "eins")), ("DE-ch", SWISS, ("nüll",))):
            (tmp_path / folder).mkdir()
            translated = with_resources(image, {(RT_STRING, 1, language): strings(*texts)})
            (tmp_path / folder / "spoken.dll.mui").write_bytes(translated)
            (tmp_path / folder / "silent.dll.mui").write_bytes(translated)
    return tmp_path / "spoken.dll"


@pytest.fixture
def chosen():
    """Chooses the thread's languages."""

    def choose(*languages: str) -> int:
        text = ctypes.create_unicode_buffer("\0".join(languages) + "\0") if languages else None
        count = ctypes.c_uint32()
        done = kernel32.SetThreadPreferredUILanguages(MUI_LANGUAGE_NAME, text, ctypes.byref(count))
        return count.value if done else -ctypes.get_last_error()

    yield choose
    choose()


def text_of(handle: int, number: int) -> str:
    buffer = ctypes.create_unicode_buffer(50)
    length = user32.LoadStringW(ctypes.c_void_p(handle), number, buffer, 50)
    assert length == len(buffer.value)
    return buffer.value


def test_strings_come_in_the_threads_language(path, chosen):
    with windlass.load(path) as module:
        assert text_of(module.handle, 1) == "one"
        assert chosen("fr-FR", "de-DE") == 2
        assert [text_of(module.handle, number) for number in (0, 1)] == ["null", "eins"]
        assert chosen("de-CH") == 1
        assert text_of(module.handle, 0) == "nüll"
        assert chosen("en-US") == 1
        assert text_of(module.handle, 0) == "zero"
    assert not datafile.data_files


def test_each_thread_chooses_for_itself(path, chosen):
    chosen("de-DE")
    said = []
    with windlass.load(path) as module:
        thread = threading.Thread(target=lambda: said.append(text_of(module.handle, 0)))
        thread.start()
        thread.join()
        assert [*said, text_of(module.handle, 0)] == ["zero", "null"]


def test_a_language_that_is_asked_for(path):
    with windlass.load(path) as module:
        handle = ctypes.c_void_p(module.handle)

        def found(language: int) -> bytes | None:
            entry = kernel32.FindResourceExW(handle, ctypes.c_void_p(RT_STRING), ctypes.c_void_p(1), language)
            if not entry:
                return None
            data = kernel32.LoadResource(handle, ctypes.c_void_p(entry))
            return ctypes.string_at(data, kernel32.SizeofResource(handle, ctypes.c_void_p(entry)))

        assert found(GERMAN) == strings("null", "eins")
        assert found(SWISS) == strings("nüll")
        assert found(ENGLISH) == found(0) == strings("zero", "one", "two")
        assert found(FRENCH) is None


@pytest.mark.parametrize("flags", [datafile.AS_DATAFILE, datafile.AS_IMAGE_RESOURCE, 0x22])
def test_files_mapped_as_data_have_translations_too(path, chosen, flags):
    chosen("de-DE")
    with loader.load_data(path, flags) as file:
        assert text_of(file.handle, 1) == "eins"
    assert not datafile.data_files


def test_a_module_that_does_not_say_so_has_no_translations(path, chosen):
    chosen("de-DE")
    with windlass.load(path.with_name("silent.dll")) as module:
        assert text_of(module.handle, 0) == "zero"


def test_a_translation_that_is_no_image_is_passed_over(path, chosen):
    (path.parent / "de" / "spoken.dll.mui").write_bytes(b"MZ" + bytes(100))
    chosen("de-DE")
    with windlass.load(path) as module:
        assert text_of(module.handle, 0) == "zero"


# ---- the languages ----


def languages(function: str, flags: int) -> list[str]:
    count, size = ctypes.c_uint32(), ctypes.c_uint32(100)
    buffer = ctypes.create_unicode_buffer(100)
    assert getattr(kernel32, function)(flags, ctypes.byref(count), buffer, ctypes.byref(size))
    found = buffer[: size.value].split("\0")
    assert found[count.value :] == [""] * (2 if count.value else 3)
    return found[: count.value]


def test_lists_of_languages(chosen):
    get = "GetThreadPreferredUILanguages"
    assert languages(get, MUI_LANGUAGE_NAME | MUI_THREAD_LANGUAGES) == []
    assert chosen("de-at", "nonsense", "fr-FR") == 2
    assert languages(get, MUI_LANGUAGE_NAME) == ["de-AT", "fr-FR"]
    assert languages(get, MUI_LANGUAGE_ID) == ["0C07", "040C"]
    merged = languages(get, MUI_LANGUAGE_NAME | MUI_MERGE)
    assert merged[:4] == ["de-AT", "de", "fr-FR", "fr"]
    assert merged[-2:] == ["en-US", "en"]
    assert kernel32.GetThreadUILanguage() == 0xC07
    assert chosen("nonsense") == -87
    assert chosen() == 0
    assert kernel32.SetThreadUILanguage(FRENCH) == FRENCH
    assert languages(get, MUI_LANGUAGE_NAME | MUI_THREAD_LANGUAGES) == ["fr-FR"]
    kernel32.SetThreadUILanguage(0)
    assert languages(get, MUI_LANGUAGE_NAME | MUI_THREAD_LANGUAGES) == []


def test_the_processs_languages_come_after_the_threads(path, chosen):
    count = ctypes.c_uint32()
    set_process = kernel32.SetProcessPreferredUILanguages
    assert (
        set_process(MUI_LANGUAGE_NAME, ctypes.create_unicode_buffer("de-DE\0"), ctypes.byref(count))
        and count.value == 1
    )
    try:
        assert languages("GetProcessPreferredUILanguages", MUI_LANGUAGE_NAME) == ["de-DE"]
        with windlass.load(path) as module:
            assert text_of(module.handle, 0) == "null"
            chosen("en-US")
            assert text_of(module.handle, 0) == "null"  # before the module's own: English has no file
    finally:
        set_process(MUI_LANGUAGE_NAME, None, None)


# ---- enumeration ----

LN, MUI, EXACT = 1, 2, 0x10
MUI_FILE_NOT_FOUND, TYPE_NOT_FOUND, USER_STOP = 15100, 1813, 15106


@pytest.fixture
def enumerated(path):
    """What an enumeration shows, or its error: "Types", "Names" of strings, "Languages" of their first."""
    handle, text = ctypes.c_void_p, ctypes.c_void_p

    def enumerate_(what: str, flags: int | None = None, language: int = 0) -> list[int | str] | int:
        found: list[int | str] = []
        kind = ctypes.WINFUNCTYPE(ctypes.c_int, *[handle] * {"Types": 3, "Names": 4, "Languages": 5}[what])

        @kind
        def callback(*arguments):
            name = arguments[-2] or 0
            found.append(ctypes.wstring_at(name) if name > 0xFFFF else name)
            return 1

        given = {"Types": [], "Names": [text(RT_STRING)], "Languages": [text(RT_STRING), text(1)]}[what]
        extra = [] if flags is None else [flags, language]
        function = getattr(kernel32, f"EnumResource{what}{'W' if flags is None else 'ExW'}")
        with windlass.load(path) as module:
            done = function(handle(module.handle), *given, callback, None, *extra)
        return found if done else ctypes.get_last_error()

    return enumerate_


def test_types_are_those_of_the_module_and_of_one_translation(enumerated, chosen):
    """Each once."""
    chosen("de-DE")
    assert (
        enumerated("Types") == enumerated("Types", 0) == enumerated("Types", LN | MUI) == [RT_STRING, "MUI"]
    )
    assert enumerated("Types", MUI) == [RT_STRING]
    assert sorted(map(str, enumerated("Types", LN))) == ["6", "MUI"]
    assert enumerated("Names") == enumerated("Names", MUI) == enumerated("Names", EXACT) == [1]


def test_languages_are_those_of_all_translations(enumerated, chosen):
    """The preferred first, the module's own last."""
    assert enumerated("Languages") == [GERMAN, SWISS, ENGLISH]
    chosen("de-CH")
    assert enumerated("Languages", MUI) == [SWISS, GERMAN]
    assert enumerated("Languages", LN) == enumerated("Languages", EXACT) == [ENGLISH]


def test_a_language_that_is_asked_for_has_no_stand_in(enumerated):
    assert enumerated("Languages", MUI, SWISS) == [SWISS]
    assert enumerated("Languages", MUI, 0xC07) == MUI_FILE_NOT_FOUND
    assert enumerated("Languages", MUI | LN, 0xC07) == [ENGLISH]
    assert enumerated("Names", MUI, FRENCH) == MUI_FILE_NOT_FOUND


def test_flags_that_contradict_each_other(enumerated):
    assert enumerated("Types", EXACT | MUI) == enumerated("Types", 0x20) == 87
