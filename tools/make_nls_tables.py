"""Write nls_tables.c: code pages, letter case, character types, decompositions.

Everything is derived from Python's codecs and its Unicode database when windlass is built; only where Windows
departs from them (see "Code Page Identifiers", "WideCharToMultiByte", "GetStringTypeW") do facts stand here.
core/codepage.h and core/unicode.h are the tables' readers.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

UNDEFINED = 0xFFFF
BMP = range(0x10000)


class SingleByte(NamedTuple):
    """A code page of one byte a character: Windows' number, Python's codec, the name Windows shows."""

    number: int
    codec: str
    name: str
    # What Windows gives for bytes where the codec gives nothing or something else.
    extra: dict[int, int] = {}  # noqa: RUF012
    # Where Windows numbers the bytes that are left, in the private use area; 0: it gives them no character.
    private: int = 0


class DoubleByte(NamedTuple):
    """A code page of one or two bytes a character."""

    number: int
    codec: str
    name: str
    leads: tuple[tuple[int, int], ...]
    default: int = 0x3F
    extra: dict[int, int] = {}  # noqa: RUF012


def run(first: int, last: int, value: int) -> dict[int, int]:
    """Consecutive characters for consecutive bytes."""
    return {byte: value + byte - first for byte in range(first, last + 1)}


HEBREW_ISO = {0xAF: 0x203E, 0xFD: 0xF7BF, 0xFE: 0xF7C0, 0xFF: 0xF7C1}

SINGLE = [
    SingleByte(37, "cp037", "IBM EBCDIC (US-Canada)"),
    SingleByte(437, "cp437", "OEM United States"),
    SingleByte(500, "cp500", "IBM EBCDIC (International)"),
    SingleByte(720, "cp720", "Arabic (DOS)"),
    SingleByte(737, "cp737", "Greek (DOS)"),
    SingleByte(775, "cp775", "Baltic (DOS)"),
    SingleByte(850, "cp850", "Western European (DOS)"),
    SingleByte(852, "cp852", "Central European (DOS)"),
    SingleByte(855, "cp855", "Cyrillic (DOS)"),
    SingleByte(857, "cp857", "Turkish (DOS)", run(0xD5, 0xD5, 0xF8BB) | {0xE7: 0xF8BC, 0xF2: 0xF8BD}),
    SingleByte(858, "cp858", "Western European (DOS, with euro)"),
    SingleByte(860, "cp860", "Portuguese (DOS)"),
    SingleByte(861, "cp861", "Icelandic (DOS)"),
    SingleByte(862, "cp862", "Hebrew (DOS)"),
    SingleByte(863, "cp863", "French Canadian (DOS)"),
    SingleByte(864, "cp864", "Arabic (864)", {0x25: 0x25}, 0xF8BE),
    SingleByte(865, "cp865", "Nordic (DOS)"),
    SingleByte(866, "cp866", "Cyrillic (DOS)"),
    SingleByte(869, "cp869", "Greek, Modern (DOS)"),
    SingleByte(874, "cp874", "Thai (Windows)", run(0xDB, 0xDE, 0xF8C1) | run(0xFC, 0xFF, 0xF8C5)),
    SingleByte(875, "cp875", "IBM EBCDIC (Greek Modern)"),
    SingleByte(1026, "cp1026", "IBM EBCDIC (Turkish Latin-5)"),
    SingleByte(1140, "cp1140", "IBM EBCDIC (US-Canada, with euro)"),
    SingleByte(1250, "cp1250", "Central European (Windows)"),
    SingleByte(1251, "cp1251", "Cyrillic (Windows)"),
    SingleByte(1252, "cp1252", "Western European (Windows)"),
    SingleByte(1253, "cp1253", "Greek (Windows)", {0xAA: 0xF8F9, 0xD2: 0xF8FA, 0xFF: 0xF8FB}),
    SingleByte(1254, "cp1254", "Turkish (Windows)"),
    SingleByte(
        1255,
        "cp1255",
        "Hebrew (Windows)",
        run(0xD9, 0xDF, 0xF88D) | {0xCA: 0x05BA} | run(0xFB, 0xFC, 0xF894) | {0xFF: 0xF896},
    ),
    SingleByte(1256, "cp1256", "Arabic (Windows)"),
    SingleByte(1257, "cp1257", "Baltic (Windows)", {0xA1: 0xF8FC, 0xA5: 0xF8FD}),
    SingleByte(1258, "cp1258", "Vietnamese (Windows)"),
    SingleByte(10000, "mac_roman", "Western European (Mac)"),
    SingleByte(10004, "mac_arabic", "Arabic (Mac)"),
    SingleByte(10006, "mac_greek", "Greek (Mac)"),
    SingleByte(10007, "mac_cyrillic", "Cyrillic (Mac)"),
    SingleByte(10010, "mac_romanian", "Romanian (Mac)"),
    SingleByte(10029, "mac_latin2", "Central European (Mac)"),
    SingleByte(10079, "mac_iceland", "Icelandic (Mac)"),
    SingleByte(10081, "mac_turkish", "Turkish (Mac)"),
    SingleByte(10082, "mac_croatian", "Croatian (Mac)"),
    SingleByte(20127, "ascii", "US-ASCII"),
    SingleByte(20273, "cp273", "IBM EBCDIC (Germany)"),
    SingleByte(20424, "cp424", "IBM EBCDIC (Hebrew)"),
    SingleByte(20866, "koi8_r", "Cyrillic (KOI8-R)"),
    SingleByte(21866, "koi8_u", "Cyrillic (KOI8-U)", {0xAE: 0x045E, 0xBE: 0x040E}),
    SingleByte(28591, "latin_1", "Western European (ISO)"),
    SingleByte(28592, "iso8859_2", "Central European (ISO)"),
    SingleByte(28593, "iso8859_3", "Latin 3 (ISO)", {}, 0xF7F5),
    SingleByte(28594, "iso8859_4", "Baltic (ISO)"),
    SingleByte(28595, "iso8859_5", "Cyrillic (ISO)"),
    SingleByte(28596, "iso8859_6", "Arabic (ISO)", {}, 0xF7C8),
    SingleByte(
        28597,
        "iso8859_7",
        "Greek (ISO)",
        {0xA1: 0x02BD, 0xA2: 0x02BC, 0xA4: 0xF7C2, 0xA5: 0xF7C3, 0xAA: 0xF7C4},
        0xF7C5,
    ),
    SingleByte(28598, "iso8859_8", "Hebrew (ISO-Visual)", HEBREW_ISO, 0xF79C),
    SingleByte(28599, "iso8859_9", "Turkish (ISO)"),
    SingleByte(28603, "iso8859_13", "Estonian (ISO)"),
    SingleByte(28605, "iso8859_15", "Latin 9 (ISO)"),
    SingleByte(38598, "iso8859_8", "Hebrew (ISO-Logical)", HEBREW_ISO, 0xF79C),
]

EUC = ((0xA1, 0xFE),)
HIGH = ((0x81, 0xFE),)
DOUBLE = [
    DoubleByte(
        932,
        "cp932",
        "Japanese (Shift-JIS)",
        ((0x81, 0x9F), (0xE0, 0xFC)),
        0x30FB,
        {0x80: 0x80, 0xA0: 0xF8F0} | run(0xFD, 0xFF, 0xF8F1),
    ),
    DoubleByte(936, "gbk", "Chinese Simplified (GB2312)", HIGH, extra={0x80: 0x20AC, 0xFF: 0xF8F5}),
    DoubleByte(949, "cp949", "Korean", HIGH, extra={0x80: 0x80, 0xFF: 0xF8F7}),
    DoubleByte(950, "cp950", "Chinese Traditional (Big5)", HIGH, extra={0x80: 0x80, 0xFF: 0xF8F8}),
    DoubleByte(
        1361,
        "johab",
        "Korean (Johab)",
        ((0x84, 0xD3), (0xD8, 0xDE), (0xE0, 0xF9)),
        extra={**run(0x80, 0x83, 0x80), **run(0xD4, 0xD7, 0xF8EC), 0xDF: 0xF8F0, **run(0xFA, 0xFF, 0xF8F1)},
    ),
    DoubleByte(20936, "gb2312", "Chinese Simplified (GB2312-80)", EUC),
    DoubleByte(51949, "euc_kr", "Korean (EUC)", EUC),
    # The table of GB18030's one and two byte codes; codepage.c adds those of four bytes.
    DoubleByte(54936, "gb18030", "Chinese Simplified (GB18030)", HIGH),
]


def decode(data: bytes, codec: str) -> int:
    """The one UTF-16 unit that the bytes stand for, or UNDEFINED."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return UNDEFINED
    return ord(text) if len(text) == 1 and ord(text) < UNDEFINED else UNDEFINED


def single_row(page: SingleByte | DoubleByte) -> list[int]:
    """The 256 characters of single bytes. What a page leaves free, Windows gives as the C1 control."""
    row = [decode(bytes([byte]), page.codec) for byte in range(256)]
    for byte in range(0x80, 0xA0):
        if row[byte] == UNDEFINED and isinstance(page, SingleByte):
            row[byte] = byte
    if page.codec == "ascii":
        row[0x80:] = [byte & 0x7F for byte in range(0x80, 0x100)]
    for byte, value in page.extra.items():
        row[byte] = value
    if isinstance(page, SingleByte) and page.private:
        free = [byte for byte in range(256) if row[byte] == UNDEFINED]
        for value, byte in enumerate(free, page.private):
            row[byte] = value
    return row


def double_rows(page: DoubleByte) -> dict[int, list[int]]:
    """Lead byte -> the characters of its 256 trail bytes."""
    leads = [lead for first, last in page.leads for lead in range(first, last + 1)]
    rows = {lead: [decode(bytes([lead, trail]), page.codec) for trail in range(256)] for lead in leads}
    value = 0xE000
    for lead, trail in user_defined(page.number):
        rows[lead][trail] = value
        value += 1
    # In GBK the free places among the other symbols follow.
    for lead in range(0xA2, 0xFF) if page.number == 936 else ():
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            if rows[lead][trail] == UNDEFINED and (trail > 0xA0 or lead > 0xA7):
                rows[lead][trail] = value
                value += 1
    return rows


def user_defined(number: int) -> Iterable[tuple[int, int]]:
    """The codes of the user-defined areas, which Windows maps to U+E000 and on in this order."""
    low, high = [*range(0x40, 0x7F)], [*range(0xA1, 0xFF)]
    regions: dict[int, list[tuple[int, int, list[int]]]] = {
        932: [(0xF0, 0xF9, [*low, *range(0x80, 0xFD)])],
        936: [(0xAA, 0xAF, high), (0xF8, 0xFE, high), (0xA1, 0xA7, [*low, *range(0x80, 0xA1)])],
        949: [(0xC9, 0xC9, high), (0xFE, 0xFE, high)],
        950: [
            (0xFA, 0xFE, low + high),
            (0x8E, 0xA0, low + high),
            (0x81, 0x8D, low + high),
            (0xC6, 0xC6, high),
            (0xC7, 0xC8, low + high),
        ],
    }
    for first, last, trails in regions.get(number, []):
        yield from ((lead, trail) for lead in range(first, last + 1) for trail in trails)


def gb18030_ranges() -> list[tuple[int, int, int]]:
    """Runs of BMP characters with four-byte codes: (first linear code, first character, length)."""
    runs: list[tuple[int, int, int]] = []
    for value in BMP:
        if 0xD800 <= value < 0xE000:
            continue
        code = chr(value).encode("gb18030")
        if len(code) != 4:
            continue
        linear = (((code[0] - 0x81) * 10 + code[1] - 0x30) * 126 + code[2] - 0x81) * 10 + code[3] - 0x30
        if runs and runs[-1][0] + runs[-1][2] == linear and runs[-1][1] + runs[-1][2] == value:
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((linear, value, 1))
    return runs


# ---- letters ----

# Letters whose case Windows' tables leave alone: their partner is ASCII, or another letter's already.
CASELESS = {
    0x00B5,
    0x0130,
    0x0131,
    0x017F,
    0x1E9B,
    0x1E9E,
    0x1FBE,
    0x2126,
    0x212A,
    0x212B,
    0x0345,
    0x03D0,
    0x03D1,
    0x03D5,
    0x03D6,
    0x03F0,
    0x03F1,
    0x03F4,
    0x03F5,
    0x03C2,
    0x01C5,
    0x01C8,
    0x01CB,
    0x01F2,
}


def one_unit(text: str, fallback: int) -> int:
    return ord(text) if len(text) == 1 and ord(text) < 0x10000 else fallback


def upper(value: int) -> int:
    if value in CASELESS or 0xD800 <= value < 0xE000:
        return value
    other = one_unit(chr(value).upper(), 0) or one_unit(chr(value).title(), value)
    return other if lower_raw(other) == value else value


def lower_raw(value: int) -> int:
    return one_unit(chr(value).lower(), value)


def lower(value: int) -> int:
    return value if value in CASELESS or 0xD800 <= value < 0xE000 else lower_raw(value)


# CT_CTYPE1 ("GetStringTypeW").
C1_UPPER, C1_LOWER, C1_DIGIT, C1_SPACE, C1_PUNCT, C1_CNTRL, C1_BLANK, C1_XDIGIT, C1_ALPHA, C1_DEFINED = (
    1 << bit for bit in range(10)
)
C1_BY_CATEGORY = {
    "Lu": C1_UPPER | C1_ALPHA,
    "Ll": C1_LOWER | C1_ALPHA,
    "Lt": C1_UPPER | C1_LOWER | C1_ALPHA,
    "Lm": C1_ALPHA,
    "Lo": C1_ALPHA,
    "Nd": C1_DIGIT,
    "Nl": C1_ALPHA,
    "Zs": C1_SPACE | C1_BLANK,
    "Zl": C1_SPACE | C1_CNTRL,
    "Zp": C1_SPACE | C1_CNTRL,
    "Cc": C1_CNTRL,
    "Cf": C1_CNTRL,
    "Pc": C1_PUNCT,
    "Pd": C1_PUNCT,
    "Ps": C1_PUNCT,
    "Pe": C1_PUNCT,
    "Pi": C1_PUNCT,
    "Pf": C1_PUNCT,
    "Po": C1_PUNCT,
    "Sm": C1_PUNCT,
    "Sc": C1_PUNCT,
    "Sk": C1_PUNCT,
    "So": C1_PUNCT,
}


def ctype1(value: int) -> int:
    char = chr(value)
    category = unicodedata.category(char)
    if category == "Cn":
        return 0
    types = C1_DEFINED | C1_BY_CATEGORY.get(category, 0)
    if category[0] == "S" and value > 0xFF:
        types &= ~C1_PUNCT
    if category == "Zs" and value not in (0x20, 0xA0):
        types &= ~C1_BLANK
    if char in "\t\n\v\f\r\x85":
        types |= C1_SPACE
    if char == "\t":
        types |= C1_BLANK
    if unicodedata.normalize("NFKC", char) in HEXADECIMAL and (value < 0x80 or value > 0xFF00):
        types |= C1_XDIGIT
    return types | C1_EXTRA.get(value, 0)


HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
C1_EXTRA = {
    0xAA: C1_LOWER | C1_PUNCT,
    0xAD: C1_PUNCT,
    0xB5: C1_PUNCT,
    0xBA: C1_LOWER | C1_PUNCT,
    0xB2: C1_DIGIT | C1_PUNCT,
    0xB3: C1_DIGIT | C1_PUNCT,
    0xB9: C1_DIGIT | C1_PUNCT,
    0xBC: C1_PUNCT,
    0xBD: C1_PUNCT,
    0xBE: C1_PUNCT,
}


C2_BY_BIDI = {
    "L": 1,
    "R": 2,
    "AL": 2,
    "EN": 3,
    "ES": 4,
    "ET": 5,
    "AN": 6,
    "CS": 7,
    "B": 8,
    "S": 9,
    "WS": 10,
    "ON": 11,
    "BN": 0,
    "NSM": 11,
    "LRE": 11,
    "LRO": 11,
    "RLE": 11,
    "RLO": 11,
    "PDF": 11,
    "LRI": 11,
    "RLI": 11,
    "FSI": 11,
    "PDI": 11,
}

(
    C3_NONSPACING,
    C3_DIACRITIC,
    C3_VOWELMARK,
    C3_SYMBOL,
    C3_KATAKANA,
    C3_HIRAGANA,
    C3_HALFWIDTH,
    C3_FULLWIDTH,
    C3_IDEOGRAPH,
    C3_KASHIDA,
    C3_LEXICAL,
    C3_HIGHSURROGATE,
    C3_LOWSURROGATE,
) = (1 << bit for bit in range(13))
C3_ALPHA = 0x8000
LEXICAL = set(map(ord, "\"$'-/=@\\^_`~\u00ad\u2010\u2011\u2012\u2013\u2014\u2019"))


VOWEL_MARKS = ("ARABIC FATHA", "ARABIC DAMMA", "ARABIC KASRA", "HEBREW POINT")


def by_name(value: int, name: str) -> int:
    types = 0
    if "KATAKANA" in name:
        types |= C3_KATAKANA
    if "HIRAGANA" in name:
        types |= C3_HIRAGANA
    if name.startswith("HALFWIDTH") or 0x20 <= value < 0x7F:
        types |= C3_HALFWIDTH
    if name.startswith("FULLWIDTH") or 0x3000 <= value < 0x3100:
        types |= C3_FULLWIDTH
    if "IDEOGRAPH-" in name:
        types |= C3_IDEOGRAPH
    if "TATWEEL" in name:
        types |= C3_KASHIDA
    if "VOWEL SIGN" in name or name.startswith(VOWEL_MARKS):
        types |= C3_VOWELMARK
    if "WITH" in name and unicodedata.decomposition(chr(value))[:1] not in ("", "<"):
        types |= C3_NONSPACING | C3_DIACRITIC
    return types


def ctype3(value: int) -> int:
    if 0xD800 <= value < 0xDC00:
        return C3_HIGHSURROGATE
    if 0xDC00 <= value < 0xE000:
        return C3_LOWSURROGATE
    char = chr(value)
    category = unicodedata.category(char)
    types = by_name(value, unicodedata.name(char, ""))
    if category[0] == "L" or category == "Nl":
        types |= C3_ALPHA
    if (category[0] in "SP" and value not in (0x27, 0x2D)) or category == "Zs" or 0x09 <= value <= 0x0D:
        types |= C3_SYMBOL
    if category == "Mn":
        types |= C3_NONSPACING | (C3_DIACRITIC if 0x300 <= value < 0x370 else 0)
    if category == "Sk":
        types |= C3_DIACRITIC
    if value in LEXICAL:
        types |= C3_LEXICAL
    return types


def ctype2(value: int) -> int:
    return C2_BY_BIDI.get(unicodedata.bidirectional(chr(value)), 0)


def decomposed(value: int) -> str:
    return chr(value) if 0xD800 <= value < 0xE000 else unicodedata.normalize("NFD", chr(value))


# Letters with a stroke sort as letters with a diacritic, though Unicode does not decompose them.
STROKES = {ord(pair[0]): ord(pair[1]) for pair in "ØO øo ĐD đd ŁL łl ÐD ðd ĦH ħh ŦT ŧt".split()}  # noqa: SIM905
STROKE_MARK = 0x3FFF


def base(value: int) -> int:
    """The letter without its diacritics, as the difference to it."""
    if value in STROKES:
        return STROKES[value] - value
    plain = decomposed(value)
    return ord(plain[0]) - value if len(plain) > 1 and ord(plain[0]) < 0x10000 else 0


def marks(value: int) -> int:
    """A number for the diacritics of a letter, or for a combining mark; 0: none."""
    if value in STROKES:
        return STROKE_MARK - (chr(value) in "Ðð")
    text = decomposed(value)
    found = text if unicodedata.combining(chr(value)) else text[1:]
    total = 0
    for mark in found:
        if unicodedata.combining(mark):
            total = (total * 7 + (ord(mark) - 0x2FF)) & 0x3FFF
    return total


# What Windows' best fit gives where Unicode's decompositions say nothing; the code pages differ in details.
# A code page that lacks the second character as well is asked for that one's own best fit.
BEST_FIT_PAIRS = """
¡! ¢c £L ¤$ ¥Y ¦| ©C «< ®R ¯- ·. ¸, »> ÆA ÐD ØO ÞT æa ðd øo đd ĐÐ ĦH ħh ıi ŁL łl ŒO œo ŦT ŧt ƀb ƉÐ ƑF ƒf ƗI
ƚl ƟØ ƫt Ʈt ƶz ǀ| ǃ! ǤG ǥg ɡg ʹ' ʺ" ʼ' ˄^ ˆ^ ˈ' ˉ¯ ˊ´ ˋ` ˍ_ ˚° ˜~ Γg ΘÞ ΣS ΦF ΩO αa βß δd εe μµ πp σs τt φf һh
։: ٪% ‐- ‑- ‒- –- —- ―— ‗= ‘' ’' ‚, “" ”" „" †+ •· ‼! ․· ‹< ›> ⁄/ ⁰° ₡¢ ₤£ ₧P ℇE ℘P ™T ℮e ∅Ø −- ∓± ∕/
∖\\ ∗* ∘° ∙· √v ∞8 ∣| ∩n ∶: ∼~ ≈~ ≡= ≤= ≥= ≪« ≫» ⋅· ⌂¦ ⌃^ ⌐¬ ⌠( ⌡) 〈< 〉> ■¦ ☼¤ ❘| 〈< 〉>
《« 》» 〚[ 〛] ・·
─- │¦ ┌+ ┐+ └+ ┘+ ├+ ┤¦ ┬- ┴- ┼+ ═- ║¦
╒+ ╓+ ╔+ ╕+ ╖+ ╗+ ╘+ ╙+ ╚+ ╛+ ╜+ ╝+ ╞¦ ╟¦ ╠¦ ╡¦ ╢¦ ╣¦ ╤- ╥- ╦- ╧- ╨- ╩- ╪+ ╫+
╬+ ▀¯ ▄_ █¦ ▌¦ ▐¦ ░¦ ▒¦ ▓¦ ′' ‵` ″" ←< ↑^ →> ↓v ↔- ↕|
"""
BEST_FIT = {ord(pair[0]): ord(pair[1]) for pair in BEST_FIT_PAIRS.split()}
# The hyphen that is not seen, and the combining marks that have a spacing form.
BEST_FIT |= {
    0x00AD: 0x2D,
    0x0300: 0x60,
    0x0301: 0xB4,
    0x0302: 0x5E,
    0x0303: 0x7E,
    0x0304: 0xAF,
    0x0305: 0xAF,
    0x0308: 0xA8,
    0x030A: 0xB0,
    0x030E: 0x22,
    0x0327: 0xB8,
    0x0331: 0x5F,
    0x0332: 0x5F,
    0x212B: 0xC5,
    0x2026: 0x2E,
}


def best_fit(value: int) -> int:
    """The character to try when a code page lacks this one; 0: none."""
    if value in BEST_FIT:
        return BEST_FIT[value]
    char = chr(value)
    if 0xD800 <= value < 0xE000 or value < 0x80:
        return 0
    plain = [each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each)]
    if len(plain) != 1 or plain == [char] or (plain == [" "] and unicodedata.category(char) != "Zs"):
        return 0
    return ord(plain[0]) if ord(plain[0]) < 0x10000 else 0


# ---- output ----


def numbers(values: Iterable[int]) -> str:
    words = [f"{value:#x}" if value > 9 else str(value) for value in values]
    lines = (",".join(words[start : start + 24]) for start in range(0, len(words), 24))
    return ",\n".join(lines)


def array(kind: str, name: str, values: list[int]) -> str:
    return f"const {kind} {name}[{len(values)}] = {{\n{numbers(values)}}};\n"


def two_stage(name: str, function: Callable[[int], int]) -> str:
    """A table over the BMP: name_index[value >> 8] is the block in name_blocks."""
    blocks: dict[tuple[int, ...], int] = {}
    index = []
    for page in range(256):
        block = tuple(function(page << 8 | low) & 0xFFFF for low in range(256))
        index.append(blocks.setdefault(block, len(blocks)))
    flat = [value for block in blocks for value in block]
    return array("uint8_t", f"{name}_index", index) + array("uint16_t", f"{name}_blocks", flat)


def code_pages() -> str:
    singles = [(page, single_row(page)) for page in SINGLE]
    text = ""
    entries = []
    for page, row in singles:
        text += "static " + array("uint16_t", f"single_{page.number}", row)
        entries.append(
            (
                page.number,
                f'{{{page.number}, 1, 0x3f, single_{page.number}, NULL, {{0}}, "{page.name}", NULL}}',
            )
        )
    for double in DOUBLE:
        rows = double_rows(double)
        row = single_row(double)
        order = {lead: index for index, lead in enumerate(rows)}
        text += "static " + array("uint16_t", f"single_{double.number}", row)
        flat = [value for lead in rows for value in rows[lead]]
        text += "static " + array("uint16_t", f"double_{double.number}", flat)
        row_numbers = [order.get(lead, -1) + 1 for lead in range(256)]
        text += "static " + array("uint8_t", f"leads_{double.number}", row_numbers)
        ranges = ", ".join(str(edge) for pair in double.leads for edge in pair)
        size = 4 if double.number == 54936 else 2
        entries.append(
            (
                double.number,
                f"{{{double.number}, {size}, {double.default:#x}, single_{double.number}, "
                f'double_{double.number}, {{{ranges}}}, "{double.name}", leads_{double.number}}}',
            )
        )
    body = ",\n    ".join(entry for _, entry in sorted(entries))
    text += f"const struct codepage_table codepage_tables[] = {{\n    {body}}};\n"
    return text + f"const size_t codepage_table_count = {len(entries)};\n"


def main(output: str) -> None:
    ranges = gb18030_ranges()
    parts = [
        '/* Made by tools/make_nls_tables.py. */\n#include "codepage.h"\n#include "unicode.h"\n',
        code_pages(),
        array("uint16_t", "gb18030_ranges", [number for run_ in ranges for number in run_]),
        f"const size_t gb18030_range_count = {len(ranges)};\n",
        two_stage("unicode_upper", lambda value: upper(value) - value),
        two_stage("unicode_lower", lambda value: lower(value) - value),
        two_stage("unicode_ctype1", ctype1),
        two_stage("unicode_ctype2", ctype2),
        two_stage("unicode_ctype3", ctype3),
        two_stage("unicode_best_fit", best_fit),
        two_stage("unicode_base", base),
        two_stage("unicode_marks", marks),
    ]
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    main(sys.argv[1])
